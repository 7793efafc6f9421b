/** Where a container's lines go: the awslogs driver's options, read. ECS Developer Guide, “awslogs log driver”. */
import type { LogConfiguration } from '@aws-sdk/client-ecs';
import type { LogPlace } from '../../guest/log-stream.ts';

/** Undefined: this container logs nowhere. Other drivers are left out, and said. */
export function logPlace(
  configuration: LogConfiguration | undefined,
  containerName: string,
  taskId: string,
): LogPlace | undefined {
  if (configuration?.logDriver !== 'awslogs') return undefined;
  const options = configuration.options ?? {};
  const group = options['awslogs-group'];
  if (!group) throw new Error('the awslogs driver needs the option awslogs-group');
  const prefix = options['awslogs-stream-prefix'] ?? 'ecs';
  return {
    group,
    stream: `${prefix}/${containerName}/${taskId}`,
    createGroup: options['awslogs-create-group'] === 'true',
  };
}

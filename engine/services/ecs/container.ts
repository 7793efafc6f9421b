/**
 * Which container of a task definition runs. A task is one process here, so exactly one container may be
 * essential; others are left out if they are not, and refused if they are.
 */
import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { AwsError } from '../../wire/types.ts';

export interface Containers {
  readonly main: ContainerDefinition;
  readonly leftOut: readonly ContainerDefinition[];
}

export function containersOf(
  definition: Pick<TaskDefinition, 'family' | 'containerDefinitions'>,
): Containers {
  const all = definition.containerDefinitions ?? [];
  const essential = all.filter((one) => one.essential !== false);
  const [main, second] = essential;
  if (!main)
    throw new AwsError('ClientException', `Task definition ${definition.family} has no essential container.`);
  if (second)
    throw new AwsError(
      'ClientException',
      `Task definition ${definition.family} has ${essential.length} essential containers (${essential.map((one) => one.name).join(', ')}); here a task is one process. Mark sidecars "essential": false and they are left out.`,
    );
  return { main, leftOut: all.filter((one) => one !== main) };
}

/** Fargate: 30 s unless the definition says otherwise, 2 to 120 s. */
export function stopTimeoutMs(container: ContainerDefinition): number {
  return Math.min(120, Math.max(2, container.stopTimeout ?? 30)) * 1000;
}

/** CPU units that a task reserves: its own size, else the sum of its containers'. 1024 units are one core. */
export function cpuUnitsOf(definition: Pick<TaskDefinition, 'cpu' | 'containerDefinitions'>): number {
  const own = Number(definition.cpu?.replace(/\s*vCPU$/i, ''));
  if (own > 0) return /vCPU/i.test(definition.cpu!) ? own * 1024 : own;
  return (definition.containerDefinitions ?? []).reduce((sum, one) => sum + (one.cpu ?? 0), 0) || 256;
}

export function memoryMiBOf(definition: Pick<TaskDefinition, 'memory' | 'containerDefinitions'>): number {
  const own = Number(definition.memory?.replace(/\s*GB$/i, ''));
  if (own > 0) return /GB/i.test(definition.memory!) ? own * 1024 : own;
  return (definition.containerDefinitions ?? []).reduce((sum, one) => sum + (one.memory ?? 0), 0) || 512;
}

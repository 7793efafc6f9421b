/** Where a task is announced: target groups of load balancers, and Cloud Map. Through their APIs alone. */
import type { LoadBalancer } from '@aws-sdk/client-ecs';
import type {
  DescribeTargetHealthCommandInput,
  DescribeTargetHealthCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ServiceContext } from '../contract.ts';
import { clusterNameOf, type ServiceRecord, type TaskRecord } from './model.ts';

export type Health = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

export async function registerTask(
  context: ServiceContext,
  service: ServiceRecord,
  task: TaskRecord,
): Promise<void> {
  for (const balancer of service.loadBalancers)
    await context.invoke('elbv2', 'RegisterTargets', {
      TargetGroupArn: balancer.targetGroupArn,
      Targets: [target(balancer, task)],
    });
  for (const registry of service.serviceRegistries)
    await context.invoke('servicediscovery', 'RegisterInstance', {
      ServiceId: registryId(registry.registryArn),
      InstanceId: task.id,
      Attributes: {
        AWS_INSTANCE_IPV4: task.privateAddress!,
        ...(registry.port === undefined ? {} : { AWS_INSTANCE_PORT: String(registry.port) }),
        AWS_INIT_HEALTH_STATUS: service.loadBalancers.length > 0 ? 'UNHEALTHY' : 'HEALTHY',
        AVAILABILITY_ZONE: task.availabilityZone,
        REGION: context.region,
        ECS_SERVICE_NAME: service.name,
        ECS_CLUSTER_NAME: clusterNameOf(service.clusterArn),
        ECS_TASK_DEFINITION_FAMILY: familyOf(task.taskDefinitionArn),
      },
    });
}

/** Goes on past failures: a balancer that is gone has no target left to remove. */
export async function deregisterTask(
  context: ServiceContext,
  service: ServiceRecord,
  task: TaskRecord,
): Promise<void> {
  await Promise.allSettled([
    ...service.loadBalancers.map((balancer) =>
      context.invoke('elbv2', 'DeregisterTargets', {
        TargetGroupArn: balancer.targetGroupArn,
        Targets: [target(balancer, task)],
      }),
    ),
    ...service.serviceRegistries.map((registry) =>
      context.invoke('servicediscovery', 'DeregisterInstance', {
        ServiceId: registryId(registry.registryArn),
        InstanceId: task.id,
      }),
    ),
  ]);
}

export async function tellRegistries(
  context: ServiceContext,
  service: ServiceRecord,
  task: TaskRecord,
  health: Health,
): Promise<void> {
  await Promise.allSettled(
    service.serviceRegistries.map((registry) =>
      context.invoke('servicediscovery', 'UpdateInstanceCustomHealthStatus', {
        ServiceId: registryId(registry.registryArn),
        InstanceId: task.id,
        Status: health === 'HEALTHY' ? 'HEALTHY' : 'UNHEALTHY',
      }),
    ),
  );
}

/** States of a group's targets by `<address>:<port>`. */
export type TargetStates = ReadonlyMap<string, string>;

export async function targetStates(
  context: ServiceContext,
  service: ServiceRecord,
): Promise<readonly TargetStates[]> {
  return await Promise.all(
    service.loadBalancers.map(async (balancer) => {
      const answer = await context.invoke<
        DescribeTargetHealthCommandInput,
        DescribeTargetHealthCommandOutput
      >('elbv2', 'DescribeTargetHealth', { TargetGroupArn: balancer.targetGroupArn });
      return new Map(
        (answer.TargetHealthDescriptions ?? []).map((one) => [
          `${one.Target?.Id}:${one.Target?.Port}`,
          one.TargetHealth?.State ?? 'unknown',
        ]),
      );
    }),
  );
}

/** Healthy when every group says so; without a balancer, a task that runs is healthy. */
export function healthOf(service: ServiceRecord, task: TaskRecord, states: readonly TargetStates[]): Health {
  if (task.lastStatus !== 'RUNNING') return 'UNKNOWN';
  const found = service.loadBalancers.map((balancer, index) => states[index]?.get(targetKey(balancer, task)));
  if (found.every((state) => state === 'healthy')) return 'HEALTHY';
  return found.some((state) => state === 'unhealthy') ? 'UNHEALTHY' : 'UNKNOWN';
}

/** Resolves when no target group is draining the task any longer. */
export async function drained(
  context: ServiceContext,
  service: ServiceRecord,
  task: TaskRecord,
  signal: AbortSignal,
): Promise<void> {
  // The longest deregistration delay is an hour; a group that still drains after it is not waited for.
  const deadline = context.clock.now() + 3_700_000;
  while (context.clock.now() < deadline && !signal.aborted) {
    const states = await targetStates(context, service).catch(() => []);
    const draining = service.loadBalancers.some(
      (balancer, index) => states[index]?.get(targetKey(balancer, task)) === 'draining',
    );
    if (!draining) return;
    await context.clock.sleep(Math.max(1000, 200 * context.clock.speed), signal).catch(() => {});
  }
}

function target(balancer: LoadBalancer, task: TaskRecord): { Id: string; Port: number } {
  return { Id: task.privateAddress!, Port: balancer.containerPort! };
}

function targetKey(balancer: LoadBalancer, task: TaskRecord): string {
  return `${task.privateAddress}:${balancer.containerPort}`;
}

function registryId(registryArn: string | undefined): string {
  return (registryArn ?? '').slice((registryArn ?? '').lastIndexOf('/') + 1);
}

/** arn:…:task-definition/<family>:<revision> */
export function familyOf(taskDefinitionArn: string): string {
  return taskDefinitionArn.slice(taskDefinitionArn.lastIndexOf('/') + 1).split(':')[0]!;
}

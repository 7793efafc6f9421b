/**
 * How a service's deployments begin, fail, complete and roll back. Pure. A deployment completes when all
 * wanted tasks of the primary one are healthy and no task of an older one is left. With the circuit breaker
 * on, it fails after half the desired count of failed tasks, but at least 3 and at most 200 (ECS Developer
 * Guide, “How the Amazon ECS deployment circuit breaker detects failures”), and may go back to the task
 * definition of the last completed deployment.
 */
import type { DeploymentRecord, ServiceRecord } from './model.ts';

export interface DeploymentTasks {
  /** Healthy tasks of a deployment that are staying, by deployment id. */
  readonly healthy: Readonly<Record<string, number>>;
  /** Every task of a deployment that has not ended, by deployment id. */
  readonly existing: Readonly<Record<string, number>>;
}

export interface DeploymentChange {
  readonly event: 'deployment.completed' | 'deployment.failed' | 'deployment.rolled-back';
  readonly deploymentId: string;
  readonly because: string;
}

export function breakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}

/** A new primary deployment; the one before becomes ACTIVE and is drained by reconciliation. */
export function begin(
  service: ServiceRecord,
  id: string,
  taskDefinitionArn: string,
  nowMs: number,
  reason: string,
): ServiceRecord {
  const deployment: DeploymentRecord = {
    id,
    status: 'PRIMARY',
    taskDefinitionArn,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason,
    failedTasks: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  const older = service.deployments.map((one) => ({ ...one, status: 'ACTIVE' as const }));
  return {
    ...service,
    deployments: [deployment, ...older],
    throttle: { failures: 0, notBeforeMs: 0 },
  };
}

/** Moves deployments on to where their tasks say they are. */
export function advance(
  service: ServiceRecord,
  tasks: DeploymentTasks,
  nowMs: number,
  newId: () => string,
): { readonly service: ServiceRecord; readonly changes: readonly DeploymentChange[] } {
  const primary = service.deployments.find((one) => one.status === 'PRIMARY');
  if (!primary) return { service, changes: [] };
  const remaining = service.deployments.filter(
    (one) => one.status === 'PRIMARY' || (tasks.existing[one.id] ?? 0) > 0,
  );
  const pruned =
    remaining.length === service.deployments.length ? service : { ...service, deployments: remaining };
  if (primary.rolloutState !== 'IN_PROGRESS') return { service: pruned, changes: [] };
  if (tripped(service, primary)) return trip(pruned, primary, nowMs, newId);
  const healthy = tasks.healthy[primary.id] ?? 0;
  if (remaining.length > 1 || healthy < service.desiredCount) return { service: pruned, changes: [] };
  const reason = `ECS deployment ${primary.id} completed.`;
  return {
    service: {
      ...replace(pruned, {
        ...primary,
        rolloutState: 'COMPLETED',
        rolloutStateReason: reason,
        updatedAtMs: nowMs,
      }),
      lastCompletedTaskDefinitionArn: primary.taskDefinitionArn,
    },
    changes: [
      {
        event: 'deployment.completed',
        deploymentId: primary.id,
        because: `${healthy} of ${service.desiredCount} wanted tasks are healthy and no older ones are left`,
      },
    ],
  };
}

function tripped(service: ServiceRecord, primary: DeploymentRecord): boolean {
  return service.circuitBreaker.enable && primary.failedTasks >= breakerThreshold(service.desiredCount);
}

function trip(
  service: ServiceRecord,
  primary: DeploymentRecord,
  nowMs: number,
  newId: () => string,
): { readonly service: ServiceRecord; readonly changes: readonly DeploymentChange[] } {
  const because = `${primary.failedTasks} tasks in a row failed to become healthy`;
  const failed = replace(service, {
    ...primary,
    rolloutState: 'FAILED',
    rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    updatedAtMs: nowMs,
  });
  const changes: DeploymentChange[] = [{ event: 'deployment.failed', deploymentId: primary.id, because }];
  const goal = service.lastCompletedTaskDefinitionArn;
  if (!service.circuitBreaker.rollback || !goal || goal === primary.taskDefinitionArn)
    return { service: failed, changes };
  const id = newId();
  changes.push({ event: 'deployment.rolled-back', deploymentId: id, because: `back to ${goal}: ${because}` });
  return {
    service: begin(
      failed,
      id,
      goal,
      nowMs,
      'ECS deployment circuit breaker: rolling back to last completed.',
    ),
    changes,
  };
}

/** A task of this deployment ended without ever having been healthy. */
export function taskFailed(service: ServiceRecord, deploymentId: string): ServiceRecord {
  const deployment = service.deployments.find((one) => one.id === deploymentId);
  if (!deployment) return service;
  return replace(service, { ...deployment, failedTasks: deployment.failedTasks + 1 });
}

/** The count of failures starts again (DeploymentCircuitBreaker.resetOnHealthyTask, true by default). */
export function taskHealthy(service: ServiceRecord, deploymentId: string): ServiceRecord {
  const deployment = service.deployments.find((one) => one.id === deploymentId);
  const known =
    deployment && deployment.failedTasks > 0 ? replace(service, { ...deployment, failedTasks: 0 }) : service;
  return known.throttle.failures === 0 ? known : { ...known, throttle: { failures: 0, notBeforeMs: 0 } };
}

function replace(service: ServiceRecord, deployment: DeploymentRecord): ServiceRecord {
  return {
    ...service,
    deployments: service.deployments.map((one) => (one.id === deployment.id ? deployment : one)),
  };
}

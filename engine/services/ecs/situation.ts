/** From records to what reconciliation.ts and deployment.ts look at. Pure. */
import type { DeploymentTasks } from './deployment.ts';
import { isLeaving, type ServiceRecord, type TaskRecord } from './model.ts';
import type { Situation, TaskView } from './reconciliation.ts';
import type { SubnetPlace } from './zones.ts';

const START_REAL_MS = 10_000;

export function situationOf(
  service: ServiceRecord,
  primaryDeploymentId: string,
  tasks: readonly TaskRecord[],
  subnets: readonly SubnetPlace[],
  nowMs: number,
  speed: number,
): Situation {
  return {
    nowMs,
    desiredCount: service.desiredCount,
    minimumHealthyPercent: service.minimumHealthyPercent,
    maximumPercent: service.maximumPercent,
    gracePeriodMs: graceOf(service, speed),
    primaryDeploymentId,
    startNotBeforeMs: service.throttle.notBeforeMs,
    subnets,
    tasks: tasks.filter((task) => !isLeaving(task)).map(viewOf),
  };
}

/** A program starts in real time, however fast the clock runs: above speed 1 it gets at least ten real seconds. */
function graceOf(service: ServiceRecord, speed: number): number {
  return Math.max(service.gracePeriodSeconds * 1000, speed > 1 ? START_REAL_MS * speed : 0);
}

function viewOf(task: TaskRecord): TaskView {
  return {
    id: task.id,
    deploymentId: task.deploymentId ?? '',
    zone: task.availabilityZone,
    running: task.lastStatus === 'RUNNING',
    health: task.health,
    createdAtMs: task.createdAtMs,
    ...(task.startedAtMs === undefined ? {} : { startedAtMs: task.startedAtMs }),
  };
}

export function countTasks(tasks: readonly TaskRecord[]): DeploymentTasks {
  const healthy: Record<string, number> = {};
  const existing: Record<string, number> = {};
  for (const task of tasks) {
    const id = task.deploymentId ?? '';
    existing[id] = (existing[id] ?? 0) + 1;
    if (!isLeaving(task) && task.health === 'HEALTHY') healthy[id] = (healthy[id] ?? 0) + 1;
  }
  return { healthy, existing };
}

/**
 * After a loss of the region: its tasks ended with it, their records did not. Targets and addresses are given
 * back, strays are ended, and reconciliation then starts fresh tasks.
 */
import { killStray } from '../../guest/proc.ts';
import type { ServiceContext } from '../contract.ts';
import type { EcsRecords } from './model.ts';
import { deregisterTask } from './targets.ts';
import { releaseInterface } from './task.ts';

const STOPPED_TASKS_KEPT = 50;

export async function recoverTasks(context: ServiceContext, records: EcsRecords): Promise<void> {
  const because = `the region ${context.region} stopped; its tasks ended with it`;
  for (const task of records.tasks.values()) {
    if (task.lastStatus === 'STOPPED') continue;
    if (task.pid !== undefined && task.pidStartTicks !== undefined) killStray(task.pid, task.pidStartTicks);
    const service = task.serviceArn === undefined ? undefined : records.services.get(task.serviceArn);
    if (service && task.privateAddress) await deregisterTask(context, service, task);
    await releaseInterface(context, task);
    records.tasks.put(task.id, {
      ...task,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      health: 'UNKNOWN',
      stopCode: task.stopCode ?? 'ServiceSchedulerInitiated',
      stoppedReason: task.stoppedReason ?? because,
      stoppedAtMs: context.clock.now(),
    });
    context.journal.record({
      event: 'task.stopped',
      subject: task.arn,
      because,
      data: { service: service?.name ?? null },
    });
  }
  forgetOldTasks(records);
}

/** ECS shows stopped tasks for about an hour; here the newest few are kept. */
export function forgetOldTasks(records: EcsRecords): void {
  const stopped = records.tasks
    .values()
    .filter((task) => task.lastStatus === 'STOPPED')
    .toSorted((one, other) => (other.stoppedAtMs ?? 0) - (one.stoppedAtMs ?? 0));
  for (const task of stopped.slice(STOPPED_TASKS_KEPT)) records.tasks.delete(task.id);
}

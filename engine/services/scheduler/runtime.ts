/** Makes schedules happen: one timer each, its target invoked at its times, in AWS time. */
import type { Timer } from '../../time/clock.ts';
import { nextTime, parseSchedule } from '../../time/schedule-expression.ts';
import type { ServiceContext } from '../contract.ts';
import { deliver } from '../delivery.ts';
import { type ScheduleRecord, type SchedulerRecords, scheduleKey } from './model.ts';

export interface Runtime {
  plan(key: string): void;
  start(): void;
  stop(): void;
}

const LONGEST_TIMER_MS = 12 * 3600_000;

/** The schedule's next time, within its start and end; undefined when it is over or disabled. */
export function nextOf(schedule: ScheduleRecord, nowMs: number): number | undefined {
  if (schedule.state === 'DISABLED') return undefined;
  const from = Math.max(nowMs, (schedule.startMs ?? 0) - 1);
  const origin = schedule.startMs ?? schedule.createdAtMs;
  const next = nextTime(parseSchedule(schedule.expression), from, origin, schedule.timezone);
  return next !== undefined && next <= (schedule.endMs ?? Number.POSITIVE_INFINITY) ? next : undefined;
}

export function createRuntime(context: ServiceContext, records: SchedulerRecords): Runtime {
  const timers = new Map<string, Timer>();
  const closing = new AbortController();
  let open = false;

  const plan = (key: string): void => {
    timers.get(key)?.stop();
    timers.delete(key);
    const schedule = records.schedules.get(key);
    if (open && schedule) wait(key, nextOf(schedule, context.clock.now()));
  };

  const wait = (key: string, at: number | undefined): void => {
    if (at === undefined) return;
    const step = Math.min(at - context.clock.now(), context.clock.speed * LONGEST_TIMER_MS);
    timers.set(
      key,
      context.clock.after(step, () => {
        if (context.clock.now() < at) return wait(key, at);
        fire(key, at);
        plan(key);
      }),
    );
  };

  const fire = (key: string, at: number): void => {
    const schedule = records.schedules.get(key);
    if (!schedule) return;
    const { target } = schedule;
    void deliver(
      context,
      {
        targetArn: target.Arn!,
        payload: fill(target.Input ?? '{}', schedule, at),
        retry: target.RetryPolicy,
        from: schedule.arn,
      },
      closing.signal,
    );
    if (schedule.deleteAfterCompletion && nextOf(schedule, at) === undefined) records.schedules.delete(key);
  };

  return {
    plan,
    start: () => {
      open = true;
      for (const schedule of records.schedules.values()) plan(scheduleKey(schedule.group, schedule.name));
    },
    stop: () => {
      open = false;
      closing.abort(new Error('the region is shutting down'));
      for (const timer of timers.values()) timer.stop();
    },
  };
}

/** EventBridge Scheduler User Guide, “Adding context attributes”. */
function fill(input: string, schedule: ScheduleRecord, at: number): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z'))
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

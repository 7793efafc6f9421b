// One invocation by the schedule: it starts every minute (schedules are no finer), so the function ticks inside until
// the minute is nearly used. Pure: see step.ts.

import type { Mind, Procedure } from './step.ts';
import { pause } from './step.ts';
import { tick } from './tick.ts';

export interface InvocationPace {
  readonly startedAt: number;
  /** Until Lambda's own timeout. */
  readonly remainingMs: () => number;
}

export interface Ticked {
  readonly ticks: number;
  readonly verdict: string;
  readonly because: string;
  readonly phase: string | null;
}

/** The next minute's invocation follows; reserved concurrency 1 would refuse it if we were still here. */
const invocationMs = 55_000;
/** What one tick may need, worst case: the looks' deadline, the memory twice, some calls. */
const reserveMs = 10_000;

/** True when, after resting so long, another tick no longer fits into this invocation. */
export function isOver({ now }: Mind, { startedAt, remainingMs }: InvocationPace, restMs: number): boolean {
  return now() - startedAt + restMs >= invocationMs || remainingMs() - restMs < reserveMs;
}

export function* watch(mind: Mind, pace: InvocationPace): Procedure<Ticked> {
  let last: Ticked = { ticks: 0, verdict: 'none', because: 'no time for a tick', phase: null };
  while (!isOver(mind, pace, 0)) {
    const begunAt = mind.now();
    const { decision, undone } = yield* tick(mind);
    const { verdict, because, memory } = decision;
    last = { ticks: last.ticks + 1, verdict, because, phase: memory?.phase ?? null };
    const intervalMs = undone === null ? decision.nextLookSeconds * 1_000 : 0;
    const restMs = Math.max(0, begunAt + intervalMs - mind.now());
    if (isOver(mind, pace, restMs)) break;
    yield* pause(restMs / 1_000);
  }
  return last;
}

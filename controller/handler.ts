// The Lambda function's entry. A schedule starts it every minute (schedules are no finer) and it ticks inside, every
// 10 s, until the minute is nearly used. An event with a `command` is an operator's word instead.
// Time is read through the globals at each call, so that whoever runs the function decides how fast it passes.

import { connect } from './aws.ts';
import { readCommand } from './commands.ts';
import { readConfig } from './config.ts';
import { witnesses } from './observe.ts';
import type { Pace, Reply } from './operator.ts';
import { runCommand } from './operator.ts';
import type { Body } from './tick.ts';
import { tick } from './tick.ts';

export interface Context {
  readonly getRemainingTimeInMillis?: () => number;
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
const unboundedMs = 60_000;

let body: Body | null = null;

/** Kept over invocations of one environment: connections, and how long we have been without memory. */
function embody(): Body {
  if (body !== null) return body;
  const config = readConfig(process.env);
  body = {
    config,
    aws: connect(config),
    eyes: witnesses(config),
    now: () => Date.now(),
    log: (line) => console.log(JSON.stringify(line)),
    blind: { ticks: 0, pagedAt: null },
  };
  return body;
}

function paceOf(context: Context, startedAt: number): Pace {
  const remaining = (): number => context.getRemainingTimeInMillis?.() ?? unboundedMs;
  return {
    pause: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000)),
    over: () => Date.now() - startedAt >= invocationMs || remaining() < reserveMs,
  };
}

async function watch(self: Body, pace: Pace, startedAt: number, context: Context): Promise<Ticked> {
  let ticks = 0;
  let last: Ticked = { ticks, verdict: 'none', because: 'no time for a tick', phase: null };
  while (!pace.over()) {
    const begunAt = Date.now();
    const { decision, conflict } = await tick(self);
    ticks += 1;
    const { verdict, because, memory } = decision;
    last = { ticks, verdict, because, phase: memory?.phase ?? null };
    const intervalMs = conflict ? 0 : decision.nextLookSeconds * 1_000;
    const restMs = Math.max(0, begunAt + intervalMs - Date.now());
    const used = Date.now() - startedAt + restMs;
    if (used >= invocationMs || (context.getRemainingTimeInMillis?.() ?? unboundedMs) - restMs < reserveMs)
      break;
    await pace.pause(restMs / 1_000);
  }
  return last;
}

export const handler = async (event: unknown, context: Context = {}): Promise<Reply | Ticked> => {
  const startedAt = Date.now();
  const command = readCommand(event);
  const self = embody();
  const pace = paceOf(context, startedAt);
  return command === null ? watch(self, pace, startedAt, context) : runCommand(self, pace, command);
};

// The Lambda function's entry: an event of the schedule is watched through (invocation.ts), one with a `command` is an
// operator's word (operator.ts).
// Time is read through the globals at each call, so that whoever runs the function decides how fast it passes.

import { connect } from './aws.ts';
import { readCommand } from './commands.ts';
import { readConfig } from './config.ts';
import type { Body } from './drive.ts';
import { mindOf, perform } from './drive.ts';
import type { InvocationPace, Ticked } from './invocation.ts';
import { watch } from './invocation.ts';
import { witnesses } from './observe.ts';
import type { Reply } from './operator.ts';
import { obeyCommand } from './operator.ts';
import type { Mind } from './step.ts';

export interface Context {
  readonly getRemainingTimeInMillis?: () => number;
}

const unboundedMs = 60_000;

interface Self {
  readonly body: Body;
  readonly mind: Mind;
}

let self: Self | null = null;

/** Kept over invocations of one environment: connections, and how long we have been without memory. */
function embody(): Self {
  if (self !== null) return self;
  const config = readConfig(process.env);
  const body: Body = {
    config,
    aws: connect(config),
    eyes: witnesses(config),
    now: () => Date.now(),
    rest: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000)),
  };
  self = { body, mind: mindOf(body, (line) => console.log(JSON.stringify(line))) };
  return self;
}

export const handler = async (event: unknown, context: Context = {}): Promise<Reply | Ticked> => {
  const pace: InvocationPace = {
    startedAt: Date.now(),
    remainingMs: () => context.getRemainingTimeInMillis?.() ?? unboundedMs,
  };
  const command = readCommand(event);
  const { body, mind } = embody();
  return command === null
    ? perform(body, watch(mind, pace))
    : perform(body, obeyCommand(mind, pace, command));
};

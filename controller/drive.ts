// Drives a procedure with AWS and real time: each step is asked, awaited and answered, one after another. Nothing is
// decided here.

import { attempt } from './act.ts';
import type { Aws } from './aws.ts';
import type { Config } from './config.ts';
import { decide } from './decide.ts';
import { loadMemory, saveMemory } from './memory-store.ts';
import type { Witnesses } from './observe.ts';
import { observe } from './observe.ts';
import type { Answer, Look, Mind, Procedure, Step } from './step.ts';

/** What reaches the world. */
export interface Body {
  readonly config: Config;
  readonly aws: Aws;
  readonly eyes: Witnesses;
  readonly now: () => number;
  readonly rest: (seconds: number) => Promise<void>;
}

/** The mind of this body: the real decision, nothing forgotten yet. */
export function mindOf({ config, now }: Body, log: Mind['log']): Mind {
  const { region, peerRegion, policy } = config;
  return {
    region,
    peerRegion,
    policy,
    now,
    log,
    blind: { ticks: 0, pagedAt: null, remembered: null },
    decide,
  };
}

async function lookAround({ config, aws, eyes, now }: Body): Promise<Look> {
  const [loaded, observation] = await Promise.all([
    loadMemory(aws, config.stateBucket, now()),
    observe(aws, config, eyes, now()),
  ]);
  return { loaded, observation };
}

async function answer(body: Body, step: Step): Promise<Answer> {
  switch (step.step) {
    case 'look':
      return lookAround(body);
    case 'recall':
      return loadMemory(body.aws, body.config.stateBucket, body.now());
    case 'save':
      return saveMemory(body.aws, body.config.stateBucket, step.memory, step.etag);
    case 'act':
      return attempt(body.aws, body.config, step.action);
    case 'pause':
      await body.rest(step.seconds);
      return undefined;
  }
}

export async function perform<T>(body: Body, procedure: Procedure<T>): Promise<T> {
  let asked = procedure.next();
  while (asked.done !== true) asked = procedure.next(await answer(body, asked.value));
  return asked.value;
}

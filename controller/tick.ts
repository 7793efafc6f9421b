// One tick: load → observe → decide → save → act → settle → save. The decision is saved before its first action; what
// the actions achieved is saved after. A crash between any two of these leaves a state from which the next tick goes on.

import { act, carryOut } from './act.ts';
import type { Outcome } from './actions.ts';
import { movesWriter, settle } from './actions.ts';
import type { Aws } from './aws.ts';
import type { Config } from './config.ts';
import type { Decision, Recollection } from './decide.ts';
import { decide } from './decide.ts';
import { describeTick } from './log.ts';
import type { Memory } from './memory.ts';
import type { Loaded } from './memory-store.ts';
import { loadMemory, saveMemory } from './memory-store.ts';
import type { Observation } from './observation.ts';
import type { Witnesses } from './observe.ts';
import { observe } from './observe.ts';

/** All that a tick needs from outside. `blind` counts ticks without memory, in this process alone. */
export interface Body {
  readonly config: Config;
  readonly aws: Aws;
  readonly eyes: Witnesses;
  readonly now: () => number;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  readonly blind: { ticks: number; pagedAt: number | null };
}

export interface Tick {
  readonly decision: Decision;
  readonly observation: Observation;
  readonly outcomes: readonly Outcome[];
  /** Somebody else wrote the memory meanwhile; nothing was done. */
  readonly conflict: boolean;
}

/** A process may be stopped between looking and acting, and wake in another world: then it has to look again. */
const staleAfterMs = 60_000;

/** A change of these alone is written only every 20 s: they move at every tick and are safe to be behind. */
const restAtMs = 20_000;

function lasting(memory: Memory): string {
  return JSON.stringify({ ...memory, peerOkAt: 0, evidence: { ...memory.evidence, at: 0 } });
}

function worthSaving(before: Memory, after: Memory): boolean {
  return lasting(before) !== lasting(after) || after.evidence.at - before.evidence.at >= restAtMs;
}

function recollect(body: Body, loaded: Loaded): Recollection {
  if (loaded.kept) return { kept: true, memory: loaded.memory };
  body.blind.ticks += 1;
  return { kept: false, why: loaded.why, ...body.blind };
}

export async function tick(body: Body): Promise<Tick> {
  const { config, aws } = body;
  const startedAt = body.now();
  const [loaded, observation] = await Promise.all([
    loadMemory(aws, config.stateBucket, body.now()),
    observe(aws, config, body.eyes, body.now()),
  ]);
  let decision = decide(config.policy, recollect(body, loaded), observation, body.now());
  let etag = loaded.kept ? loaded.etag : null;
  if (loaded.kept && decision.memory !== null) {
    if (etag === null || worthSaving(loaded.memory, decision.memory)) {
      const saved = await saveMemory(aws, config.stateBucket, decision.memory, etag);
      if (saved.saved) etag = saved.etag;
      else if (saved.conflict) return finish(body, { decision, observation, outcomes: [], conflict: true });
      else decision = unsaved(body, observation, saved.why);
    }
    if (decision.memory !== null) {
      body.blind.ticks = 0;
      logTransition(body, loaded.memory, decision);
    }
  }
  const outcomes = await carryOut(decision.actions, (action) => {
    const oldMs = body.now() - startedAt;
    if (movesWriter(action) && oldMs > staleAfterMs) throw new Error(`what was seen is ${oldMs} ms old`);
    return act(aws, config, action);
  });
  await remember(body, decision, outcomes, etag);
  return finish(body, { decision, observation, outcomes, conflict: false });
}

function logTransition({ log, config }: Body, before: Memory, { memory, because }: Decision): void {
  if (memory === null || memory.phase === before.phase) return;
  const { phase: to, epoch } = memory;
  log({
    level: 'warn',
    message: 'transition',
    region: config.region,
    from: before.phase,
    to,
    epoch,
    because,
  });
}

/** What cannot be written down is not done. */
function unsaved(body: Body, observation: Observation, why: string): Decision {
  body.blind.ticks += 1;
  const recollection: Recollection = { kept: false, why: `cannot be written: ${why}`, ...body.blind };
  return decide(body.config.policy, recollection, observation, body.now());
}

async function remember(
  body: Body,
  decision: Decision,
  outcomes: readonly Outcome[],
  etag: string | null,
): Promise<void> {
  if (decision.memory === null) {
    if (outcomes.some(({ action, ok }) => ok && action.do === 'tell')) body.blind.pagedAt = body.now();
    return;
  }
  const settled = settle(decision.memory, outcomes, body.now());
  if (settled === decision.memory) return;
  const saved = await saveMemory(body.aws, body.config.stateBucket, settled, etag);
  if (!saved.saved) body.log({ level: 'warn', message: 'what was done is not written down', why: saved.why });
}

function finish(body: Body, done: Tick): Tick {
  body.log(describeTick(body.config.region, done));
  return done;
}

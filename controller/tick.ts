// One tick: look → decide → save → act → settle → save. The decision is saved before its first action; what the actions
// achieved is saved after. A crash between any two of these leaves a state from which the next tick goes on.
// Pure: see step.ts.

import type { Outcome } from './actions.ts';
import { movesWriter, settle } from './actions.ts';
import type { Decision, Recollection } from './decide.ts';
import { describeTick, describeTransition } from './log.ts';
import type { Loaded } from './memory.ts';
import { worthSaving } from './memory.ts';
import type { Observation } from './observation.ts';
import type { Mind, Procedure } from './step.ts';
import { act, look, save } from './step.ts';

export interface Tick {
  readonly decision: Decision;
  readonly observation: Observation;
  readonly outcomes: readonly Outcome[];
  /** Somebody else wrote the memory meanwhile; nothing was done. */
  readonly conflict: boolean;
}

/** A process may be stopped between looking and acting, and wake in another world: then it has to look again. */
const staleAfterMs = 60_000;

function recollect(mind: Mind, loaded: Loaded): Recollection {
  if (loaded.kept) return { kept: true, memory: loaded.memory };
  mind.blind.ticks += 1;
  return { kept: false, why: loaded.why, ...mind.blind };
}

export function* tick(mind: Mind): Procedure<Tick> {
  const startedAt = mind.now();
  const { loaded, observation } = yield* look();
  let decision = mind.decide(mind.policy, recollect(mind, loaded), observation, mind.now());
  let etag = loaded.kept ? loaded.etag : null;
  if (loaded.kept && decision.memory !== null) {
    if (etag === null || worthSaving(loaded.memory, decision.memory)) {
      const saved = yield* save(decision.memory, etag);
      if (saved.saved) etag = saved.etag;
      else if (saved.conflict) return finish(mind, { decision, observation, outcomes: [], conflict: true });
      else decision = unsaved(mind, observation, saved.why);
    }
    if (decision.memory !== null) {
      mind.blind.ticks = 0;
      if (decision.memory.phase !== loaded.memory.phase)
        mind.log?.(describeTransition(mind.region, loaded.memory.phase, decision.memory, decision.because));
    }
  }
  const outcomes = yield* carryOut(mind, decision, startedAt);
  yield* remember(mind, decision, outcomes, etag);
  return finish(mind, { decision, observation, outcomes, conflict: false });
}

/** What cannot be written down is not done. */
function unsaved(mind: Mind, observation: Observation, why: string): Decision {
  mind.blind.ticks += 1;
  const recollection: Recollection = { kept: false, why: `cannot be written: ${why}`, ...mind.blind };
  return mind.decide(mind.policy, recollection, observation, mind.now());
}

/** In the order given: capacity before the promotion, telling people last. One failure stops none of the others. */
function* carryOut(mind: Mind, { actions }: Decision, startedAt: number): Procedure<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const action of actions) {
    const oldMs = mind.now() - startedAt;
    const stale = movesWriter(action) && oldMs > staleAfterMs;
    const { ok, why } = stale ? { ok: false, why: `what was seen is ${oldMs} ms old` } : yield* act(action);
    outcomes.push({ action, ok, why });
  }
  return outcomes;
}

function* remember(
  mind: Mind,
  decision: Decision,
  outcomes: readonly Outcome[],
  etag: string | null,
): Procedure<void> {
  if (decision.memory === null) {
    if (outcomes.some(({ action, ok }) => ok && action.do === 'tell')) mind.blind.pagedAt = mind.now();
    return;
  }
  const settled = settle(decision.memory, outcomes, mind.now());
  if (settled === decision.memory) return;
  const saved = yield* save(settled, etag);
  if (!saved.saved)
    mind.log?.({ level: 'warn', message: 'what was done is not written down', why: saved.why });
}

function finish(mind: Mind, done: Tick): Tick {
  mind.log?.(describeTick(mind.region, done));
  return done;
}

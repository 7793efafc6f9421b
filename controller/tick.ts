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
import type { Sight } from './sight.ts';
import { howOld, isOutdated, isStale, sightOf } from './sight.ts';
import type { Mind, Procedure } from './step.ts';
import { act, save } from './step.ts';

export interface Tick {
  readonly decision: Decision;
  readonly observation: Observation;
  readonly outcomes: readonly Outcome[];
  /** Why nothing was done or remembered: somebody else wrote the memory meanwhile; every look was stale. */
  readonly undone: Undone | null;
}

export type Undone = 'conflict' | 'stale';

function recollect(mind: Mind, loaded: Loaded): Recollection {
  if (loaded.kept) return { kept: true, memory: loaded.memory };
  mind.blind.ticks += 1;
  return { kept: false, why: loaded.why, ...mind.blind };
}

/** The memory is the one read along with the look, and not a newer one: so one moment is counted once, for of two who
 * looked at the same time the second to save loses the race and its look is no evidence. */
export function* tick(mind: Mind): Procedure<Tick> {
  const sight = yield* sightOf(mind);
  const { loaded, observation } = sight;
  if (isStale(mind, sight))
    return finish(mind, { decision: undecided(mind, sight), observation, outcomes: [], undone: 'stale' });
  let decision = mind.decide(mind.policy, recollect(mind, loaded), observation, mind.now());
  let etag = loaded.kept ? loaded.etag : null;
  if (loaded.kept && decision.memory !== null) {
    if (etag === null || worthSaving(loaded.memory, decision.memory)) {
      const saved = yield* save(decision.memory, etag);
      if (saved.saved) etag = saved.etag;
      else if (saved.conflict)
        return finish(mind, { decision, observation, outcomes: [], undone: 'conflict' });
      else decision = unsaved(mind, observation, saved.why);
    }
    if (decision.memory !== null) {
      mind.blind.ticks = 0;
      mind.blind.remembered = decision.memory;
      if (decision.memory.phase !== loaded.memory.phase)
        mind.log?.(describeTransition(mind.region, loaded.memory.phase, decision.memory, decision.because));
    }
  }
  const outcomes = yield* carryOut(mind, decision, sight);
  yield* remember(mind, decision, outcomes, etag);
  return finish(mind, { decision, observation, outcomes, undone: null });
}

/** What was seen too long ago says nothing of now: it changes no count and moves nothing. */
function undecided(mind: Mind, sight: Sight): Decision {
  return {
    verdict: 'hold',
    problem: 'stale-look',
    because: `${howOld(mind, sight)}; nothing is decided on it`,
    actions: [],
    memory: sight.loaded.kept ? sight.loaded.memory : null,
    nextLookSeconds: 0,
  };
}

/** What cannot be written down is not done. */
function unsaved(mind: Mind, observation: Observation, why: string): Decision {
  mind.blind.ticks += 1;
  const recollection: Recollection = { kept: false, why: `cannot be written: ${why}`, ...mind.blind };
  return mind.decide(mind.policy, recollection, observation, mind.now());
}

/** In the order given: capacity before the promotion, telling people last. One failure stops none of the others. */
function* carryOut(mind: Mind, { actions }: Decision, sight: Sight): Procedure<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const action of actions) {
    const stale = movesWriter(action) && isOutdated(mind, sight);
    const { ok, why } = stale ? { ok: false, why: howOld(mind, sight) } : yield* act(action);
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

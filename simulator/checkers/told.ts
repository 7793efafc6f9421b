// Nobody moves a writer in silence: within two minutes of each move somebody has been told of it, by the region whose
// controller moved it: the one that took over, or in a failback the one that gave it back. Where that one cannot speak,
// the time counts once it can.

import { answers } from '../model/state.ts';
import type { CheckerMaker } from './checker.ts';

const WITHIN_MS = 120_000;

export const told: CheckerMaker = (world) => {
  const toldAtMs: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let watched = 0;
  let silentSinceMs: number | null = null;
  return {
    invariant: 'told',
    act: (region, action) => {
      if (action.do === 'tell') toldAtMs[region.index] = world.agenda.nowMs;
      return undefined;
    },
    step: () => {
      const { moves, agenda, regions } = world;
      if (moves.length !== watched) {
        watched = moves.length;
        silentSinceMs = agenda.nowMs;
      }
      const move = moves.at(-1);
      if (!move || silentSinceMs === null) return undefined;
      const byTaker = move.decidedSeconds !== null;
      const mover = regions.find(({ name }) => (name === move.to) === byTaker)!;
      const since = (move.decidedSeconds ?? move.promotedSeconds) * 1_000;
      if (toldAtMs[mover.index] >= since) {
        silentSinceMs = null;
        return undefined;
      }
      const runs = agenda.nowMs - mover.controller.lastRanAtMs < 60_000;
      if (!answers(mover) || !runs || mover.controller.memoryAway > 0) silentSinceMs = agenda.nowMs;
      return agenda.nowMs - silentSinceMs > WITHIN_MS
        ? `the writer went to ${move.to}, and nobody has been told`
        : undefined;
    },
  };
};

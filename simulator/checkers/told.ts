// Nobody moves a writer in silence: a person has been told of a move within two minutes of it.

import type { CheckerMaker } from './checker.ts';

const WITHIN_MS = 120_000;

export const told: CheckerMaker = (world) => {
  let tellings = 0;
  return {
    invariant: 'told',
    act: (_, action) => {
      if (action.do === 'tell') tellings++;
      return undefined;
    },
    step: () => {
      const [first] = world.moves;
      if (first === undefined || tellings > 0) return undefined;
      const silentMs = world.agenda.nowMs - first.promotedSeconds * 1_000;
      return silentMs > WITHIN_MS ? `the writer went to ${first.to}, and nobody has been told` : undefined;
    },
  };
};

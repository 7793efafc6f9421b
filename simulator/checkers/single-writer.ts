// One writer: an old primary that nobody can reach may go on, in its own epoch; two regions of one epoch never write,
// and one that can hear of a higher epoch stops.

import { canAsk } from '../model/state.ts';
import type { CheckerMaker } from './checker.ts';

/** Exchanges come every two seconds; a held lock or a slow answer may cost a few. */
const HEARS_WITHIN_MS = 15_000;

export const singleWriter: CheckerMaker = (world) => {
  let bothSinceMs: number | null = null;
  return {
    invariant: 'single-writer',
    step: () => {
      const [east, west] = world.regions;
      const both = east.writable && west.writable;
      if (both && east.cluster.membership.epoch === west.cluster.membership.epoch)
        return `both regions write in epoch ${east.cluster.membership.epoch}`;
      const hears = both && canAsk(world, 0, 1) && canAsk(world, 1, 0);
      if (!hears) bothSinceMs = null;
      else bothSinceMs ??= world.agenda.nowMs;
      if (bothSinceMs !== null && world.agenda.nowMs - bothSinceMs > HEARS_WITHIN_MS)
        return 'both regions write although they have been able to hear each other for 15 s';
      return undefined;
    },
  };
};

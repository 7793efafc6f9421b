// One writer: an old primary that nobody can reach may go on, in its own epoch; two regions of one epoch never write,
// and one that can hear of a higher epoch, or of a takeover that has begun, stops.

import { peerOf } from '../faults.ts';
import { canAsk } from '../model/state.ts';
import type { CheckerMaker } from './checker.ts';

/** Exchanges come every two seconds; a held lock or a slow answer may cost a few. */
const HEARS_WITHIN_MS = 15_000;

export const singleWriter: CheckerMaker = (world) => {
  let bothSinceMs: number | null = null;
  const deafSinceMs: [number | null, number | null] = [null, null];
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
      for (const index of [0, 1] as const) {
        const region = world.regions[index];
        const peer = world.regions[peerOf(index)];
        const { move } = peer.cluster;
        const told =
          region.writable &&
          move?.kind === 'failing-over' &&
          region.cluster.membership.epoch < move.epoch &&
          canAsk(world, 0, 1) &&
          canAsk(world, 1, 0);
        if (!told) deafSinceMs[index] = null;
        else deafSinceMs[index] ??= world.agenda.nowMs;
        if (world.agenda.nowMs - (deafSinceMs[index] ?? world.agenda.nowMs) > HEARS_WITHIN_MS)
          return `${region.name} goes on writing although it has been able to hear for 15 s that ${peer.name} is taking over`;
      }
      return undefined;
    },
  };
};

// The writer does not leave a region that the world reaches: DNS names the standby because the other region ails, or
// because the latch is held, and a latch that is held for nobody is no witness.

import { peerOf, REGIONS, type Region } from '../faults.ts';
import type { CheckerMaker } from './checker.ts';

/** Longer than Route 53 needs to see a region well again, and a released latch to count. */
const WELL_MS = 300_000;

export const needlessMove: CheckerMaker = (world) => {
  const wellSince: [number | null, number | null] = [null, null];
  return {
    invariant: 'needless-move',
    act: (region, action) => {
      const takes = action.do === 'promote' || (action.do === 'switch-over' && action.to === 'self');
      const peer = peerOf(region.index);
      const began = wellSince[peer];
      if (!takes || began === null || world.agenda.nowMs - began < WELL_MS) return undefined;
      // A writer that came where nobody latched it (its move was abandoned, and RDS finished it all the same) follows
      // DNS back to PRIMARY.
      if (region.index === 0 && world.dns.regionHealthy[0] && world.dns.latchHealthy) return undefined;
      return `${region.name} takes the writer from ${REGIONS[peer]}, which the world has reached for ${WELL_MS / 60_000} minutes`;
    },
    step: () => {
      for (const index of [0, 1] as const)
        if (!isWell(index)) wellSince[index] = null;
        else wellSince[index] ??= world.agenda.nowMs;
      return undefined;
    },
  };

  function isWell(index: Region): boolean {
    const { up, frozen, opinion, worldCut, isolated, writable, controller } = world.regions[index];
    // A controller that lost its memory and its process before the latch was set cannot know that it moved.
    if (controller.memoryAway > 0 && controller.blind.remembered === null) return false;
    return (
      up &&
      frozen === 0 &&
      opinion.ok &&
      worldCut === 0 &&
      isolated === 0 &&
      writable &&
      world.dns.regionHealthy[index]
    );
  }
};

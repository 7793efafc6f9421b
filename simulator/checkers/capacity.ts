// A region that took over is made as large as the one it replaces.

import { isWriterRegion } from '../model/cluster.ts';
import type { CheckerMaker } from './checker.ts';

const WITHIN_MS = 120_000;

export const capacity: CheckerMaker = (world) => {
  const wanted: [number | null, number | null] = [null, null];
  const movedAtMs: [number, number] = [0, 0];
  return {
    invariant: 'capacity',
    act: (region, action) => {
      if (action.do === 'promote') {
        wanted[region.index] = region.peerDesiredSeen;
        movedAtMs[region.index] = world.agenda.nowMs;
      }
      return undefined;
    },
    step: () => {
      for (const region of world.regions) {
        const count = wanted[region.index];
        if (count === null || !isWriterRegion(region)) continue;
        const enough = region.service.desired >= Math.min(count, region.service.maximum);
        if (enough || world.agenda.nowMs - movedAtMs[region.index] < WITHIN_MS) continue;
        const alive = world.agenda.nowMs - region.controller.lastRanAtMs < 30_000;
        if (!alive || region.controller.memoryAway > 0 || region.controller.memory?.phase !== 'moved')
          continue;
        return `${region.name} took over from a region of ${count} tasks and wants ${region.service.desired}`;
      }
      return undefined;
    },
  };
};

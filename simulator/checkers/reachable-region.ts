// DNS gives up a region that the world has lost, not one that some of it cannot reach: whom a quarter of Route 53's
// checkers have reached for minutes counts as healthy (it takes more than 18 % of them).

import { REGIONS } from '../faults.ts';
import type { CheckerMaker } from './checker.ts';

const SHARE = 0.25;
const WITHIN_MS = 240_000;

export const reachableRegion: CheckerMaker = (world) => {
  const since: [number | null, number | null] = [null, null];
  return {
    invariant: 'reachable-region',
    step: () => {
      const { nowMs } = world.agenda;
      for (const { index, opinion, worldCut, isolated } of world.regions) {
        const states = world.dns.checkers[index];
        const reaching = states.filter(({ cut }) => cut === 0).length;
        const reached = opinion.ok && worldCut === 0 && isolated === 0 && reaching > states.length * SHARE;
        if (!reached) since[index] = null;
        else since[index] ??= nowMs;
        const began = since[index];
        if (began !== null && nowMs - began > WITHIN_MS && !world.dns.regionHealthy[index])
          return `${REGIONS[index]} answers ${reaching} of ${states.length} checkers for ${WITHIN_MS / 60_000} minutes and counts as unhealthy`;
      }
      return undefined;
    },
  };
};

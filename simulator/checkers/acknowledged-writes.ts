// Nothing acknowledged disappears in silence: at the end every write is in the writer's history, or set aside as
// surplus, or still on the disk of a region that has not yet come to hand it over.

import { headOf } from '../model/cluster.ts';
import { endOf, shareOf } from '../model/history.ts';
import { isRescued } from '../model/membership.ts';
import type { CheckerMaker } from './checker.ts';

export const acknowledgedWrites: CheckerMaker = (world) => ({
  invariant: 'acknowledged-writes',
  end: () => {
    const { histories, regions, agenda } = world;
    const [east, west] = regions;
    const winner = east.cluster.membership.epoch >= west.cluster.membership.epoch ? east : west;
    const writer = regions.find(({ name }) => name === winner.cluster.membership.writerRegion) ?? winner;
    for (const branch of histories.branches) {
      const end = endOf(branch, agenda.nowMs);
      const kept = shareOf(histories, headOf(world, writer), branch.id) ?? branch.forkAt;
      if (Math.floor(kept) >= Math.floor(end)) continue;
      const onDisk = regions.some(
        (region) => Math.floor(shareOf(histories, headOf(world, region), branch.id) ?? 0) >= Math.floor(end),
      );
      if (onDisk || isRescued(world, branch.id, kept, end)) continue;
      const gone = Math.floor(end) - Math.floor(kept);
      return `${gone} writes that ${regions[branch.region].name} acknowledged in epoch ${branch.epoch} are nowhere`;
    }
    return undefined;
  },
});

// A region that is gone is not needed to replace it: with the peer down, and this region able, well and its controller
// running, a move has begun within minutes, unless the controller holds for a reason that its policy names.

import { peerOf, type Region } from '../faults.ts';
import { isWriterRegion } from '../model/cluster.ts';
import { isAble } from '../model/controllers.ts';
import { operationOf } from '../model/global-database.ts';
import type { RegionState } from '../model/state.ts';
import type { CheckerMaker } from './checker.ts';

const WITHIN_MS = 300_000;

/** Rows of the controller's table that hold on purpose, for a person or an operation to end. */
const HOLDS: ReadonlySet<string> = new Set([
  'loss-unknown',
  'held-by-operator',
  'awaiting-approval',
  'operation-running',
  'operation-overdue',
  'settling',
  'silent-while-settling',
  'move-stuck',
  'request-pending',
]);

export const controllerIndependence: CheckerMaker = (world) => {
  const since: [number | null, number | null] = [null, null];
  return {
    invariant: 'controller-independence',
    step: () => {
      for (const index of [0, 1] as const) {
        const region = world.regions[index];
        if (!isDue(region, index)) since[index] = null;
        else since[index] ??= world.agenda.nowMs;
        const began = since[index];
        if (began !== null && world.agenda.nowMs - began > WITHIN_MS)
          return `${region.name} has been able to take over from a lost ${world.regions[peerOf(index)].name} for 5 minutes, and has not begun (${region.controller.memory?.problem?.name ?? 'no memory'})`;
      }
      return undefined;
    },
  };

  function isDue(region: RegionState, index: Region): boolean {
    const { controller } = region;
    return (
      !world.regions[peerOf(index)].up &&
      region.up &&
      region.frozen === 0 &&
      region.isolated === 0 &&
      region.worldCut === 0 &&
      region.rdsApiAway === 0 &&
      controller.memoryAway === 0 &&
      controller.crashIn < 0 &&
      world.agenda.nowMs - controller.lastRanAtMs < 60_000 &&
      !isWriterRegion(region) &&
      operationOf(world, region) === null &&
      isAble(region) &&
      world.dns.active === index &&
      !HOLDS.has(controller.memory?.problem?.name ?? '')
    );
  }
};

// What happens again and again: in a region until it is lost, and in the world for as long as the run lasts.

import { isWriterRegion, tendReader } from './cluster.ts';
import { wakeController } from './controllers.ts';
import { pollLatch } from './dns.ts';
import { settleHistory } from './membership.ts';
import { publishLag } from './replication.ts';
import { trackTarget } from './service.ts';
import { answers, later, type RegionState, type World } from './state.ts';

const MINUTE_MS = 60_000;
const TEND_MS = 10_000;

export function startLoops(world: World, region: RegionState): void {
  later(world, region, world.random.phase.between(0, MINUTE_MS), () => wakeController(world, region));
  const minute = (): void => {
    later(world, region, MINUTE_MS, minute);
    publishLag(world, region);
    trackTarget(world, region);
  };
  // Datapoints are of whole minutes.
  later(world, region, MINUTE_MS - (world.agenda.nowMs % MINUTE_MS), minute);
}

export function startWorld(world: World): void {
  for (const region of world.regions) startLoops(world, region);
  pollLatch(world);
  const tend = (): void => {
    world.agenda.after(TEND_MS, tend);
    for (const region of world.regions) {
      if (!answers(region)) continue;
      tendReader(world, region);
      if (!isWriterRegion(region)) settleHistory(world, region);
    }
  };
  tend();
}

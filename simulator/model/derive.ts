// After every change: what follows from it, in the order in which one thing follows from another (database →
// application → checkers → answers → viewers), until nothing changes any more.

import { deriveTraffic, expireAnswers } from './clients.ts';
import { acceptsReads, acceptsWrites } from './cluster.ts';
import { deriveAnswers, wakeCheckers } from './dns.ts';
import { planExchange, rebuildForked } from './membership.ts';
import { judgeRegion, turnsAtMs } from './region-health.ts';
import { deriveFollowing, hasForked } from './replication.ts';
import { deriveServing, reconcileTasks, wakeTargets } from './service.ts';
import type { Opinion, RegionState, World } from './state.ts';

const ROUNDS = 6;

export function derive(world: World): void {
  for (let round = 0; world.dirty && round < ROUNDS; round++) {
    world.dirty = false;
    for (const region of world.regions) {
      deriveDatabase(world, region);
      reconcileTasks(world, region);
      deriveServing(world, region);
    }
    deriveTraffic(world);
    for (const region of world.regions) {
      deriveOpinion(world, region);
      wakeTargets(world, region);
      wakeCheckers(world, region);
    }
    if (deriveAnswers(world)) expireAnswers(world);
  }
  world.dirty = false;
  planExchange(world);
}

function deriveDatabase(world: World, region: RegionState): void {
  const writable = acceptsWrites(world, region);
  if (writable !== region.writable || writable) region.lastWritableAtMs = world.agenda.nowMs;
  region.writable = writable;
  region.readable = acceptsReads(region);
  deriveFollowing(world, region);
  if (hasForked(world, region)) rebuildForked(world, region);
}

function deriveOpinion(world: World, region: RegionState): void {
  const before = region.opinion;
  const opinion = judgeRegion(world, region);
  region.opinion = same(before, opinion) ? before : opinion;
  const turnsMs = turnsAtMs(world, region);
  if (turnsMs !== null && turnsMs !== region.turnsAtMs) {
    region.turnsAtMs = turnsMs;
    world.agenda.at(turnsMs, () => {
      world.dirty = true;
    });
  }
}

function same(one: Opinion, other: Opinion): boolean {
  return (
    one.ok === other.ok &&
    one.role === other.role &&
    one.lagMs === other.lagMs &&
    one.because === other.because
  );
}

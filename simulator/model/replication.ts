// Between the regions: the secondary receives what the writer's region wrote, one link's delay and the present lag
// later. What it has is computed when somebody asks or when the stream stops; nothing ticks.

import { peerOf, type Region } from '../faults.ts';
import { availableInstances, headOf, isWriterRegion } from './cluster.ts';
import { contains, type Head, headAt } from './history.ts';
import { answers, EPOCH_MS, type RegionState, reaches, type World } from './state.ts';

/** From the commit to the row's arrival over a link without delay. */
const APPLY_MS = 15;

function isFed(world: World, region: RegionState): boolean {
  const { cluster } = region;
  const source = world.regions[peerOf(region.index)];
  return (
    !isWriterRegion(region) &&
    cluster.membership.writerRegion === source.name &&
    cluster.resync === 'no' &&
    cluster.lastKnown === undefined &&
    answers(region) &&
    availableInstances(region) > 0 &&
    answers(source) &&
    availableInstances(source) > 0 &&
    // Until it knows better a region that has lost its part is still read from: its record says it writes.
    isWriterRegion(source) &&
    reaches(world, source.index) &&
    reaches(world, region.index)
  );
}

export function currentLagMs(world: World): number {
  return world.options.linkDelayMs + world.links.slowMs + world.links.lagMs + APPLY_MS;
}

/** Brings what the follower has up to the present. */
export function settleFollower(world: World, region: RegionState): void {
  const { cluster } = region;
  if (!cluster.following) return;
  const source = world.regions[peerOf(region.index)];
  const arrived = headAt(
    world.histories,
    headOf(world, source),
    world.agenda.nowMs - (cluster.lagMs ?? currentLagMs(world)),
  );
  if (isLater(world, arrived, cluster.head)) cluster.head = arrived;
}

function isLater(world: World, one: Head, other: Head): boolean {
  return one.position >= other.position && contains(world.histories, one, other);
}

/** Starts and stops the stream as the world has it; true where something changed. */
export function deriveFollowing(world: World, region: RegionState): void {
  const { cluster } = region;
  const fed = isFed(world, region);
  const lagMs = currentLagMs(world);
  if (fed === cluster.following && (!fed || lagMs === cluster.lagMs)) return;
  if (cluster.following) {
    settleFollower(world, region);
    cluster.lagSeenAtMs = world.agenda.nowMs;
  }
  cluster.following = fed;
  world.exchangeDue = true;
  if (!fed) return;
  cluster.lagMs = lagMs;
  cluster.lagSeenAtMs = world.agenda.nowMs;
  cluster.lagPeakMs = Math.max(cluster.lagPeakMs ?? 0, lagMs);
}

/** A history that is not the beginning of the writer's cannot follow it: MariaDB stops with an error. */
export function hasForked(world: World, region: RegionState): boolean {
  const source = world.regions[peerOf(region.index)];
  return region.cluster.following && !contains(world.histories, headOf(world, source), region.cluster.head);
}

/** The datapoint of the minute that ends: only a secondary publishes it. */
export function publishLag(world: World, region: RegionState): void {
  const { cluster } = region;
  const peak = cluster.following ? Math.max(cluster.lagPeakMs ?? 0, cluster.lagMs ?? 0) : cluster.lagPeakMs;
  cluster.lagPeakMs = null;
  if (peak === null || isWriterRegion(region) || !answers(region)) return;
  const minute = Math.floor((EPOCH_MS + world.agenda.nowMs + region.skewMs) / 60_000) - 1;
  // The heartbeat's stamp is the writer's clock, its age is read off the follower's.
  const skew = region.skewMs - world.regions[peerOf(region.index as Region)].skewMs;
  cluster.lagPoint = { lagMs: Math.max(0, Math.round(peak + skew)), at: minute * 60_000 };
}

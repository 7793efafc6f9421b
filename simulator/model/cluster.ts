// Aurora inside one region: two instances in two zones; a writer that dies is replaced by the reader that acknowledged
// every commit, or restarted in place, as the engine's promotion rules say.

import { roleOf } from '@understudy/engine/rds/membership';
import type { Candidate } from '@understudy/engine/rds/promotion';
import { drawDuration } from './durations.ts';
import { endOf, gtidOf, type Head } from './history.ts';
import { type Instance, later, note, type RegionState, type World } from './state.ts';

/** Three probes of two seconds: a server that hangs is found, and killed, within this. */
const HUNG_FOUND_MS = 7_000;
/** A reader that came back has caught up and acknowledges. */
const CATCH_UP_MS = 3_000;

export function isUp(region: RegionState, instance: Instance): boolean {
  return region.up && instance.up && !instance.frozen && region.zonesDown[instance.zone] === 0;
}

export function leaderOf(region: RegionState): Instance {
  return region.cluster.instances[region.cluster.leader];
}

export function readerOf(region: RegionState): Instance {
  return region.cluster.instances[region.cluster.leader === 0 ? 1 : 0];
}

export function availableInstances(region: RegionState): number {
  return region.cluster.resync === 'rebuilding'
    ? 0
    : region.cluster.instances.filter((instance) => isUp(region, instance)).length;
}

export function isWriterRegion(region: RegionState): boolean {
  return roleOf(region.cluster.membership, region.name) === 'writer';
}

/** What the leader's disk has now: a branch that is being written grows by its rate. */
export function headOf(world: World, region: RegionState): Head {
  const { head } = region.cluster;
  const branch = world.histories.branches[head.branch]!;
  if (branch.region !== region.index || !isWriterRegion(region)) return head;
  return { branch: head.branch, position: endOf(branch, world.agenda.nowMs) };
}

export function whyHeld(world: World, region: RegionState): string | undefined {
  const { settled, fence, move } = region.cluster;
  return world.laws.whyHeld({
    settled,
    region: region.name,
    fence,
    move: move && {
      kind: move.kind,
      from: world.regions[move.from].name,
      to: world.regions[move.to].name,
      phase: move.phase,
    },
  });
}

/** A write through the cluster endpoint works. */
export function acceptsWrites(world: World, region: RegionState): boolean {
  const { cluster } = region;
  return (
    region.up &&
    region.frozen === 0 &&
    !cluster.failingOver &&
    cluster.resync === 'no' &&
    isUp(region, leaderOf(region)) &&
    isWriterRegion(region) &&
    whyHeld(world, region) === undefined
  );
}

export function acceptsReads(region: RegionState): boolean {
  return region.frozen === 0 && availableInstances(region) > 0;
}

/** The server process ended, for whatever reason. */
export function instanceEnded(world: World, region: RegionState, which: 0 | 1): void {
  const { cluster } = region;
  const instance = cluster.instances[which];
  if (!instance.up) return;
  world.dirty = true;
  const head = headOf(world, region);
  instance.up = false;
  instance.frozen = false;
  note(world, region.name, 'instance.failed', instance.name, 'its server ended');
  if (which !== cluster.leader) {
    if (cluster.readerAcknowledges) cluster.readerHead = head;
    cluster.readerAcknowledges = false;
    startAgain(world, region, which);
    return;
  }
  cluster.head = head;
  if (isWriterRegion(region) && cluster.settled) replaceWriter(world, region, head);
  else changeHead(world, region);
  startAgain(world, region, which);
}

function replaceWriter(world: World, region: RegionState, head: Head): void {
  const { cluster } = region;
  if (cluster.failingOver) return;
  const reader = readerOf(region);
  const candidate: Candidate = {
    identifier: reader.name,
    available: isUp(region, reader),
    acknowledging: cluster.readerAcknowledges,
    received: gtidOf(cluster.readerAcknowledges ? head : cluster.readerHead),
    promotionTier: 1,
  };
  const choice = world.laws.chooseWriter([candidate]);
  if (choice.kind === 'restart') {
    note(world, region.name, 'cluster.restarts-writer', region.name, choice.because);
    return;
  }
  cluster.failingOver = true;
  later(world, region, drawDuration(world, 'inRegionFailover'), () => {
    cluster.failingOver = false;
    world.dirty = true;
    if (!isUp(region, reader)) return;
    // Meanwhile another region may have taken over: then this one follows, and only changes who is fed.
    if (isWriterRegion(region))
      takeLead(world, region, cluster.readerAcknowledges ? head : cluster.readerHead);
    else changeHead(world, region);
    note(world, region.name, 'cluster.promoted', region.name, choice.because);
  });
}

/** The other instance leads with what it has; the one that led is a reader that has yet to catch up. */
function takeLead(world: World, region: RegionState, head: Head): void {
  const { cluster } = region;
  const before = cluster.head;
  cluster.leader = cluster.leader === 0 ? 1 : 0;
  cluster.head = head;
  cluster.readerHead = before;
  cluster.readerAcknowledges = false;
  if (Math.floor(head.position) < Math.floor(before.position))
    world.complaints.push({
      invariant: 'acknowledged-writes',
      because: `${region.name} promoted a reader that lacks ${Math.floor(before.position) - Math.floor(head.position)} acknowledged writes`,
    });
  const branch = world.histories.branches[head.branch]!;
  if (branch.region === region.index) {
    branch.timesMs.push(world.agenda.nowMs);
    branch.positions.push(head.position);
  }
}

/** A secondary's other instance is fed instead; nothing is lost, the writer has it all. */
function changeHead(world: World, region: RegionState): void {
  const { cluster } = region;
  const reader = readerOf(region);
  if (!isUp(region, reader) || isWriterRegion(region)) return;
  cluster.leader = cluster.leader === 0 ? 1 : 0;
  note(
    world,
    region.name,
    'cluster.head-changed',
    region.name,
    `${reader.name} is fed by the writer's region`,
  );
}

/** It comes back, unless its zone is away: then when the zone returns. */
export function startAgain(world: World, region: RegionState, which: 0 | 1): void {
  later(world, region, drawDuration(world, 'instanceStart'), () => {
    started(world, region, which);
  });
}

export function started(world: World, region: RegionState, which: 0 | 1): void {
  const { cluster } = region;
  const instance = cluster.instances[which];
  if (instance.up || region.zonesDown[instance.zone]! > 0) return;
  instance.up = true;
  world.dirty = true;
  note(world, region.name, 'instance.restarted', instance.name, 'its server runs again');
  if (which === cluster.leader && !isUp(region, readerOf(region))) return;
  if (which === cluster.leader) return;
  later(world, region, CATCH_UP_MS, () => acknowledge(world, region));
}

function acknowledge(world: World, region: RegionState): void {
  const { cluster } = region;
  if (!isUp(region, leaderOf(region)) || !isUp(region, readerOf(region))) return;
  cluster.readerAcknowledges = true;
  world.dirty = true;
}

export function instanceFroze(world: World, region: RegionState, which: 0 | 1): void {
  const instance = region.cluster.instances[which];
  if (!instance.up || instance.frozen) return;
  // What the frozen server had is what the reader has: commits wait for its acknowledgement.
  if (which === region.cluster.leader) region.cluster.head = headOf(world, region);
  instance.frozen = true;
  world.dirty = true;
  note(world, region.name, 'instance.frozen', instance.name, 'its server stands still');
  later(world, region, HUNG_FOUND_MS, () => {
    if (instance.frozen) instanceEnded(world, region, which);
  });
}

/** Both instances acknowledge again whenever both have run for a while. */
export function tendReader(world: World, region: RegionState): void {
  const { cluster } = region;
  if (cluster.readerAcknowledges || !isUp(region, leaderOf(region)) || !isUp(region, readerOf(region)))
    return;
  later(world, region, CATCH_UP_MS, () => acknowledge(world, region));
}

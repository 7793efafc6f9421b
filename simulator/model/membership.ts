// Who belongs to the global cluster and who writes, as each region knows it: records meet over the link, the higher
// epoch wins, and whoever finds that it no longer writes says what it has beyond the winner's history before it follows.

import { PERIOD_MS } from '@understudy/engine/rds/global-rules';
import type { Membership } from '@understudy/engine/rds/membership';
import { peerOf } from '../faults.ts';
import { acceptsReads, availableInstances, headOf, isWriterRegion } from './cluster.ts';
import { drawDuration } from './durations.ts';
import { contains, gtidOf, missingFrom } from './history.ts';
import { answers, canAsk, later, note, type RegionState, reaches, type World } from './state.ts';

/** Writing a rescue file: the surplus rows as text. */
const RESCUE_MS = 5_000;

/** Exchanges come every two seconds; one that could tell nothing new is not planned. */
export function planExchange(world: World): void {
  if (!world.exchangeDue || world.exchangePlanned) return;
  world.exchangePlanned = true;
  world.agenda.after(PERIOD_MS - (world.agenda.nowMs % PERIOD_MS), () => {
    world.exchangePlanned = false;
    // Who cannot be reached is tried again when something has changed: nothing else could make it reachable.
    if (exchange(world)) planExchange(world);
  });
}

/** Both records meet: a question with what one knows, an answer with what the other knows. */
export function exchange(world: World): boolean {
  const [east, west] = world.regions;
  if (!answers(east) || !answers(west) || !reaches(world, 0) || !reaches(world, 1)) return false;
  const before = [east.cluster.membership, west.cluster.membership];
  hear(world, west, east);
  hear(world, east, west);
  hear(world, west, east);
  const changed = before[0] !== east.cluster.membership || before[1] !== west.cluster.membership;
  if (changed) world.dirty = true;
  const waiting = [east, west].some(({ cluster }) => cluster.fence || !cluster.settled || cluster.move);
  world.exchangeDue = changed || waiting || notInStep(east) || notInStep(west);
  return true;
}

function notInStep({ cluster }: RegionState): boolean {
  return cluster.membership.members.some(({ synchronization }) => synchronization !== 'connected');
}

/** `region` takes in what `other` says. */
function hear(world: World, region: RegionState, other: RegionState): void {
  const { cluster } = region;
  const own = cluster.membership;
  const adopted = world.laws.adoption(region.name, own, other.cluster.membership);
  cluster.heardMs = world.agenda.nowMs;
  const before = cluster.peerMove;
  cluster.peerMove = other.cluster.move;
  if (before !== cluster.peerMove) world.dirty = true;
  if (adopted.changed) {
    if (adopted.historyInDoubt) {
      cluster.lastKnown ??= own;
      cluster.move = undefined;
      cluster.fence = undefined;
    }
    changeMembership(world, region, adopted.membership);
    settleHistory(world, region);
  }
  hearFence(world, region, other);
  if (
    cluster.fence &&
    world.laws.fenceReleased(cluster.fence, cluster.membership, other.name, other.cluster.move)
  ) {
    cluster.fence = undefined;
    world.dirty = true;
  }
  noteSynchronization(world, region, other);
}

/** A takeover that could not be told at its beginning is heard of now. */
function hearFence(world: World, region: RegionState, other: RegionState): void {
  const { cluster } = region;
  const { move } = other.cluster;
  const heard = world.laws.fenceHeard(
    cluster.membership,
    region.name,
    other.name,
    move && { kind: move.kind, to: world.regions[move.to].name, epoch: move.epoch },
  );
  if (!heard || (cluster.fence && cluster.fence.epoch >= heard.epoch)) return;
  fence(world, region, other, heard.epoch);
}

export function fence(world: World, region: RegionState, by: RegionState, epoch: number): void {
  region.cluster.head = headOf(world, region);
  region.cluster.fence = { byRegion: by.name, epoch };
  world.dirty = true;
  world.exchangeDue = true;
  note(world, by.name, 'cluster.fenced', region.name, `${region.name} stopped writing`);
}

export function changeMembership(world: World, region: RegionState, membership: Membership): void {
  const { cluster } = region;
  const writes = isWriterRegion(region);
  if (writes) cluster.head = headOf(world, region);
  const { epoch } = cluster.membership;
  cluster.membership = membership;
  world.dirty = true;
  world.exchangeDue = true;
  if (membership.epoch !== epoch)
    note(
      world,
      region.name,
      'membership.changed',
      'global',
      `${membership.writerRegion ?? 'nobody'} writes since epoch ${membership.epoch}`,
    );
}

/** The writer's region says who is in step. */
function noteSynchronization(world: World, region: RegionState, other: RegionState): void {
  const { membership } = region.cluster;
  const { lastKnown, resync, lagMs } = other.cluster;
  const following = other.cluster.following && lastKnown === undefined && resync === 'no';
  const state = { region: other.name, following, lagMs };
  if (!world.laws.becomesConnected(membership, region.name, state)) return;
  const event = { kind: 'synchronized', region: other.name, synchronization: 'connected' } as const;
  changeMembership(world, region, world.laws.afterEvent(membership, event));
  note(world, region.name, 'cluster.connected', other.name, `it follows ${region.name}`);
}

/** Nobody writes here any more; does this region have what the new writer lacks? */
export function settleHistory(world: World, region: RegionState): void {
  const { cluster } = region;
  if (!cluster.lastKnown || cluster.resync !== 'no' || isWriterRegion(region) || !acceptsReads(region))
    return;
  const surplus = world.laws.surplusAfter(
    cluster.lastKnown,
    cluster.membership,
    region.name,
    gtidOf(cluster.head),
  );
  cluster.lastKnown = undefined;
  world.dirty = true;
  note(
    world,
    region.name,
    'cluster.demoted',
    region.name,
    surplus
      ? `${surplus.transactions} transactions here are not in the writer's history`
      : 'its history agrees',
  );
  if (surplus) rescue(world, region);
}

/** Reads the rows that only this region has, writes them down, then has the volume rebuilt. */
export function rescue(world: World, region: RegionState): void {
  const { cluster } = region;
  cluster.resync = 'rescuing';
  later(world, region, RESCUE_MS, () => {
    const source = world.regions[peerOf(region.index)];
    for (const part of missingFrom(world.histories, headOf(world, source), cluster.head))
      world.histories.rescued.push({ branch: part.branch, from: part.from, to: part.to });
    note(world, region.name, 'rescue.exported', region.name, 'its surplus is set aside, row by row');
    rebuild(world, region);
  });
}

/** From the writer's region, over the link; from the beginning again if the link breaks. */
export function rebuild(world: World, region: RegionState): void {
  const { cluster } = region;
  const source = world.regions[peerOf(region.index)];
  cluster.resync = 'rebuilding';
  cluster.following = false;
  world.dirty = true;
  if (!canAsk(world, region.index, source.index) || availableInstances(source) === 0) {
    later(world, region, PERIOD_MS * 5, () => rebuild(world, region));
    return;
  }
  note(world, region.name, 'cluster.resync-began', region.name, `its volume is rebuilt from ${source.name}`);
  const { incarnation } = source;
  const epoch = cluster.membership.epoch;
  later(world, region, drawDuration(world, 'resync'), () => {
    const broken = source.incarnation !== incarnation || !canAsk(world, region.index, source.index);
    if (broken || !isWriterRegion(source) || cluster.membership.epoch !== epoch) {
      rebuild(world, region);
      return;
    }
    replaceVolume(world, region, source);
  });
}

function replaceVolume(world: World, region: RegionState, source: RegionState): void {
  const { cluster } = region;
  const head = headOf(world, source);
  for (const part of missingFrom(world.histories, head, cluster.head))
    if (!isRescued(world, part.branch, part.from, part.to))
      world.complaints.push({
        invariant: 'acknowledged-writes',
        because: `${region.name} was rebuilt and ${part.transactions} writes that it had acknowledged were dropped in silence`,
      });
  cluster.head = head;
  cluster.resync = 'no';
  world.dirty = true;
  world.exchangeDue = true;
  note(world, region.name, 'cluster.resync-finished', region.name, 'its volume is the writer’s');
}

export function isRescued(world: World, branch: number, from: number, to: number): boolean {
  return world.histories.rescued.some(
    (kept) =>
      kept.branch === branch &&
      Math.floor(kept.from) <= Math.floor(from) &&
      Math.floor(kept.to) >= Math.floor(to),
  );
}

/** A follower whose history forked is rebuilt: what it had beyond is gone, unless it was set aside. */
export function rebuildForked(world: World, region: RegionState): void {
  const source = world.regions[peerOf(region.index)];
  if (contains(world.histories, headOf(world, source), region.cluster.head)) return;
  note(world, region.name, 'cluster.forked', region.name, 'its history is not the writer’s');
  rebuild(world, region);
}

// FailoverGlobalCluster and SwitchoverGlobalCluster, and what a region does when it comes back. The rules are the
// engine's; here is only how long things take and who can hear whom meanwhile.

import { CATCH_UP_MS, HELD_MS } from '@understudy/engine/rds/global-rules';
import { roleOf } from '@understudy/engine/rds/membership';
import { peerOf, type Region } from '../faults.ts';
import { availableInstances, headOf, isWriterRegion } from './cluster.ts';
import { drawDuration } from './durations.ts';
import { contains, gtidOf, type Missing, missingFrom, openBranch, timeOf } from './history.ts';
import { changeMembership, exchange, fence, rebuild, rescue, settleHistory } from './membership.ts';
import { settleFollower } from './replication.ts';
import { answers, canAsk, later, type Move, note, type RegionState, reaches, type World } from './state.ts';

const STEP_MS = 1_000;
/** The conductor waits so long for an answer before it asks what became of its question. */
const ANSWER_MS = 90_000;
/** A command older than this is not obeyed. */
const QUESTION_VALID_MS = 90_000;
/** Longer than anybody has reported; a run is not about an operation that never ends. */
const LONGEST_PROMOTION_MS = 1_200_000;

export function operationOf(world: World, region: RegionState): Move['kind'] | null {
  const { move, peerMove, heardMs, membership, reportsLateUntilMs } = region.cluster;
  if (move) return move.kind;
  const heard = world.laws.operationHeard(membership.epoch, peerMove, world.agenda.nowMs - heardMs);
  if (peerMove && heard) return peerMove.kind;
  return world.agenda.nowMs < reportsLateUntilMs ? 'failing-over' : null;
}

/** FailoverGlobalCluster with data loss allowed, in the region that takes over; the reason if it is refused. */
export function failOver(world: World, region: RegionState): string | null {
  const { cluster } = region;
  const refusal = world.laws.failoverRefusal({
    membership: cluster.membership,
    region: region.name,
    operation: operationOf(world, region) ?? undefined,
    historyInDoubt: cluster.lastKnown !== undefined,
    availableInstances: availableInstances(region),
  });
  if (refusal !== undefined) return refusal;
  const from = peerOf(region.index);
  cluster.move = {
    kind: 'failing-over',
    from,
    to: region.index,
    epoch: cluster.membership.epoch + 1,
    beganMs: world.agenda.nowMs,
    phase: 'begun',
    askedMs: 0,
  };
  world.dirty = true;
  world.exchangeDue = true;
  note(world, region.name, 'cluster.failover-began', 'global', `asked to promote ${region.name}`);
  carryOutFailover(world, region, cluster.move);
  return null;
}

function carryOutFailover(world: World, region: RegionState, move: Move): void {
  const { weather, laws } = world;
  const old = world.regions[move.from];
  if (
    canAsk(world, region.index, old.index) &&
    laws.fenceAccepted(old.cluster.membership.epoch, move.epoch)
  ) {
    fence(world, old, region, move.epoch);
  } else note(world, region.name, 'cluster.fence-timed-out', old.name, `${old.name} could not be told`);
  const fails = weather.promotionFails > 0;
  const drawn = drawDuration(world, 'globalFailover') * weather.promotionFactor;
  const lasts = Math.min(drawn, LONGEST_PROMOTION_MS);
  later(world, region, lasts, () => {
    if (region.cluster.move !== move) return;
    if (fails || availableInstances(region) === 0) {
      region.cluster.move = undefined;
      note(world, region.name, 'cluster.promotion-failed', region.name, 'RDS ended it without a promotion');
    } else if (region.cluster.membership.epoch < move.epoch) promote(world, region, false);
    region.cluster.reportsLateUntilMs = world.agenda.nowMs + weather.reportLateMs;
    world.dirty = true;
    world.exchangeDue = true;
  });
}

function promote(world: World, region: RegionState, planned: boolean, epoch?: number): void {
  const { cluster } = region;
  const { nowMs } = world.agenda;
  settleFollower(world, region);
  const old = world.regions[peerOf(region.index)];
  const lost = missingFrom(world.histories, cluster.head, headOf(world, old));
  const lostWrites = lost.reduce((sum, part) => sum + part.transactions, 0);
  const event = {
    kind: 'promoted',
    region: region.name,
    gtid: gtidOf(cluster.head)
      .map(({ domain, server, sequence }) => `${domain}-${server}-${sequence}`)
      .join(','),
    atMs: nowMs,
    planned,
    ...(epoch === undefined ? {} : { epoch }),
  } as const;
  const before = cluster.head;
  cluster.move = undefined;
  cluster.following = false;
  changeMembership(world, region, world.laws.afterEvent(cluster.membership, event));
  cluster.head = openBranch(world.histories, region.index, cluster.membership.epoch, before, nowMs);
  world.moves.push({
    kind: planned ? 'switch-over' : 'fail-over',
    to: region.name,
    epoch: cluster.membership.epoch,
    decidedSeconds: world.decided === null ? null : world.decided.atMs / 1000,
    fromWell: !planned && (world.decided?.fromWell ?? false),
    promotedSeconds: nowMs / 1000,
    lostWrites,
    rpoSeconds: ageOf(world, lost) / 1000,
  });
  world.decided = null;
  if (world.marks.lossMs !== null && region.index !== world.marks.lost) world.marks.promotedMs ??= nowMs;
  note(
    world,
    region.name,
    'cluster.promoted',
    region.name,
    planned
      ? `a planned move: it has everything ${old.name} had`
      : `${lostWrites} writes of ${old.name} are not here`,
  );
  if (planned && lostWrites > 0)
    world.complaints.push({
      invariant: 'planned-moves-lose-nothing',
      because: `the switchover to ${region.name} left ${lostWrites} acknowledged writes behind`,
    });
}

/** From the acknowledgement of the oldest missing write to that of the newest: what the move goes back in time. */
function ageOf({ histories }: World, lost: readonly Missing[]): number {
  const [newest] = lost;
  const oldest = lost.at(-1);
  if (!newest || !oldest) return 0;
  const at = (branch: number, position: number): number => timeOf(histories.branches[branch]!, position);
  return Math.max(0, at(newest.branch, newest.to) - at(oldest.branch, oldest.from));
}

/** SwitchoverGlobalCluster, in the writer's region, which conducts it; the reason if it is refused. */
export function switchOver(world: World, region: RegionState, to: Region): string | null {
  const target = world.regions[to];
  const { cluster } = region;
  if (!isWriterRegion(region)) return `${region.name} does not write`;
  const heard = canAsk(world, region.index, to);
  const refusal = world.laws.switchoverRefusal({
    membership: cluster.membership,
    to: target.name,
    operation: operationOf(world, region) ?? undefined,
    target: {
      following: target.cluster.following,
      lagMs: target.cluster.lagMs,
      able: availableInstances(target) > 0,
      silentMs: heard ? 0 : 60_000,
    },
  });
  if (refusal !== undefined) return refusal;
  const move: Move = {
    kind: 'switching-over',
    from: region.index,
    to,
    epoch: cluster.membership.epoch + 1,
    beganMs: world.agenda.nowMs,
    phase: 'begun',
    askedMs: 0,
  };
  cluster.move = move;
  world.dirty = true;
  world.exchangeDue = true;
  note(
    world,
    region.name,
    'cluster.switchover-began',
    'global',
    `asked to move the writer to ${target.name}`,
  );
  catchUp(world, region, target, move, world.agenda.nowMs + CATCH_UP_MS);
  return null;
}

/** The target follows closely; then writes are held. */
function catchUp(world: World, region: RegionState, target: RegionState, move: Move, untilMs: number): void {
  later(world, region, STEP_MS, () => {
    if (region.cluster.move !== move) return;
    const ready = canAsk(world, region.index, target.index) && target.cluster.following;
    if (!ready) {
      if (world.agenda.nowMs > untilMs) giveUp(world, region, move);
      else catchUp(world, region, target, move, untilMs);
      return;
    }
    region.cluster.head = headOf(world, region);
    move.phase = 'held';
    world.dirty = true;
    note(world, region.name, 'cluster.writes-held', region.name, `switching over to ${target.name}`);
    const lasts = drawDuration(world, 'globalSwitchover');
    later(world, region, lasts, () => ask(world, region, target, move, world.agenda.nowMs + HELD_MS - lasts));
  });
}

/** Writes are held: does the target have everything? Then it is asked to raise the epoch. */
function ask(world: World, region: RegionState, target: RegionState, move: Move, untilMs: number): void {
  if (region.cluster.move !== move) return;
  const { cluster } = region;
  if (canAsk(world, region.index, target.index)) {
    settleFollower(world, target);
    if (contains(world.histories, target.cluster.head, cluster.head) && availableInstances(target) > 0) {
      move.phase = 'asked';
      move.askedMs = world.agenda.nowMs;
      deliver(world, region, target, move);
      later(world, region, ANSWER_MS, () => giveUp(world, region, move));
      return;
    }
  }
  if (world.agenda.nowMs > untilMs) giveUp(world, region, move);
  else later(world, region, STEP_MS, () => ask(world, region, target, move, untilMs));
}

/** The question is on its way. A link that breaks keeps it, and delivers it when it heals, however late that is. */
function deliver(world: World, region: RegionState, target: RegionState, move: Move): void {
  later(world, target, Math.max(1, world.options.linkDelayMs), () => {
    if (world.agenda.nowMs - move.askedMs > QUESTION_VALID_MS) return;
    if (!reaches(world, region.index)) {
      later(world, target, STEP_MS, () => deliver(world, region, target, move));
      return;
    }
    const refusal = world.laws.promotionRefusal(target.cluster.membership, target.name, move.epoch, {
      beganMs: move.beganMs,
      withdrawnMs: target.cluster.withdrawnMs,
    });
    if (refusal !== undefined) {
      note(world, target.name, 'cluster.promotion-refused', target.name, refusal);
      return;
    }
    if (target.cluster.membership.epoch < move.epoch) promote(world, target, true);
    later(world, region, Math.max(1, world.options.linkDelayMs), () => answered(world, region, target, move));
  });
}

function answered(world: World, region: RegionState, target: RegionState, move: Move): void {
  if (region.cluster.move !== move || !canAsk(world, region.index, target.index)) return;
  exchange(world);
  region.cluster.move = undefined;
  world.exchangeDue = true;
  world.dirty = true;
}

/**
 * Rolled back while that is certain to be right. A target that was asked is heard first, and told that the question is
 * withdrawn: until then nobody writes here.
 */
function giveUp(world: World, region: RegionState, move: Move): void {
  if (region.cluster.move !== move) return;
  const target = world.regions[move.to];
  if (!world.laws.mayRollBack(move.phase)) {
    if (!exchange(world)) {
      later(world, region, STEP_MS, () => giveUp(world, region, move));
      return;
    }
    const { cluster } = target;
    cluster.withdrawnMs = Math.max(cluster.withdrawnMs ?? 0, move.beganMs);
  }
  if (region.cluster.move !== move) return;
  region.cluster.move = undefined;
  world.dirty = true;
  world.exchangeDue = true;
  const { membership } = region.cluster;
  const outcome = world.laws.switchoverOutcome(membership.epoch, move.epoch, isWriterRegion(region));
  note(
    world,
    region.name,
    `cluster.switchover-${outcome}`,
    'global',
    `${target.name} has been asked what became of it`,
  );
}

/** FailoverGlobalCluster towards the writer's own region, by a person: it waits for another one no longer. */
export function overrule(world: World, region: RegionState): void {
  const { cluster } = region;
  const { membership, move, fence: fenced } = cluster;
  const waitedMs = world.agenda.nowMs - (move ? move.askedMs : cluster.heardMs);
  const epoch = world.laws.overrulingEpoch({
    membership,
    region: region.name,
    move: move && {
      kind: move.kind,
      from: world.regions[move.from].name,
      epoch: move.epoch,
      phase: move.phase,
    },
    fence: fenced,
    waitedMs,
  });
  if (epoch === undefined || !answers(region)) {
    note(world, region.name, 'operator.refused', 'overrule', `${region.name} waits for nobody`);
    return;
  }
  cluster.fence = undefined;
  note(
    world,
    region.name,
    'cluster.takeover-overruled',
    'global',
    `an operator has it write in epoch ${epoch}`,
  );
  promote(world, region, false, epoch);
}

/** The region's processes start from what is on disk: who writes is asked before anybody writes. */
export function returned(world: World, region: RegionState): void {
  const { cluster } = region;
  cluster.settled = false;
  cluster.peerMove = undefined;
  askBeforeWriting(world, region, world.agenda.nowMs);
  if (cluster.resync === 'rescuing') rescue(world, region);
  else if (cluster.resync === 'rebuilding') rebuild(world, region);
  const { move } = cluster;
  if (move?.kind === 'failing-over') carryOutFailover(world, region, move);
  else if (move) giveUp(world, region, move);
}

function askBeforeWriting(world: World, region: RegionState, sinceMs: number): void {
  later(world, region, STEP_MS, () => {
    const heard = exchange(world);
    const goesOn = world.laws.asksOn({
      role: roleOf(region.cluster.membership, region.name),
      silentMembers: heard ? 0 : 1,
      waitedMs: world.agenda.nowMs - sinceMs,
    });
    if (goesOn) {
      askBeforeWriting(world, region, sinceMs);
      return;
    }
    if (!heard && isWriterRegion(region))
      note(
        world,
        region.name,
        'membership.unconfirmed',
        'global',
        'it goes on as the writer of its own epoch',
      );
    region.cluster.settled = true;
    settleHistory(world, region);
    world.dirty = true;
  });
}

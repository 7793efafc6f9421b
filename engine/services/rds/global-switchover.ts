/**
 * SwitchoverGlobalCluster: the planned move, RPO 0. The writer's region conducts it: the target catches up,
 * writes stop, the target shows that it has everything, the epoch is raised there. Until the target has been
 * asked to promote itself the move can be rolled back; after that only the target knows whether it did.
 */
import { recordEvent } from './events.ts';
import { promoteHere } from './global-failover.ts';
import {
  CATCH_UP_MS,
  HELD_MS,
  mayRollBack,
  promotionRefusal,
  switchoverOutcome,
  switchoverRefusal,
} from './global-rules.ts';
import { parsePosition, reached } from './gtid.ts';
import { type Cluster, clusterRecord, globalOf, leaderOf, type Rds, reasonOf } from './house.ts';
import { absorb, announce, clusterInGlobal, exchangeWith, ownExchange } from './membership-exchange.ts';
import type { Questions } from './peer-messages.ts';
import { reconcile, reconcileNow } from './reconcile.ts';
import type { MoveRecord } from './records.ts';
import { waitForPosition } from './replication.ts';

const STEP_MS = 200;
const PROMOTE_DEADLINE_MS = 90_000;

/** Why a planned move cannot begin now; undefined: it can. */
export function whyNoSwitchover(rds: Rds, cluster: Cluster, to: string): string | undefined {
  const global = globalOf(rds, cluster);
  if (!global) return `${cluster.identifier} is in no global cluster`;
  const news = rds.news.get(`${global.identifier}/${to}`);
  const because = switchoverRefusal({
    membership: global.membership,
    to,
    operation: rds.records.moves.get(global.identifier)?.kind,
    target: news?.state ? { ...news.state, silentMs: rds.context.clock.now() - news.atMs } : undefined,
  });
  if (because) return because;
  if (cluster.status !== 'available' || !leaderOf(rds, cluster)?.server.running)
    return `${cluster.identifier} is ${cluster.status} or without its writer`;
  return undefined;
}

export function beginSwitchover(rds: Rds, cluster: Cluster, to: string): { readonly done: Promise<void> } {
  const global = globalOf(rds, cluster)!;
  const move: MoveRecord = {
    globalClusterIdentifier: global.identifier,
    kind: 'switching-over',
    from: rds.context.region,
    to,
    epoch: global.membership.epoch + 1,
    sinceMs: rds.context.clock.now(),
    phase: 'begun',
  };
  rds.records.moves.put(global.identifier, move);
  const target = targetName(rds, move);
  recordEvent(rds, 'globalSwitchoverStarted', clusterRecord(rds, cluster), target);
  rds.context.journal.record({
    event: 'cluster.switchover-began',
    subject: global.identifier,
    because: `asked to move the writer to ${target} without loss`,
    data: { from: rds.context.region, to, epoch: move.epoch },
  });
  return { done: conduct(rds, cluster, move) };
}

async function conduct(rds: Rds, cluster: Cluster, move: MoveRecord): Promise<void> {
  try {
    await announce(rds, move.globalClusterIdentifier);
    recordEvent(rds, 'globalSwitchoverWaiting', clusterRecord(rds, cluster));
    await targetReaches(rds, cluster, move, cluster.position, CATCH_UP_MS);
    rds.records.moves.put(move.globalClusterIdentifier, { ...move, phase: 'held' });
    await cluster.serialize(() => reconcileNow(rds, cluster));
    recordEvent(rds, 'globalSwitchoverHeld', clusterRecord(rds, cluster));
    const { position } = cluster;
    await Promise.all([
      targetReaches(rds, cluster, move, position, HELD_MS),
      rds.context.delay('rds.global-switchover'),
    ]);
    rds.records.moves.put(move.globalClusterIdentifier, { ...move, phase: 'asked' });
    await askTarget(rds, cluster, move, position);
  } catch (error) {
    if (!rds.stopping) await giveUp(rds, cluster, move, reasonOf(error));
  }
}

async function targetReaches(
  rds: Rds,
  cluster: Cluster,
  move: MoveRecord,
  position: string,
  withinMs: number,
): Promise<void> {
  const { clock } = rds.context;
  const until = clock.now() + withinMs;
  const wanted = parsePosition(position);
  for (;;) {
    const heard = await exchangeWith(rds, move.globalClusterIdentifier, move.to);
    const state = rds.news.get(`${move.globalClusterIdentifier}/${move.to}`)?.state;
    if (heard && state && reached(parsePosition(state.position), wanted)) return;
    if (clock.now() > until)
      throw new Error(
        `${move.to} stands at ${state?.position ?? 'an unknown position'} and did not reach ${position} of ${cluster.identifier} within ${withinMs / 1000} s`,
      );
    await clock.sleep(STEP_MS);
  }
}

async function askTarget(rds: Rds, cluster: Cluster, move: MoveRecord, position: string): Promise<void> {
  const identifier = move.globalClusterIdentifier;
  const reply = await rds.peers.ask(
    move.to,
    'promote',
    { identifier, epoch: move.epoch, position },
    PROMOTE_DEADLINE_MS,
  );
  if (!reply.promoted) {
    rds.records.moves.put(identifier, move);
    throw new Error(reply.because ?? `${move.to} refused`);
  }
  absorb(rds, reply.exchange);
  rds.records.moves.delete(identifier);
  recordEvent(rds, 'globalSwitchoverFinished', clusterRecord(rds, cluster), targetName(rds, move));
  await reconcile(rds, cluster);
}

/** Rolls back while that is certain to be right; else asks the target until it answers or has been silent too long. */
async function giveUp(rds: Rds, cluster: Cluster, move: MoveRecord, because: string): Promise<void> {
  const { clock, journal } = rds.context;
  const identifier = move.globalClusterIdentifier;
  const certain = mayRollBack(rds.records.moves.get(identifier)?.phase);
  const until = clock.now() + HELD_MS;
  while (!certain && !rds.stopping && clock.now() < until) {
    if (await exchangeWith(rds, identifier, move.to)) break;
    await clock.sleep(1000);
  }
  if (rds.stopping) return;
  rds.records.moves.delete(identifier);
  const epoch = rds.records.globals.get(identifier)?.membership.epoch ?? 0;
  const moved = switchoverOutcome(epoch, move.epoch) === 'finished';
  recordEvent(
    rds,
    moved ? 'globalSwitchoverFinished' : 'globalSwitchoverCancelled',
    clusterRecord(rds, cluster),
    targetName(rds, move),
  );
  if (!moved) recordEvent(rds, 'globalSwitchoverFailed', clusterRecord(rds, cluster), because);
  journal.record({
    event: moved ? 'cluster.switchover-finished' : 'cluster.switchover-cancelled',
    subject: identifier,
    because: moved ? `${move.to} had promoted itself although its answer was lost` : because,
  });
  await reconcile(rds, cluster);
  await announce(rds, identifier);
}

/** After a crash of the conductor's region: the other members have been asked; whoever has the epoch is right. */
export async function settleInterruptedSwitchover(rds: Rds, move: MoveRecord): Promise<void> {
  const cluster = clusterInGlobal(rds, move.globalClusterIdentifier);
  if (cluster)
    await giveUp(rds, cluster, move, 'its conductor was interrupted before the target had taken over');
  else rds.records.moves.delete(move.globalClusterIdentifier);
}

/** The target's side. Raises the epoch only if it has every transaction of the old writer. */
export async function acceptPromotion(
  rds: Rds,
  input: Questions['promote']['input'],
): Promise<Questions['promote']['output']> {
  const cluster = clusterInGlobal(rds, input.identifier);
  const refuse = (because: string) => ({
    promoted: false,
    because,
    exchange: ownExchange(rds, input.identifier),
  });
  if (!cluster) return refuse(`${rds.context.region} has no cluster in ${input.identifier}`);
  return await cluster.serialize(async () => {
    const global = rds.records.globals.get(input.identifier)!;
    const because = promotionRefusal(global.membership, rds.context.region, input.epoch);
    if (because) return refuse(because);
    const leader = leaderOf(rds, cluster);
    if (!leader || !(await waitForPosition(leader.server, parsePosition(input.position), 10_000)))
      return refuse(`${cluster.identifier} has not reached ${input.position}`);
    const from = global.membership.writerRegion;
    await promoteHere(
      rds,
      cluster,
      {
        globalClusterIdentifier: input.identifier,
        epoch: input.epoch,
        to: rds.context.region,
        ...(from ? { from } : {}),
      },
      true,
    );
    return { promoted: true, exchange: ownExchange(rds, input.identifier) };
  });
}

function targetName(rds: Rds, move: MoveRecord): string {
  const members = rds.records.globals.get(move.globalClusterIdentifier)?.membership.members ?? [];
  return members.find((member) => member.region === move.to)?.clusterIdentifier ?? move.to;
}

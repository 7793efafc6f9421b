/**
 * SwitchoverGlobalCluster: the planned move, RPO 0. The writer's region conducts it: the target catches up,
 * writes stop, the target shows that it has everything, the epoch is raised there. Until the target has been
 * asked to promote itself the move can be rolled back; after that only the target knows whether it did, and
 * writes are held until it says so (`global-promotion.ts`) or an operator overrules it (`global-overrule.ts`).
 */
import { recordEvent } from './events.ts';
import { CATCH_UP_MS, HELD_MS, mayRollBack, switchoverOutcome, switchoverRefusal } from './global-rules.ts';
import { parsePosition, reached } from './gtid.ts';
import { type Cluster, clusterRecord, globalOf, leaderOf, type Rds, reasonOf } from './house.ts';
import { absorb, announce, clusterInGlobal, exchangeWith } from './membership-exchange.ts';
import { reconcile, reconcileNow } from './reconcile.ts';
import type { MoveRecord } from './records.ts';

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
    advance(rds, move, { phase: 'held' });
    await cluster.serialize(() => reconcileNow(rds, cluster));
    recordEvent(rds, 'globalSwitchoverHeld', clusterRecord(rds, cluster));
    const { position } = cluster;
    await Promise.all([
      targetReaches(rds, cluster, move, position, HELD_MS),
      rds.context.delay('rds.global-switchover'),
    ]);
    advance(rds, move, { phase: 'asked', askedAtMs: rds.context.clock.now() });
    await askTarget(rds, cluster, move, position);
  } catch (error) {
    if (!rds.stopping) await giveUp(rds, cluster, move, reasonOf(error));
  }
}

/** It has not ended meanwhile: nobody has raised the epoch or overruled it. */
function underWay(rds: Rds, move: MoveRecord): boolean {
  return rds.records.moves.get(move.globalClusterIdentifier)?.sinceMs === move.sinceMs;
}

function advance(rds: Rds, move: MoveRecord, to: Pick<MoveRecord, 'phase' | 'askedAtMs'>): void {
  if (!underWay(rds, move)) throw new Error(`the move to ${move.to} has ended meanwhile`);
  rds.records.moves.put(move.globalClusterIdentifier, { ...move, ...to });
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
    { identifier, epoch: move.epoch, position, beganMs: move.sinceMs },
    PROMOTE_DEADLINE_MS,
  );
  absorb(rds, reply.exchange);
  if (!reply.promoted) {
    // An answer: it will not take over.
    advance(rds, move, { phase: 'held' });
    throw new Error(reply.because ?? `${move.to} refused`);
  }
  await conclude(rds, cluster, move, `${move.to} has taken over`);
}

/** Rolls back while that is certain to be right; else waits until the target has said how the move ended. */
async function giveUp(rds: Rds, cluster: Cluster, move: MoveRecord, because: string): Promise<void> {
  const own = rds.records.moves.get(move.globalClusterIdentifier);
  if (own && underWay(rds, move) && !mayRollBack(own.phase)) await targetAnswers(rds, cluster, own, because);
  if (rds.stopping) return;
  await conclude(rds, cluster, move, because);
  await announce(rds, move.globalClusterIdentifier);
}

async function targetAnswers(rds: Rds, cluster: Cluster, move: MoveRecord, because: string): Promise<void> {
  const { clock } = rds.context;
  const sinceMs = move.askedAtMs ?? move.sinceMs;
  let toldMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    // The short question first: a region that is away would keep the long one waiting after it is back.
    const answers = await exchangeWith(rds, move.globalClusterIdentifier, move.to);
    if (rds.stopping || !underWay(rds, move) || (answers && (await withdraw(rds, move)))) return;
    if (clock.now() - toldMs >= HELD_MS) {
      toldMs = clock.now();
      tellUnsettled(rds, cluster, move, `${because}; unknown for ${Math.round((toldMs - sinceMs) / 1000)} s`);
    }
    await clock.sleep(1000);
  }
}

/** The target has said how the question ended, and that it obeys none that comes later. */
async function withdraw(rds: Rds, move: MoveRecord): Promise<boolean> {
  const input = { identifier: move.globalClusterIdentifier, beganMs: move.sinceMs };
  try {
    absorb(rds, await rds.peers.ask(move.to, 'withdraw', input, PROMOTE_DEADLINE_MS));
    return true;
  } catch {
    return false;
  }
}

function tellUnsettled(rds: Rds, cluster: Cluster, move: MoveRecord, because: string): void {
  const { region, journal } = rds.context;
  journal.record({
    event: 'cluster.switchover-unsettled',
    subject: move.globalClusterIdentifier,
    because: `only ${move.to} knows whether it took over (${because}): writes in ${region} are held until it answers, or until FailoverGlobalCluster with AllowDataLoss towards ${cluster.identifier}, asked in ${region}, gives up what ${move.to} may have written`,
    data: { to: move.to, epoch: move.epoch, gtid: cluster.position },
  });
}

/** Whoever has the epoch is right. */
async function conclude(rds: Rds, cluster: Cluster, move: MoveRecord, because: string): Promise<void> {
  const identifier = move.globalClusterIdentifier;
  const membership = rds.records.globals.get(identifier)?.membership;
  const writesHere = membership?.writerRegion === rds.context.region;
  const outcome = switchoverOutcome(membership?.epoch ?? 0, move.epoch, writesHere);
  if (underWay(rds, move)) rds.records.moves.delete(identifier);
  // Whoever overruled it has told so.
  if (outcome === 'overruled') return;
  const moved = outcome === 'finished';
  const event = moved ? 'globalSwitchoverFinished' : 'globalSwitchoverCancelled';
  const record = clusterRecord(rds, cluster);
  recordEvent(rds, event, record, targetName(rds, move));
  if (!moved) recordEvent(rds, 'globalSwitchoverFailed', record, because);
  const tookMs = Math.round(rds.context.clock.now() - move.sinceMs);
  rds.context.journal.record({
    event: moved ? 'cluster.switchover-finished' : 'cluster.switchover-cancelled',
    subject: identifier,
    because: moved ? `${move.to} writes since epoch ${move.epoch}` : because,
    data: { epoch: membership?.epoch ?? null, tookMs },
  });
  await reconcile(rds, cluster);
}

/** After a crash of the conductor's region: the other members have been asked; whoever has the epoch is right. */
export async function settleInterruptedSwitchover(rds: Rds, move: MoveRecord): Promise<void> {
  const cluster = clusterInGlobal(rds, move.globalClusterIdentifier);
  if (cluster)
    await giveUp(rds, cluster, move, 'its conductor was interrupted before the target had taken over');
  else rds.records.moves.delete(move.globalClusterIdentifier);
}

function targetName(rds: Rds, move: MoveRecord): string {
  const members = rds.records.globals.get(move.globalClusterIdentifier)?.membership.members ?? [];
  return members.find((member) => member.region === move.to)?.clusterIdentifier ?? move.to;
}

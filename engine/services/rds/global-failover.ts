/**
 * FailoverGlobalCluster with data loss allowed: this region takes over from one that may be gone. Nobody else
 * is needed. What is decided is written before it is done: after a crash the move is taken up again.
 */
import { recordEvent } from './events.ts';
import { fenceAccepted, raised } from './global-rules.ts';
import { formatPosition } from './gtid.ts';
import {
  type Cluster,
  changeCluster,
  clusterRecord,
  globalOf,
  instanceRecord,
  type Rds,
  reasonOf,
  servingInstances,
} from './house.ts';
import { afterEvent } from './membership.ts';
import { announce, clusterInGlobal, journalMembership, keepFence } from './membership-exchange.ts';
import { mostAdvanced } from './promotion.ts';
import { reconcileNow } from './reconcile.ts';
import type { MoveRecord } from './records.ts';
import { drain, followerState, positionOf } from './replication.ts';

const DRAIN_DEADLINE_MS = 60_000;

/** Writes the decision down and begins; the returned promise is the move itself. */
export function beginFailover(rds: Rds, cluster: Cluster): { readonly done: Promise<void> } {
  const global = globalOf(rds, cluster)!;
  const { writerRegion, epoch } = global.membership;
  const move: MoveRecord = {
    globalClusterIdentifier: global.identifier,
    kind: 'failing-over',
    ...(writerRegion ? { from: writerRegion } : {}),
    to: rds.context.region,
    epoch: epoch + 1,
    sinceMs: rds.context.clock.now(),
    phase: 'begun',
  };
  rds.records.moves.put(global.identifier, move);
  rds.context.journal.record({
    event: 'cluster.failover-began',
    subject: global.identifier,
    because: `asked to promote ${cluster.identifier}; data loss is allowed`,
    data: { from: writerRegion ?? null, to: move.to, epoch: move.epoch },
  });
  return { done: carryOutFailover(rds, cluster, move) };
}

export async function carryOutFailover(rds: Rds, cluster: Cluster, move: MoveRecord): Promise<void> {
  try {
    await Promise.all([fenceOldWriter(rds, move), rds.context.delay('rds.global-failover')]);
    await cluster.serialize(() => promoteHere(rds, cluster, move, false));
    recordEvent(rds, 'globalFailoverCompleted', clusterRecord(rds, cluster), cluster.identifier);
  } catch (error) {
    if (rds.stopping) return;
    rds.records.moves.delete(move.globalClusterIdentifier);
    recordEvent(rds, 'globalFailoverFailed', clusterRecord(rds, cluster), reasonOf(error));
    rds.context.journal.record({
      event: 'cluster.promotion-failed',
      subject: cluster.identifier,
      because: reasonOf(error),
    });
  }
  await announce(rds, move.globalClusterIdentifier);
}

/** Best effort, as on AWS: an old writer that hears of it stops before the new one starts. */
async function fenceOldWriter(rds: Rds, move: MoveRecord): Promise<void> {
  if (move.from === undefined) return;
  const { journal, region } = rds.context;
  const subject = move.globalClusterIdentifier;
  try {
    const reply = await rds.peers.ask(move.from, 'fence', {
      identifier: subject,
      byRegion: region,
      epoch: move.epoch,
    });
    journal.record({
      event: 'cluster.fenced',
      subject,
      because: `${move.from} stopped writing`,
      data: { gtid: reply.position },
    });
  } catch (error) {
    journal.record({
      event: 'cluster.fence-timed-out',
      subject,
      because: `${move.from} could not be told to stop writing: ${reasonOf(error)}`,
    });
  }
}

/** The lock is held. Applies what has arrived, raises the epoch, opens for writes. Shared with planned moves. */
export async function promoteHere(
  rds: Rds,
  cluster: Cluster,
  move: Pick<MoveRecord, 'globalClusterIdentifier' | 'epoch' | 'from' | 'to'>,
  planned: boolean,
): Promise<void> {
  const { journal, clock, region } = rds.context;
  const global = rds.records.globals.get(move.globalClusterIdentifier)!;
  if (raised(global.membership.epoch, move.epoch)) return;
  const began = performance.now();
  const candidates = await Promise.all(
    servingInstances(rds, cluster).map(async (instance) => ({
      identifier: instance.identifier,
      available: true,
      acknowledging: false,
      received: (await followerState(instance.server))?.received ?? (await positionOf(instance.server)),
      promotionTier: instanceRecord(rds, instance).promotionTier,
    })),
  );
  const chosen = mostAdvanced(candidates);
  const heir = chosen && cluster.instances.get(chosen.identifier);
  if (!heir) throw new Error(`${cluster.identifier} has no instance that runs`);
  // First: if draining fails half way, this server is told its part anew and follows again.
  heir.plan = undefined;
  const position = formatPosition(await drain(heir.server, DRAIN_DEADLINE_MS));
  const membership = afterEvent(global.membership, {
    kind: 'promoted',
    region,
    gtid: position,
    atMs: clock.now(),
    planned,
  });
  rds.records.transaction(() => {
    rds.records.globals.put(global.identifier, { ...global, membership });
    rds.records.moves.delete(global.identifier);
    changeCluster(rds, cluster.identifier, { leader: heir.identifier });
  });
  journalMembership(rds, membership, `${region} writes since epoch ${membership.epoch}`);
  await reconcileNow(rds, cluster);
  journal.record({
    event: 'cluster.promoted',
    subject: cluster.identifier,
    because: planned
      ? `a planned move: it has everything ${move.from} had`
      : `data loss was allowed: what ${move.from ?? 'nobody'} had beyond ${position || 'the beginning'} is not here`,
    data: {
      writer: heir.identifier,
      from: move.from ?? null,
      epoch: membership.epoch,
      gtid: position,
      realMs: Math.round(performance.now() - began),
    },
  });
  recordEvent(rds, 'globalPromoted', clusterRecord(rds, cluster), cluster.identifier);
}

/** Another region takes over: stop writing until its record, or its silence about it, says more. */
export async function acceptFence(
  rds: Rds,
  input: { readonly identifier: string; readonly byRegion: string; readonly epoch: number },
): Promise<{ fenced: boolean; position: string }> {
  const cluster = clusterInGlobal(rds, input.identifier);
  const global = rds.records.globals.get(input.identifier);
  if (!cluster || !global || !fenceAccepted(global.membership.epoch, input.epoch))
    return { fenced: false, position: cluster?.position ?? '' };
  const { identifier, byRegion, epoch } = input;
  keepFence(
    rds,
    { globalClusterIdentifier: identifier, byRegion, epoch, sinceMs: rds.context.clock.now() },
    `${byRegion} takes over with epoch ${epoch} and asked this region to stop writing`,
  );
  await cluster.serialize(() => reconcileNow(rds, cluster));
  return { fenced: true, position: cluster.position };
}

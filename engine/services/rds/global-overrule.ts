/**
 * FailoverGlobalCluster with data loss allowed, towards the region that writes already: it holds writes because
 * only another region knows whether it took over, and that region is silent. An operator ends the wait here. The
 * epoch goes above everything the other region may have raised, so that its record loses when it is heard again
 * and what it wrote is set aside.
 */
import { recordEvent } from './events.ts';
import { overrulingEpoch } from './global-rules.ts';
import { formatPosition } from './gtid.ts';
import { type Cluster, clusterRecord, globalOf, leaderOf, type Rds } from './house.ts';
import { afterEvent } from './membership.ts';
import { announce, journalMembership } from './membership-exchange.ts';
import { reconcileNow } from './reconcile.ts';
import { positionOf } from './replication.ts';

/** The epoch to raise, if this region waits for another one and has waited long enough. */
export function epochToOverrule(rds: Rds, cluster: Cluster): number | undefined {
  const global = globalOf(rds, cluster);
  if (!global) return undefined;
  const { moves, fences } = rds.records;
  const move = moves.get(global.identifier);
  const fence = fences.get(global.identifier);
  const heardMs = fence && rds.news.get(`${global.identifier}/${fence.byRegion}`)?.atMs;
  const sinceMs = move?.askedAtMs ?? heardMs ?? fence?.sinceMs ?? Number.POSITIVE_INFINITY;
  return overrulingEpoch({
    membership: global.membership,
    region: rds.context.region,
    move,
    fence,
    waitedMs: rds.context.clock.now() - sinceMs,
  });
}

/** Undefined: done; else why it could not be. */
export async function overrule(rds: Rds, cluster: Cluster): Promise<string | undefined> {
  const { region, clock, journal } = rds.context;
  return await cluster.serialize(async () => {
    const global = globalOf(rds, cluster);
    const epoch = epochToOverrule(rds, cluster);
    if (!global || epoch === undefined) return `${cluster.identifier} waits for nobody any more.`;
    const leader = leaderOf(rds, cluster);
    if (!leader?.server.running || leader.busy)
      return `The writer of ${cluster.identifier} is not available.`;
    const { identifier } = global;
    const waitedFor = rds.records.moves.get(identifier)?.to ?? rds.records.fences.get(identifier)?.byRegion;
    const gtid = formatPosition(await positionOf(leader.server));
    const membership = afterEvent(global.membership, {
      kind: 'promoted',
      region,
      gtid,
      atMs: clock.now(),
      planned: false,
      epoch,
    });
    rds.records.transaction(() => {
      rds.records.globals.put(identifier, { ...global, membership });
      rds.records.moves.delete(identifier);
      rds.records.fences.delete(identifier);
    });
    journal.record({
      event: 'cluster.takeover-overruled',
      subject: identifier,
      because: `data loss was allowed: ${region} writes on from ${gtid || 'the beginning'}, and what ${waitedFor} may have written since is set aside when it is heard`,
      data: { epoch, from: waitedFor ?? null, gtid },
    });
    journalMembership(rds, membership, `${region} writes since epoch ${epoch}`);
    await reconcileNow(rds, cluster);
    recordEvent(rds, 'globalFailoverCompleted', clusterRecord(rds, cluster), cluster.identifier);
    void announce(rds, identifier);
    return undefined;
  });
}

/**
 * Keeps the membership records of the regions equal: tells and asks every other region about every two
 * seconds, at once after a change, and first of all when this region starts. Whoever finds a higher epoch
 * than its own takes it over and stops writing before anything else.
 */

import { recordEvent } from './events.ts';
import {
  adoption,
  asksOn,
  becomesConnected,
  concerns,
  fenceHeard,
  fenceReleased,
  LONELY_AFTER_MS,
  PERIOD_MS,
} from './global-rules.ts';
import {
  type Cluster,
  clusterRecord,
  feedPort,
  globalOf,
  leaderOf,
  type Rds,
  servingInstances,
} from './house.ts';
import { afterEvent, type Membership, roleOf } from './membership.ts';
import { instanceLagMs } from './metrics.ts';
import type { Exchange, MemberState } from './peer-messages.ts';
import { applyWaiting, reconcile } from './reconcile.ts';
import { type FenceRecord, type GlobalRecord, instancesOf, type MemberReport } from './records.ts';

const SHORTEST_REAL_PERIOD_MS = 400;
const DONE_WITHIN_MS = 1000;

export function clusterInGlobal(rds: Rds, identifier: string): Cluster | undefined {
  return [...rds.clusters.values()].find((cluster) => globalOf(rds, cluster)?.identifier === identifier);
}

/** What this region says about a global cluster now. */
export function ownExchange(rds: Rds, identifier: string): Exchange {
  const cluster = clusterInGlobal(rds, identifier);
  return {
    region: rds.context.region,
    identifier,
    record: rds.records.globals.get(identifier) ?? null,
    state: cluster ? memberState(rds, cluster) : null,
    move: rds.records.moves.get(identifier) ?? null,
  };
}

function memberState(rds: Rds, cluster: Cluster): MemberState {
  const record = clusterRecord(rds, cluster);
  const leader = leaderOf(rds, cluster);
  const lag = leader ? instanceLagMs(rds, cluster, leader) : undefined;
  const pending =
    rds.records.lastKnown.get(cluster.identifier) !== undefined ||
    rds.records.surplus.get(cluster.identifier) !== undefined;
  const leaderArn = leader && rds.records.instances.get(leader.identifier)?.arn;
  return {
    region: rds.context.region,
    clusterIdentifier: cluster.identifier,
    clusterArn: record.arn,
    endpoint: { host: record.endpoint.host, port: record.port },
    feed: { host: record.endpoint.host, port: feedPort(record) },
    instanceArns: instancesOf(rds.records, cluster.identifier).map((instance) => instance.arn),
    ...(leaderArn ? { leaderArn } : {}),
    position: cluster.position,
    following: !pending && leader?.following === true && leader.plan?.role === 'head',
    lagMs: lag === undefined ? null : Math.round(lag),
    able: servingInstances(rds, cluster).length > 0,
  };
}

/** Takes in what another region said; true if this region's record changed. */
export function absorb(rds: Rds, theirs: Exchange): boolean {
  const { context, records } = rds;
  const key = `${theirs.identifier}/${theirs.region}`;
  rds.news.set(key, { state: theirs.state, move: theirs.move, atMs: context.clock.now() });
  if (theirs.state) keepReport(rds, key, theirs.state);
  const own = records.globals.get(theirs.identifier);
  const changed =
    theirs.record !== null &&
    concerns(context.region, own?.membership, theirs.record.membership) &&
    adopt(rds, own, theirs.record);
  hearFence(rds, theirs);
  releaseFence(rds, theirs);
  if (theirs.state) noteSynchronization(rds, theirs.identifier, theirs.state);
  return changed;
}

function keepReport(rds: Rds, key: string, state: MemberState): void {
  const { region, clusterArn, endpoint, feed, instanceArns, leaderArn } = state;
  const report: MemberReport = {
    region,
    clusterArn,
    endpoint,
    feed,
    instanceArns,
    ...(leaderArn ? { leaderArn } : {}),
  };
  if (JSON.stringify(rds.records.reports.get(key)) === JSON.stringify(report)) return;
  rds.records.reports.put(key, report);
  const cluster = clusterInGlobal(rds, key.slice(0, key.lastIndexOf('/')));
  if (cluster) void reconcile(rds, cluster);
}

/** The record that wins is written together with what this region knew before, until its surplus is settled. */
export function adopt(rds: Rds, own: GlobalRecord | undefined, theirs: GlobalRecord): boolean {
  const { context, records } = rds;
  const { membership, changed, newEpoch, historyInDoubt } = adoption(
    context.region,
    own?.membership,
    theirs.membership,
  );
  if (!changed) return false;
  const cluster = clusterInGlobal(rds, theirs.identifier);
  records.transaction(() => {
    records.globals.put(theirs.identifier, { ...(own ?? theirs), membership });
    if (cluster && own && historyInDoubt) {
      if (!records.lastKnown.get(cluster.identifier))
        records.lastKnown.put(cluster.identifier, own.membership);
      records.moves.delete(theirs.identifier);
      records.fences.delete(theirs.identifier);
    }
  });
  if (newEpoch)
    journalMembership(
      rds,
      membership,
      `${theirs.membership.writerRegion} writes since epoch ${membership.epoch}`,
    );
  if (cluster) {
    void applyWaiting(rds, cluster).catch(() => {});
    void reconcile(rds, cluster);
  }
  return true;
}

export function journalMembership(rds: Rds, membership: Membership, because: string): void {
  rds.context.journal.record({
    event: 'membership.changed',
    subject: membership.identifier,
    because,
    data: {
      epoch: membership.epoch,
      revision: membership.revision,
      writerRegion: membership.writerRegion ?? null,
      members: membership.members.map((member) => `${member.region} ${member.synchronization}`),
      gtid: membership.promotions.at(-1)?.gtid ?? null,
    },
  });
}

/** Another region is heard to take over from this one: as if it had asked this one to stop writing. */
function hearFence(rds: Rds, theirs: Exchange): void {
  const { identifier } = theirs;
  const own = rds.records.globals.get(identifier)?.membership;
  const heard = own && fenceHeard(own, rds.context.region, theirs.region, theirs.move);
  if (!heard || heard.epoch <= (rds.records.fences.get(identifier)?.epoch ?? 0)) return;
  const { byRegion, epoch } = heard;
  keepFence(
    rds,
    { globalClusterIdentifier: identifier, byRegion, epoch, sinceMs: rds.context.clock.now() },
    `heard in the regular exchange that ${byRegion} takes over with epoch ${epoch}: writes here would be lost`,
  );
  const cluster = clusterInGlobal(rds, identifier);
  if (cluster) void reconcile(rds, cluster);
}

/** Written down and told once; whoever calls this makes the servers follow. */
export function keepFence(rds: Rds, fence: FenceRecord, because: string): void {
  const { globalClusterIdentifier: subject, byRegion, epoch } = fence;
  rds.records.fences.put(subject, fence);
  rds.context.journal.record({ event: 'cluster.fenced', subject, because, data: { byRegion, epoch } });
}

/** A fence ends when its region is heard to have finished without taking over. */
function releaseFence(rds: Rds, theirs: Exchange): void {
  const fence = rds.records.fences.get(theirs.identifier);
  const own = rds.records.globals.get(theirs.identifier)?.membership;
  if (!fence || !fenceReleased(fence, own, theirs.region, theirs.move)) return;
  rds.records.fences.delete(theirs.identifier);
  const cluster = clusterInGlobal(rds, theirs.identifier);
  if (cluster) void reconcile(rds, cluster);
}

/** The writer's region says who is in step; a rebuilt member becomes `connected`. */
function noteSynchronization(rds: Rds, identifier: string, state: MemberState): void {
  const global = rds.records.globals.get(identifier);
  if (!global || !becomesConnected(global.membership, rds.context.region, state)) return;
  const membership = afterEvent(global.membership, {
    kind: 'synchronized',
    region: state.region,
    synchronization: 'connected',
  });
  rds.records.globals.put(identifier, { ...global, membership });
  rds.context.journal.record({
    event: 'cluster.connected',
    subject: state.clusterIdentifier,
    because: `it follows ${rds.context.region} with ${state.lagMs} ms of lag`,
    data: { gtid: state.position, epoch: membership.epoch },
  });
  const cluster = clusterInGlobal(rds, identifier);
  if (cluster) recordEvent(rds, 'resyncFinished', clusterRecord(rds, cluster), state.clusterIdentifier);
  void announce(rds, identifier);
}

/** Exchanges with one region; false if it cannot be reached. */
export async function exchangeWith(rds: Rds, identifier: string, region: string): Promise<boolean> {
  try {
    absorb(rds, await rds.peers.ask(region, 'membership', ownExchange(rds, identifier)));
    return true;
  } catch {
    return false;
  }
}

export function otherMembers(rds: Rds, identifier: string): readonly string[] {
  const members = rds.records.globals.get(identifier)?.membership.members ?? [];
  return members.map((member) => member.region).filter((region) => region !== rds.context.region);
}

/** Tells every other member now. */
export async function announce(rds: Rds, identifier: string): Promise<void> {
  await Promise.all(otherMembers(rds, identifier).map((region) => exchangeWith(rds, identifier, region)));
}

/** The regular exchange; one question at a time to each region, so that a frozen one collects none. */
export function startExchange(rds: Rds): { stop(): void } {
  const { clock } = rds.context;
  const asking = new Set<string>();
  return clock.every(Math.max(PERIOD_MS, SHORTEST_REAL_PERIOD_MS * clock.speed), () => {
    for (const { identifier } of rds.records.globals.values())
      for (const region of otherMembers(rds, identifier)) {
        const key = `${identifier}/${region}`;
        if (asking.has(key) || rds.stopping) continue;
        asking.add(key);
        void exchangeWith(rds, identifier, region).finally(() => asking.delete(key));
      }
  });
}

/**
 * Before a returning writer writes: do the others know more? Returns as soon as all of them have answered; a
 * secondary need not wait, since it does not write.
 */
export async function askBeforeWriting(rds: Rds, identifier: string): Promise<void> {
  const { clock, region, journal } = rds.context;
  const beganMs = clock.now();
  let silent = otherMembers(rds, identifier);
  const role = () => {
    const global = rds.records.globals.get(identifier);
    return global ? roleOf(global.membership, region) : 'none';
  };
  for (;;) {
    const answered = await Promise.all(silent.map((other) => exchangeWith(rds, identifier, other)));
    silent = silent.filter((_, index) => !answered[index]);
    const waitedMs = clock.now() - beganMs;
    if (rds.stopping || !asksOn({ role: role(), silentMembers: silent.length, waitedMs })) break;
    await clock.sleep(Math.min(DONE_WITHIN_MS, LONELY_AFTER_MS - waitedMs));
  }
  if (!rds.stopping && silent.length > 0 && role() === 'writer')
    journal.record({
      event: 'membership.unconfirmed',
      subject: identifier,
      because: `${silent.join(', ')} did not answer for ${LONELY_AFTER_MS / 1000} s; ${region} goes on as the writer of its own epoch`,
    });
}

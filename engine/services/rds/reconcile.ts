/**
 * Makes the servers of one cluster follow the records: who leads, who follows, who may write. Called after
 * every start, change and once a second; does nothing where nothing differs. Holds the cluster's lock, so
 * that roles change one at a time.
 */
import type { Place } from '../contract.ts';
import { formatPosition } from './gtid.ts';
import { CREATE_HEARTBEAT } from './heartbeat.ts';
import {
  type Cluster,
  changeCluster,
  changeInstance,
  clusterRecord,
  clusterRole,
  feedingInstances,
  globalOf,
  type Instance,
  instanceRecord,
  leaderOf,
  type Rds,
  reasonOf,
  servingInstances,
  whyWritesHeld,
} from './house.ts';
import { surplusAfter } from './membership.ts';
import { mostAdvanced } from './promotion.ts';
import { instancesOf } from './records.ts';
import { closeForWrites, follow, openForWrites, positionOf, waitForReader } from './replication.ts';
import { type InstancePlan, planReplication } from './replication-plan.ts';
import { handOver, startRebuilds } from './resync.ts';

export async function reconcile(rds: Rds, cluster: Cluster): Promise<void> {
  await cluster.serialize(async () => {
    try {
      await reconcileNow(rds, cluster);
    } catch (error) {
      // A server that ends in the middle is reported by its end; what is left is done the next time.
      if (!rds.stopping)
        rds.context.journal.record({
          event: 'cluster.reconcile-failed',
          subject: cluster.identifier,
          because: reasonOf(error),
        });
    }
  });
}

/** The same for callers that hold the lock. */
export async function reconcileNow(rds: Rds, cluster: Cluster): Promise<void> {
  if (rds.stopping || cluster.status === 'deleting' || !cluster.settled) return;
  if (rds.records.surplus.get(cluster.identifier)) return handOver(rds, cluster);
  startRebuilds(rds, cluster);
  const leader = await ensureLeader(rds, cluster);
  if (!leader?.server.running || leader.busy) return;
  if (clusterRole(rds, cluster) === 'secondary' && !(await historyAgrees(rds, cluster, leader))) return;
  for (const plan of currentPlan(rds, cluster, leader)) await play(rds, cluster, plan);
  closeStaleConnections(rds, cluster);
}

export function currentPlan(rds: Rds, cluster: Cluster, leader: Instance): readonly InstancePlan[] {
  const running = servingInstances(rds, cluster).map((instance) => instance.identifier);
  const acknowledging = running.filter((id) => rds.records.instances.get(id)?.acknowledging);
  return planReplication({
    clusterRole: clusterRole(rds, cluster),
    leader: leader.identifier,
    // The leader first: nobody follows a server that has not taken its part.
    running: [leader.identifier, ...running.filter((id) => id !== leader.identifier)],
    acknowledging,
    writesHeld: whyWritesHeld(rds, cluster) !== undefined,
  });
}

async function ensureLeader(rds: Rds, cluster: Cluster): Promise<Instance | undefined> {
  const leader = leaderOf(rds, cluster);
  const serving = servingInstances(rds, cluster);
  if (leader && (serving.includes(leader) || clusterRole(rds, cluster) === 'writer')) return leader;
  const first = instancesOf(rds.records, cluster.identifier)[0];
  // Nothing has ever been written: the instance that was created first leads, as on AWS.
  const chosen = leader ? await mostAdvancedServing(rds, serving) : first?.identifier;
  if (chosen === undefined || chosen === leader?.identifier) return leader;
  changeCluster(rds, cluster.identifier, { leader: chosen });
  if (leader)
    rds.context.journal.record({
      event: 'cluster.head-changed',
      subject: cluster.identifier,
      because: `${leader.identifier} is away; ${chosen} has received most and is fed by the writer's region instead`,
    });
  return cluster.instances.get(chosen);
}

async function mostAdvancedServing(rds: Rds, serving: readonly Instance[]): Promise<string | undefined> {
  const candidates = await Promise.all(
    serving.map(async (instance) => ({
      identifier: instance.identifier,
      available: true,
      acknowledging: false,
      received: await positionOf(instance.server),
      promotionTier: instanceRecord(rds, instance).promotionTier,
    })),
  );
  return mostAdvanced(candidates)?.identifier;
}

/** A region that knew an older epoch: nobody writes here any more; does it have what the new writer lacks? */
async function historyAgrees(rds: Rds, cluster: Cluster, leader: Instance): Promise<boolean> {
  const known = rds.records.lastKnown.get(cluster.identifier);
  const global = globalOf(rds, cluster);
  if (!known || !global) return true;
  await stopWriting(rds, cluster, leader);
  const position = await positionOf(leader.server);
  const surplus = surplusAfter(known, global.membership, rds.context.region, position);
  const { epoch, writerRegion } = global.membership;
  rds.records.transaction(() => {
    rds.records.lastKnown.delete(cluster.identifier);
    if (surplus)
      rds.records.surplus.put(cluster.identifier, {
        clusterIdentifier: cluster.identifier,
        instance: leader.identifier,
        fromGtid: surplus.from,
        epoch,
      });
  });
  rds.context.journal.record({
    event: 'cluster.demoted',
    subject: cluster.identifier,
    because: surplus
      ? `epoch ${epoch} belongs to ${writerRegion}, and ${surplus.transactions} transactions here are not in its history`
      : `epoch ${epoch} belongs to ${writerRegion}, whose history contains everything here`,
    data: { epoch, gtid: formatPosition(position), from: surplus?.from ?? null },
  });
  if (surplus) void handOver(rds, cluster);
  return surplus === undefined;
}

/** Heartbeat, clients, then the position stands still. */
export async function stopWriting(rds: Rds, cluster: Cluster, leader: Instance): Promise<void> {
  await cluster.heartbeat.beatOn(undefined);
  if (leader.plan && leader.plan.role !== 'writer') return;
  await closeForWrites(leader.server);
  if (leader.plan) leader.plan = { ...leader.plan, readOnly: true };
  cluster.position = formatPosition(await positionOf(leader.server));
  rds.context.journal.record({
    event: 'cluster.writes-held',
    subject: cluster.identifier,
    because: whyWritesHeld(rds, cluster) ?? 'another region writes',
    data: { gtid: cluster.position },
  });
}

async function play(rds: Rds, cluster: Cluster, plan: InstancePlan): Promise<void> {
  const instance = cluster.instances.get(plan.identifier);
  if (!instance?.server.running) return;
  const source = await sourceOf(rds, cluster, plan);
  const sourceKey = source ? `${source.host}:${source.port}` : '';
  if (samePart(instance.plan, plan, sourceKey)) return;
  const wasWriter = instance.plan?.role === 'writer' && !instance.plan.readOnly;
  if (wasWriter && plan.readOnly) await stopWriting(rds, cluster, instance);
  if (plan.role === 'writer') {
    if (!plan.readOnly) await openWriter(rds, cluster, instance);
    instance.plan = { ...plan, waitsForReader: false, sourceKey };
    return;
  }
  if (!source) return;
  await follow(instance.server, source, {
    password: rds.secrets.replicationPassword,
    acknowledges: plan.acknowledges,
  });
  instance.plan = { ...plan, sourceKey };
  cluster.heartbeat.watch(instance);
}

function samePart(now: Instance['plan'], plan: InstancePlan, sourceKey: string): boolean {
  return (
    now !== undefined &&
    now.role === plan.role &&
    now.readOnly === plan.readOnly &&
    now.acknowledges === plan.acknowledges &&
    now.sourceKey === sourceKey
  );
}

async function openWriter(rds: Rds, cluster: Cluster, instance: Instance): Promise<void> {
  // Until a reader has been seen to acknowledge this writer, none may take over from it.
  for (const record of instancesOf(rds.records, cluster.identifier))
    if (record.acknowledging) changeInstance(rds, record.identifier, { acknowledging: false });
  await waitForReader(instance.server, false);
  await furnish(rds, cluster, instance);
  await openForWrites(instance.server);
  instance.following = false;
  cluster.position = formatPosition(await positionOf(instance.server));
  rds.context.journal.record({
    event: 'cluster.writer-opened',
    subject: cluster.identifier,
    because: `${instance.identifier} is the writer of ${cluster.identifier}`,
    data: { gtid: cluster.position, epoch: globalOf(rds, cluster)?.membership.epoch ?? 0 },
  });
  await cluster.heartbeat.beatOn(instance);
}

/** The database and the administrator of the template, once in a cluster's life; they replicate like all else. */
async function furnish(rds: Rds, cluster: Cluster, instance: Instance): Promise<void> {
  const record = clusterRecord(rds, cluster);
  if (record.furnished) return;
  const sql = instance.server.sql('control');
  for (const statement of CREATE_HEARTBEAT) await sql.query(statement);
  if (record.databaseName)
    await sql.query(`CREATE DATABASE IF NOT EXISTS \`${record.databaseName.replaceAll('`', '``')}\``);
  if (record.masterUsername && record.masterUserPassword) {
    await sql.query('CREATE OR REPLACE USER ?@? IDENTIFIED BY ?', [
      record.masterUsername,
      '%',
      record.masterUserPassword,
    ]);
    await sql.query(`GRANT ${MASTER_PRIVILEGES} ON *.* TO ?@? WITH GRANT OPTION`, [
      record.masterUsername,
      '%',
    ]);
  }
  changeCluster(rds, cluster.identifier, { furnished: true });
}

/** As on Aurora, without what would let a client write to a reader or leave the binary log. */
const MASTER_PRIVILEGES =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER';

export async function sourceOf(rds: Rds, cluster: Cluster, plan: InstancePlan): Promise<Place | undefined> {
  const { follows } = plan;
  switch (follows.kind) {
    case 'none':
      return undefined;
    case 'instance': {
      const record = rds.records.instances.get(follows.identifier);
      return record ? { host: record.endpoint.host, port: clusterRecord(rds, cluster).port } : undefined;
    }
    case 'writer-region': {
      const global = globalOf(rds, cluster);
      const region = global?.membership.writerRegion;
      if (!global || region === undefined) return undefined;
      const report = rds.records.reports.get(`${global.identifier}/${region}`);
      // An address that stays when that region changes its writer.
      return report ? await rds.context.network.door(region, report.feed) : undefined;
    }
    default:
      return follows satisfies never;
  }
}

/** Connections to what an endpoint no longer stands for end now. */
export function closeStaleConnections(rds: Rds, cluster: Cluster): void {
  const leader = rds.records.clusters.get(cluster.identifier)?.leader;
  const serving = new Set(servingInstances(rds, cluster).map((instance) => instance.identifier));
  cluster.writerEndpoint.closeExcept((target) => target === leader);
  cluster.readerEndpoint.closeExcept((target) => serving.has(target));
  const feeding = new Set(feedingInstances(rds, cluster).map((instance) => instance.identifier));
  cluster.feed.closeExcept((target) => feeding.has(target));
}

/** Switches waiting for readers on or off at the writer, as the records say. Needs no lock: a commit may hold it. */
export async function applyWaiting(rds: Rds, cluster: Cluster): Promise<void> {
  const leader = leaderOf(rds, cluster);
  if (leader?.plan?.role !== 'writer' || !leader.server.running) return;
  const wanted = currentPlan(rds, cluster, leader).find((plan) => plan.role === 'writer');
  if (!wanted || wanted.waitsForReader === leader.plan.waitsForReader) return;
  leader.plan = { ...leader.plan, waitsForReader: wanted.waitsForReader };
  try {
    await waitForReader(leader.server, wanted.waitsForReader);
  } catch (error) {
    // It may not have heard; told again the next time.
    if (leader.plan) leader.plan = { ...leader.plan, waitsForReader: !wanted.waitsForReader };
    throw error;
  }
  rds.context.journal.record({
    event: wanted.waitsForReader ? 'cluster.protected' : 'cluster.unprotected',
    subject: cluster.identifier,
    because: wanted.waitsForReader
      ? 'a reader acknowledges every commit before the client hears of it'
      : 'no reader is there to acknowledge commits; the writer goes on alone',
  });
}

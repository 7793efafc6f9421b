/**
 * Gives an instance new data: hands over what only it has, stops it, takes a copy of the writer (of the other
 * region over the link, or of its own region's leader), starts it where the copy's history ends. The record
 * says `rebuild` from before the old data go until the new ones are in place, so that a crash at any point
 * begins it again.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { receiveBackup, sendBackup } from './backup.ts';
import { binlogsOf } from './binlog-purge.ts';
import { recordEvent } from './events.ts';
import { parsePosition, sequenceOf } from './gtid.ts';
import {
  type Cluster,
  changeInstance,
  clusterRecord,
  clusterRole,
  globalOf,
  type Instance,
  leaderOf,
  type Rds,
  reasonOf,
  servingInstances,
} from './house.ts';
import { reconcile } from './reconcile.ts';
import { instancesOf, type SurplusRecord } from './records.ts';
import { endClients } from './replication.ts';
import { exportSurplus } from './rescue.ts';

const RETRY_MS = 5000;
const STOP_GRACE_MS = 10_000;
const handing = new WeakSet<Cluster>();
const notBefore = new WeakMap<Instance | Cluster, number>();

/** Writes the rescue file, then marks every instance of the region for a rebuild. */
export async function handOver(rds: Rds, cluster: Cluster): Promise<void> {
  const surplus = rds.records.surplus.get(cluster.identifier);
  const holder = surplus && cluster.instances.get(surplus.instance);
  if (!surplus || !holder?.server.running || handing.has(cluster) || tooEarly(rds, cluster)) return;
  handing.add(cluster);
  try {
    recordEvent(rds, 'resyncStarted', clusterRecord(rds, cluster), cluster.identifier);
    await endClients(holder.server);
    await exportSurplus(rds, cluster, holder, await stillInLogs(rds, cluster, holder, surplus));
    rds.records.transaction(() => {
      for (const record of instancesOf(rds.records, cluster.identifier))
        changeInstance(rds, record.identifier, { rebuild: true, acknowledging: false });
      rds.records.surplus.delete(cluster.identifier);
    });
  } catch (error) {
    notBefore.set(cluster, rds.context.clock.now() + RETRY_MS);
    if (!rds.stopping)
      rds.context.journal.record({
        event: 'rescue.failed',
        subject: cluster.identifier,
        because: `${reasonOf(error)}; the old data stay until it succeeds`,
      });
  } finally {
    handing.delete(cluster);
  }
  void reconcile(rds, cluster);
}

/** An old writer that was alone for longer than logs are kept has its first transactions in its tables alone. */
async function stillInLogs(
  rds: Rds,
  cluster: Cluster,
  holder: Instance,
  surplus: SurplusRecord,
): Promise<SurplusRecord> {
  const oldest = (await binlogsOf(holder.server))[0];
  if (!oldest || oldest.startsAfter <= sequenceOf(parsePosition(surplus.fromGtid))) return surplus;
  rds.context.journal.record({
    event: 'rescue.incomplete',
    subject: cluster.identifier,
    because: `the binary logs of ${holder.identifier} begin after ${oldest.startsAfterGtid}: what it wrote between ${surplus.fromGtid || 'the beginning'} and there is not in the rescue file`,
    data: { from: surplus.fromGtid, to: oldest.startsAfterGtid },
  });
  return { ...surplus, fromGtid: oldest.startsAfterGtid };
}

/** Begins every rebuild that has a source; the leader's before its readers'. */
export function startRebuilds(rds: Rds, cluster: Cluster): void {
  for (const record of instancesOf(rds.records, cluster.identifier)) {
    const instance = cluster.instances.get(record.identifier);
    if (!record.rebuild || !instance || instance.busy || tooEarly(rds, instance)) continue;
    const open = sourceOfCopy(rds, cluster, instance);
    if (open) void rebuild(rds, cluster, instance, open);
  }
}

interface CopySource {
  readonly name: string;
  open(signal: AbortSignal): Promise<Readable>;
}

function sourceOfCopy(rds: Rds, cluster: Cluster, instance: Instance): CopySource | undefined {
  const leader = leaderOf(rds, cluster);
  if (leader && leader !== instance && servingInstances(rds, cluster).includes(leader))
    return {
      name: leader.identifier,
      open: async () => {
        const stream = new PassThrough();
        // A copy that fails destroys the stream, and the reader of the stream says so.
        sendBackup(rds.software, rds.secrets, leader.server, stream).catch((error) => stream.destroy(error));
        return stream;
      },
    };
  if (clusterRole(rds, cluster) === 'writer' || (leader && leader !== instance)) return undefined;
  const global = globalOf(rds, cluster);
  const region = global?.membership.writerRegion;
  const source = global?.membership.members.find((member) => member.region === region);
  if (!source) return undefined;
  return {
    name: `${source.clusterIdentifier} in ${source.region}`,
    open: (signal) => rds.peers.backup(source.region, source.clusterIdentifier, signal),
  };
}

async function rebuild(rds: Rds, cluster: Cluster, instance: Instance, source: CopySource): Promise<void> {
  const { journal, clock } = rds.context;
  const began = performance.now();
  instance.busy = true;
  instance.status = 'starting';
  journal.record({
    event: 'cluster.resync-started',
    subject: instance.identifier,
    because: `its data do not continue the writer's history; it takes a copy of ${source.name}`,
  });
  const abort = new AbortController();
  try {
    const position = await replaceData(rds, instance, source, abort.signal);
    changeInstance(rds, instance.identifier, { rebuild: false });
    instance.status = 'available';
    journal.record({
      event: 'cluster.resync-finished',
      subject: instance.identifier,
      because: `it stands at ${position || 'the beginning'} of ${source.name}`,
      data: { gtid: position, realMs: Math.round(performance.now() - began) },
    });
  } catch (error) {
    abort.abort();
    instance.status = 'failed';
    notBefore.set(instance, clock.now() + RETRY_MS);
    if (!rds.stopping)
      journal.record({
        event: 'cluster.resync-failed',
        subject: instance.identifier,
        because: `${reasonOf(error)}; it is tried again in ${RETRY_MS / 1000} s`,
      });
  } finally {
    instance.busy = false;
  }
  void reconcile(rds, cluster);
}

async function replaceData(
  rds: Rds,
  instance: Instance,
  source: CopySource,
  signal: AbortSignal,
): Promise<string> {
  const { server } = instance;
  const [data, incoming, old] = ['data', 'data.incoming', 'data.old'].map((name) =>
    join(server.directory, name),
  ) as [string, string, string];
  const { position } = await receiveBackup(rds.software, await source.open(signal), incoming);
  await server.stop(STOP_GRACE_MS);
  instance.plan = undefined;
  instance.lag = undefined;
  instance.following = false;
  await rm(old, { recursive: true, force: true });
  await rename(data, old).catch(ignoreMissing);
  await rename(incoming, data);
  if (rds.stopping) throw new Error('the region stops');
  await server.start({ asReplica: false });
  const sql = server.sql('control');
  await sql.query('RESET MASTER');
  if (position) {
    // The copy's binary log is empty; its history is stated, so that others may follow this server from here.
    await sql.query('SET GLOBAL gtid_binlog_state=?', [position]);
    await sql.query('SET GLOBAL gtid_slave_pos=?', [position]);
  }
  await rm(old, { recursive: true, force: true });
  return position;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function tooEarly(rds: Rds, subject: Instance | Cluster): boolean {
  return rds.context.clock.now() < (notBefore.get(subject) ?? 0);
}

/**
 * Removes binary logs that nobody needs, from every server of a cluster, every few minutes. What may go is
 * decided in `binlog-retention.ts`; here is seen who has what. While it is not settled whose history is right
 * nothing goes: an old writer's logs are what its rescue file is made of.
 */
import { type BinlogFile, type Follower, type Retention, retention } from './binlog-retention.ts';
import { formatPosition, type GtidPosition, parsePosition, sequenceOf } from './gtid.ts';
import { type Cluster, globalOf, type Instance, leaderOf, type Rds, servingInstances } from './house.ts';
import type { InstanceProcess } from './instance-process.ts';
import { instancesOf } from './records.ts';
import { positionOf } from './replication.ts';

const PURGE_PERIOD_MS = 300_000;
const SHORTEST_REAL_PERIOD_MS = 1000;
const STATEMENT_DEADLINE_MS = 30_000;

/** What a follower was last seen to have, and when it was last seen to follow. */
interface Sighting {
  readonly has: number | undefined;
  readonly followedAtMs: number;
}

export function startBinlogPurge(rds: Rds, cluster: Cluster): { stop(): void } {
  const { clock } = rds.context;
  const sightings = new Map<string, Sighting>();
  let purging = false;
  return clock.every(Math.max(PURGE_PERIOD_MS, SHORTEST_REAL_PERIOD_MS * clock.speed), () => {
    if (purging || rds.stopping) return;
    purging = true;
    void purge(rds, cluster, sightings).finally(() => {
      purging = false;
    });
  });
}

async function purge(rds: Rds, cluster: Cluster, sightings: Map<string, Sighting>): Promise<void> {
  if (!historySettled(rds, cluster)) return;
  await seeInstances(rds, cluster, sightings);
  // In one step with the regions' positions: a record that is taken over later changes what those mean.
  if (!historySettled(rds, cluster)) return;
  seeRegions(rds, cluster, sightings);
  // A server that ends in the middle is looked at the next time.
  for (const instance of servingInstances(rds, cluster))
    await purgeServer(rds, cluster, instance, sightings).catch(() => {});
}

function historySettled(rds: Rds, cluster: Cluster): boolean {
  const { records } = rds;
  const global = globalOf(rds, cluster)?.identifier;
  return (
    !rds.stopping &&
    cluster.settled &&
    cluster.status === 'available' &&
    !records.lastKnown.get(cluster.identifier) &&
    !records.surplus.get(cluster.identifier) &&
    (global === undefined || (!records.moves.get(global) && !records.fences.get(global)))
  );
}

async function seeInstances(rds: Rds, cluster: Cluster, sightings: Map<string, Sighting>): Promise<void> {
  const now = rds.context.clock.now();
  const serving = servingInstances(rds, cluster);
  for (const { identifier } of instancesOf(rds.records, cluster.identifier)) {
    const before = sightings.get(identifier) ?? { has: undefined, followedAtMs: now };
    const instance = serving.find((other) => other.identifier === identifier);
    const position = instance && (await positionOf(instance.server, 'upkeep').catch(() => undefined));
    const there = instance && (instance.following || leaderOf(rds, cluster) === instance);
    sightings.set(identifier, {
      has: position ? sequenceOf(position) : before.has,
      followedAtMs: position && there ? now : before.followedAtMs,
    });
  }
}

/** A member that is being rebuilt says where its old data end, which is not where its copy will. */
function seeRegions(rds: Rds, cluster: Cluster, sightings: Map<string, Sighting>): void {
  const global = globalOf(rds, cluster);
  if (!global) return;
  const { writerRegion, members } = global.membership;
  for (const { region, synchronization } of members) {
    const before = sightings.get(region) ?? { has: undefined, followedAtMs: rds.context.clock.now() };
    const news = rds.news.get(`${global.identifier}/${region}`);
    const state = synchronization === 'connected' ? news?.state : undefined;
    const follows = state && (state.following || region === writerRegion);
    sightings.set(region, {
      has: state ? sequenceOf(parsePosition(state.position)) : before.has,
      followedAtMs: follows && news ? news.atMs : before.followedAtMs,
    });
  }
}

async function purgeServer(
  rds: Rds,
  cluster: Cluster,
  instance: Instance,
  sightings: ReadonlyMap<string, Sighting>,
): Promise<void> {
  const files = await binlogsOf(instance.server);
  const found = retention(files, followersOf(rds, cluster, instance, sightings));
  if (!found || !historySettled(rds, cluster)) return;
  await instance.server.sql('upkeep').query('PURGE BINARY LOGS TO ?', [found.from], STATEMENT_DEADLINE_MS);
  journalPurge(rds, instance, found);
}

function followersOf(
  rds: Rds,
  cluster: Cluster,
  instance: Instance,
  sightings: ReadonlyMap<string, Sighting>,
): readonly Follower[] {
  const now = rds.context.clock.now();
  const instances = instancesOf(rds.records, cluster.identifier).map((record) => record.identifier);
  const regions = (globalOf(rds, cluster)?.membership.members ?? []).map((member) => member.region);
  return [...instances, ...regions]
    .filter((name) => name !== instance.identifier && name !== rds.context.region)
    .map((name) => {
      const seen = sightings.get(name);
      return { name, has: seen?.has, silentMs: seen ? Math.max(0, now - seen.followedAtMs) : 0 };
    });
}

/** A file with the transaction, as a GTID, after which it begins; empty at the beginning of all history. */
interface ServerBinlog extends BinlogFile {
  readonly startsAfterGtid: string;
}

/** Oldest first. Every file says in its second event where the one before it ended. */
export async function binlogsOf(server: InstanceProcess): Promise<readonly ServerBinlog[]> {
  const sql = server.sql('upkeep');
  const found: ServerBinlog[] = [];
  for (const row of await sql.query('SHOW BINARY LOGS')) {
    const name = String(row['Log_name']);
    const head = await sql.query('SHOW BINLOG EVENTS IN ? LIMIT 3', [name]);
    const list = head.find((event) => event['Event_type'] === 'Gtid_list');
    const before = lastOf(String(list?.['Info'] ?? ''));
    found.push({
      name,
      bytes: Number(row['File_size']),
      startsAfter: sequenceOf(before),
      startsAfterGtid: formatPosition(before),
    });
  }
  return found;
}

/** As `[0-1-5,0-2-9]`: an entry for each server that ever wrote, of which the last one counts. */
function lastOf(list: string): GtidPosition {
  const entries = parsePosition(list.replace(/[[\]]/g, '')).filter((gtid) => gtid.domain === 0);
  return entries.toSorted((a, b) => b.sequence - a.sequence).slice(0, 1);
}

function journalPurge(rds: Rds, instance: Instance, found: Retention): void {
  const megabytes = (found.purgedBytes / 1024 ** 2).toFixed(1);
  rds.context.journal.record({
    event: 'instance.binlogs-purged',
    subject: instance.identifier,
    because:
      found.givenUp.length === 0
        ? `every follower has the ${megabytes} MB before ${found.from}`
        : `${found.givenUp.join(', ')} lacks some of the ${megabytes} MB before ${found.from} and has been away too long: it comes back by a copy`,
    data: { from: found.from, files: found.purgedFiles, bytes: found.purgedBytes, givenUp: found.givenUp },
  });
}

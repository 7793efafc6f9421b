/**
 * How a cluster comes into a global cluster and leaves it. The first one writes; a later one is let in by the
 * writer's region, which alone changes the record within an epoch.
 */
import { fault } from './errors.ts';
import { type Cluster, clusterRole, leaderOf, type Rds } from './house.ts';
import { afterEvent, type Member, roleOf } from './membership.ts';
import { absorb, announce, journalMembership, ownExchange } from './membership-exchange.ts';
import type { Exchange } from './peer-messages.ts';
import { reconcileNow } from './reconcile.ts';
import type { ClusterRecord, GlobalRecord } from './records.ts';
import { drain } from './replication.ts';

const DRAIN_DEADLINE_MS = 60_000;

/** Looks here, then asks every other region. */
export async function findGlobal(rds: Rds, identifier: string): Promise<GlobalRecord> {
  const own = rds.records.globals.get(identifier);
  if (own) return own;
  const others = rds.context.regions.filter((region) => region !== rds.context.region);
  const answers = await Promise.all(
    others.map((region) =>
      rds.peers.ask(region, 'membership', ownExchange(rds, identifier)).catch(() => undefined),
    ),
  );
  for (const answer of answers) if (answer?.record) return keepNews(rds, answer, answer.record);
  throw fault(
    'GlobalClusterNotFoundFault',
    `Global cluster ${identifier} not found in ${rds.context.regions.join(', ')}.`,
  );
}

function keepNews(rds: Rds, answer: Exchange, record: GlobalRecord): GlobalRecord {
  absorb(rds, answer);
  return record;
}

export async function joinGlobal(
  rds: Rds,
  identifier: string,
  record: ClusterRecord,
): Promise<'writer' | 'secondary'> {
  const global = await findGlobal(rds, identifier);
  const { membership } = global;
  const first = membership.writerRegion === undefined;
  checkCredentials(record, first, identifier);
  const already = membership.members.find((member) => member.region === rds.context.region);
  if (already && already.clusterIdentifier !== record.identifier)
    throw fault(
      'InvalidGlobalClusterStateFault',
      `Global cluster ${identifier} already has ${already.clusterIdentifier} in ${rds.context.region}; one cluster a Region is allowed.`,
    );
  const member: Member = {
    region: rds.context.region,
    clusterIdentifier: record.identifier,
    clusterArn: record.arn,
    synchronization: first ? 'connected' : 'pending-resync',
  };
  if (rds.records.globals.get(identifier) && first) addMember(rds, identifier, member);
  else await askToJoin(rds, global, member);
  return first ? 'writer' : 'secondary';
}

function checkCredentials(record: ClusterRecord, first: boolean, identifier: string): void {
  if (first && !record.masterUsername)
    throw fault(
      'InvalidParameterCombination',
      `MasterUsername is needed: ${record.identifier} would be the first cluster of global cluster ${identifier}.`,
    );
  if (first) return;
  const given = [
    record.masterUsername && 'user name',
    record.masterUserPassword && 'password',
    record.databaseName && 'database name',
  ].filter(Boolean);
  if (given.length > 0)
    throw fault(
      'InvalidParameterCombination',
      `Cannot specify ${given.join(', ')} for cross region replication cluster.`,
    );
}

async function askToJoin(rds: Rds, global: GlobalRecord, member: Member): Promise<void> {
  const { identifier, membership } = global;
  const others = rds.context.regions.filter((region) => region !== rds.context.region);
  const asked = membership.writerRegion === undefined ? others : [membership.writerRegion];
  for (const region of asked) {
    const answer = await rds.peers.ask(region, 'join', { identifier, member }).catch(() => undefined);
    if (!answer?.record) continue;
    absorb(rds, answer);
    if (!rds.records.globals.get(identifier)) rds.records.globals.put(identifier, answer.record);
    return;
  }
  throw fault(
    'InvalidGlobalClusterStateFault',
    `${asked.join(', ')} did not let ${member.clusterIdentifier} into global cluster ${identifier}.`,
  );
}

/** Only where the record may be changed: in the writer's region, or where the first member is let in. */
export function addMember(rds: Rds, identifier: string, member: Member): void {
  const global = rds.records.globals.get(identifier);
  if (!global)
    throw fault(
      'GlobalClusterNotFoundFault',
      `Global cluster ${identifier} not found in ${rds.context.region}.`,
    );
  const membership = afterEvent(global.membership, { kind: 'joined', member });
  rds.records.globals.put(identifier, { ...global, membership });
  journalMembership(rds, membership, `${member.clusterIdentifier} of ${member.region} joined`);
  void announce(rds, identifier);
}

/** Answers another region's wish to leave; in the writer's region. */
export function removeMember(rds: Rds, identifier: string, region: string): void {
  const global = rds.records.globals.get(identifier);
  if (!global || roleOf(global.membership, region) === 'none') return;
  const membership = afterEvent(global.membership, { kind: 'left', region });
  rds.records.globals.put(identifier, { ...global, membership });
  journalMembership(rds, membership, `${region} left`);
  void announce(rds, identifier);
}

/** This region's cluster leaves, as it is; the others are told if they can be. */
export async function leaveGlobal(rds: Rds, record: ClusterRecord): Promise<void> {
  const identifier = record.globalClusterIdentifier;
  const global = identifier === undefined ? undefined : rds.records.globals.get(identifier);
  if (!identifier || !global) return;
  const { region } = rds.context;
  const others = global.membership.members.filter((member) => member.region !== region);
  const writes = global.membership.writerRegion === region;
  if (writes && others.length > 0)
    throw fault(
      'InvalidGlobalClusterStateFault',
      `${record.identifier} writes for global cluster ${identifier}; remove ${others.map((member) => member.clusterIdentifier).join(', ')} first.`,
    );
  const writer = global.membership.writerRegion;
  if (!writes && writer)
    // A writer's region that is gone finds the member missing when it returns.
    await rds.peers.ask(writer, 'leave', { identifier, region }).catch(() => {});
  if (others.length > 0) rds.records.globals.delete(identifier);
  else removeMember(rds, identifier, region);
}

/** RemoveFromGlobalCluster: a secondary becomes a cluster of its own that writes at once. */
export async function detach(rds: Rds, cluster: Cluster): Promise<void> {
  await cluster.serialize(async () => {
    const record = rds.records.clusters.get(cluster.identifier)!;
    const secondary = clusterRole(rds, cluster) === 'secondary';
    const leader = leaderOf(rds, cluster);
    if (secondary && leader?.server.running) {
      leader.plan = undefined;
      await drain(leader.server, DRAIN_DEADLINE_MS);
    }
    await leaveGlobal(rds, record);
    const { globalClusterIdentifier: left, ...rest } = record;
    rds.records.clusters.put(cluster.identifier, rest);
    rds.context.journal.record({
      event: 'cluster.detached',
      subject: cluster.identifier,
      because: `removed from global cluster ${left}; it stands alone and writes`,
    });
    await reconcileNow(rds, cluster);
  });
}

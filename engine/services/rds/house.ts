/**
 * What the rooms of this service share: the clusters that live in this region, the servers that run, and the
 * questions everyone asks about them. No behaviour beyond looking.
 */
import type { ServiceContext } from '../contract.ts';
import type { DataDirectories } from './data-directory.ts';
import type { EndpointProxy } from './endpoint-proxy.ts';
import { whyHeld } from './global-rules.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { InstanceProcess } from './instance-process.ts';
import type { LagState } from './lag.ts';
import { roleOf } from './membership.ts';
import type { PeerClient } from './peer-client.ts';
import type { MemberNews } from './peer-messages.ts';
import type { ClusterRecord, GlobalRecord, InstanceRecord, Records } from './records.ts';
import type { InstancePlan } from './replication-plan.ts';
import type { Secrets } from './secrets.ts';
import type { Setting } from './server-parameters.ts';
import type { Software } from './software.ts';

export interface Instance {
  readonly identifier: string;
  readonly server: InstanceProcess;
  /** AWS's DBInstanceStatus. */
  status: 'creating' | 'available' | 'starting' | 'rebooting' | 'failed' | 'deleting';
  /** What the server was last told; undefined: nothing since it started. */
  plan: (InstancePlan & { readonly sourceKey: string }) | undefined;
  lag: LagState | undefined;
  /** The parameters that its server was last told. */
  settings: readonly Setting[];
  /** It receives from its source and applies. */
  following: boolean;
  /** Probes in a row without an answer. */
  misses: number;
  /** Unexpected ends in a row; a minute of life forgives them. */
  failures: number;
  startedAtMs: number;
  /** A restart or rebuild is under way. */
  busy: boolean;
}

export interface Cluster {
  readonly identifier: string;
  readonly instances: Map<string, Instance>;
  readonly writerEndpoint: EndpointProxy;
  readonly readerEndpoint: EndpointProxy;
  /** Feeds the heads of other regions. */
  readonly feed: EndpointProxy;
  /** Readers that the reader endpoint leaves out because they lag. */
  lagging: ReadonlySet<string>;
  readonly heartbeat: Heartbeat;
  /** One change of roles at a time. */
  serialize<T>(work: () => Promise<T>): Promise<T>;
  /** AWS's status of the cluster. */
  status: 'creating' | 'available' | 'failing-over' | 'deleting';
  /** Roles are known: after a start, the other members have been asked. */
  settled: boolean;
  /** The last position of the leader that was seen, for other regions and for people. */
  position: string;
}

export interface Rds {
  readonly context: ServiceContext;
  readonly records: Records;
  readonly software: Software;
  readonly secrets: Secrets;
  readonly directories: DataDirectories;
  readonly clusters: Map<string, Cluster>;
  readonly peers: PeerClient;
  /** What the other members of each global cluster last said, by `<global>/<region>`. */
  readonly news: Map<string, MemberNews>;
  stopping: boolean;
}

export function clusterRecord(rds: Rds, cluster: Cluster): ClusterRecord {
  const record = rds.records.clusters.get(cluster.identifier);
  if (!record) throw new Error(`cluster ${cluster.identifier} has no record any more`);
  return record;
}

export function instanceRecord(rds: Rds, instance: Instance): InstanceRecord {
  const record = rds.records.instances.get(instance.identifier);
  if (!record) throw new Error(`instance ${instance.identifier} has no record any more`);
  return record;
}

export function globalOf(rds: Rds, cluster: Cluster): GlobalRecord | undefined {
  const identifier = rds.records.clusters.get(cluster.identifier)?.globalClusterIdentifier;
  return identifier === undefined ? undefined : rds.records.globals.get(identifier);
}

/** A cluster that belongs to no global cluster is its own writer. */
export function clusterRole(rds: Rds, cluster: Cluster): 'writer' | 'secondary' {
  const global = globalOf(rds, cluster);
  return global && roleOf(global.membership, rds.context.region) !== 'writer' ? 'secondary' : 'writer';
}

/** Why nobody may write to the writer's cluster at the moment; undefined: everyone may. */
export function whyWritesHeld(rds: Rds, cluster: Cluster): string | undefined {
  const global = globalOf(rds, cluster);
  return whyHeld({
    settled: cluster.settled,
    region: rds.context.region,
    fence: global && rds.records.fences.get(global.identifier),
    move: global && rds.records.moves.get(global.identifier),
  });
}

/** Instances whose servers answer and whose data are this cluster's. */
export function servingInstances(rds: Rds, cluster: Cluster): readonly Instance[] {
  return [...cluster.instances.values()].filter(
    (instance) =>
      instance.server.running &&
      !instance.busy &&
      rds.records.instances.get(instance.identifier)?.rebuild === false,
  );
}

/**
 * What other regions are fed from: a reader that acknowledges, so that no other region ever has a commit that
 * this region's next writer lacks (a writer sends a commit to all its followers before any has acknowledged
 * it). Without such a reader the writer itself, which is then restarted in place if it fails.
 */
export function feedingInstances(rds: Rds, cluster: Cluster): readonly Instance[] {
  const serving = servingInstances(rds, cluster);
  const acknowledging = serving.filter(
    (instance) => rds.records.instances.get(instance.identifier)?.acknowledging,
  );
  return acknowledging.length > 0
    ? acknowledging
    : serving.filter((instance) => instance === leaderOf(rds, cluster));
}

/** Other regions' replication, beside the clients' port of the cluster endpoint's address. */
export function feedPort(record: ClusterRecord): number {
  return record.port + 1;
}

export function leaderOf(rds: Rds, cluster: Cluster): Instance | undefined {
  const leader = rds.records.clusters.get(cluster.identifier)?.leader;
  return leader === undefined ? undefined : cluster.instances.get(leader);
}

/** Puts a changed copy of a record in its place. */
export function changeCluster(rds: Rds, identifier: string, change: Partial<ClusterRecord>): void {
  const record = rds.records.clusters.get(identifier);
  if (record) rds.records.clusters.put(identifier, { ...record, ...change });
}

export function changeInstance(rds: Rds, identifier: string, change: Partial<InstanceRecord>): void {
  const record = rds.records.instances.get(identifier);
  if (record) rds.records.instances.put(identifier, { ...record, ...change });
}

/** Runs work one at a time, in the order asked; a failure does not stop what comes after. */
export function serializer(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

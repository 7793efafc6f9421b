/**
 * What this region keeps about its databases: one document per cluster, instance, subnet group, global
 * cluster. Passwords are among them (the template's, needed until the first instance has them), which is why
 * the store's file belongs to its user alone.
 */
import type { Place, Store, Table } from '../contract.ts';
import type { MovePhase, Operation } from './global-rules.ts';
import type { Membership } from './membership.ts';

export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** A loopback address and the network interface that stands for it. */
export interface Endpoint {
  readonly host: string;
  readonly interfaceId: string;
}

export interface ClusterRecord {
  readonly identifier: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly databaseName?: string;
  readonly masterUsername?: string;
  readonly masterUserPassword?: string;
  readonly port: number;
  readonly endpoint: Endpoint;
  readonly readerEndpoint: Endpoint;
  readonly subnetGroup?: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup?: string;
  readonly globalClusterIdentifier?: string;
  /** The instance that writes, or that the writer's region feeds. Set when the first instance runs. */
  readonly leader?: string;
  /** The database and the master user exist in it. */
  readonly furnished: boolean;
  readonly createdAtMs: number;
  readonly deletionProtection: boolean;
  readonly storageEncrypted: boolean;
  readonly kmsKeyId?: string;
  readonly backupRetentionPeriod: number;
  readonly capacity?: { readonly MinCapacity?: number; readonly MaxCapacity?: number };
  readonly logExports: readonly string[];
  readonly tags: readonly Tag[];
}

export interface InstanceRecord {
  readonly identifier: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly clusterIdentifier: string;
  readonly serverId: number;
  readonly instanceClass: string;
  readonly availabilityZone: string;
  readonly endpoint: Endpoint;
  readonly promotionTier: number;
  /** The writer waits for this reader: it may take over without loss. Written before the writer stops waiting. */
  readonly acknowledging: boolean;
  /** Its data forked from the writer's, or are missing: it must be copied anew before it serves. */
  readonly rebuild: boolean;
  readonly createdAtMs: number;
  readonly parameterGroup?: string;
  readonly tags: readonly Tag[];
}

export interface SubnetGroupRecord {
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
}

export interface ParameterGroupRecord {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a global cluster says about itself, beside who belongs to it. */
export interface GlobalRecord {
  readonly identifier: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly databaseName?: string;
  readonly deletionProtection: boolean;
  readonly storageEncrypted: boolean;
  readonly membership: Membership;
  readonly tags: readonly Tag[];
}

/** A planned or unplanned change of the writer's region that this region carries out. Written before each step. */
export interface MoveRecord {
  readonly globalClusterIdentifier: string;
  readonly kind: Operation;
  readonly from?: string;
  readonly to: string;
  readonly epoch: number;
  readonly sinceMs: number;
  readonly phase: MovePhase;
  /** In phase `asked`. */
  readonly askedAtMs?: number;
}

/** A member as it last described itself; kept so that a lost region's instances can still be named. */
export interface MemberReport {
  readonly region: string;
  readonly clusterArn: string;
  readonly endpoint: Place;
  /** Where other regions' heads are fed. */
  readonly feed: Place;
  readonly instanceArns: readonly string[];
  readonly leaderArn?: string;
}

/** Transactions that this region has and the global cluster has not: to be exported before the data go. */
export interface SurplusRecord {
  readonly clusterIdentifier: string;
  readonly instance: string;
  readonly fromGtid: string;
  readonly epoch: number;
}

/** Writes are refused for another region's sake until its membership record says more. */
export interface FenceRecord {
  readonly globalClusterIdentifier: string;
  readonly byRegion: string;
  readonly epoch: number;
  readonly sinceMs: number;
}

export interface EventRecord {
  readonly id: string;
  readonly atMs: number;
  readonly sourceType: 'db-cluster' | 'db-instance';
  readonly sourceIdentifier: string;
  readonly sourceArn: string;
  readonly number: string;
  readonly categories: readonly string[];
  readonly message: string;
}

export interface Records {
  readonly clusters: Table<ClusterRecord>;
  readonly instances: Table<InstanceRecord>;
  readonly subnetGroups: Table<SubnetGroupRecord>;
  readonly parameterGroups: Table<ParameterGroupRecord>;
  readonly globals: Table<GlobalRecord>;
  readonly moves: Table<MoveRecord>;
  readonly reports: Table<MemberReport>;
  /** A cluster's last own membership, from when another record replaced it until its surplus is known. */
  readonly lastKnown: Table<Membership>;
  readonly surplus: Table<SurplusRecord>;
  readonly fences: Table<FenceRecord>;
  /** Planned moves to this region that began then or earlier are refused: their conductor has gone on. */
  readonly withdrawn: Table<number>;
  readonly events: Table<EventRecord>;
  readonly counters: Table<number>;
  readonly transaction: Store['transaction'];
}

export function openRecords(store: Store): Records {
  return {
    clusters: store.table('clusters'),
    instances: store.table('instances'),
    subnetGroups: store.table('subnet-groups'),
    parameterGroups: store.table('parameter-groups'),
    globals: store.table('globals'),
    moves: store.table('moves'),
    reports: store.table('member-reports'),
    lastKnown: store.table('last-known'),
    surplus: store.table('surplus'),
    fences: store.table('fences'),
    withdrawn: store.table('withdrawn-moves'),
    events: store.table('events'),
    counters: store.table('counters'),
    transaction: (work) => store.transaction(work),
  };
}

/** A number that was never given before in this region. */
export function nextNumber(records: Records, counter: string): number {
  const next = (records.counters.get(counter) ?? 0) + 1;
  records.counters.put(counter, next);
  return next;
}

export function instancesOf(records: Records, clusterIdentifier: string): readonly InstanceRecord[] {
  return records.instances
    .values()
    .filter((instance) => instance.clusterIdentifier === clusterIdentifier)
    .toSorted((a, b) => a.serverId - b.serverId);
}

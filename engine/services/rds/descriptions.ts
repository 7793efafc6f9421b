/**
 * Records and what runs, in the shapes that AWS's Describe actions return. Reads only.
 */

import type { DBCluster, DBInstance, Event, GlobalCluster, GlobalClusterMember } from '@aws-sdk/client-rds';
import { operationHeard } from './global-rules.ts';
import { type Cluster, clusterRole, leaderOf, type Rds } from './house.ts';
import type { Member } from './membership.ts';
import { clusterNames } from './names.ts';
import {
  type ClusterRecord,
  type EventRecord,
  type GlobalRecord,
  type InstanceRecord,
  instancesOf,
  type MoveRecord,
} from './records.ts';

export function describeCluster(rds: Rds, record: ClusterRecord): DBCluster {
  const cluster = rds.clusters.get(record.identifier);
  const writes = cluster !== undefined && clusterRole(rds, cluster) === 'writer';
  const instances = instancesOf(rds.records, record.identifier);
  return {
    DBClusterIdentifier: record.identifier,
    DBClusterArn: record.arn,
    DbClusterResourceId: record.resourceId,
    Status: cluster?.status ?? 'creating',
    Engine: record.engine,
    EngineVersion: record.engineVersion,
    EngineMode: 'provisioned',
    ...(record.databaseName ? { DatabaseName: record.databaseName } : {}),
    ...(record.masterUsername ? { MasterUsername: record.masterUsername } : {}),
    Endpoint: record.endpoint.host,
    ReaderEndpoint: record.readerEndpoint.host,
    Port: record.port,
    MultiAZ: new Set(instances.map((instance) => instance.availabilityZone)).size > 1,
    AvailabilityZones: [...new Set(instances.map((instance) => instance.availabilityZone))],
    DBClusterMembers: instances.map((instance) => ({
      DBInstanceIdentifier: instance.identifier,
      IsClusterWriter: writes && record.leader === instance.identifier,
      DBClusterParameterGroupStatus: 'in-sync',
      PromotionTier: instance.promotionTier,
    })),
    ...(record.subnetGroup ? { DBSubnetGroup: record.subnetGroup } : {}),
    ...(record.parameterGroup ? { DBClusterParameterGroup: record.parameterGroup } : {}),
    VpcSecurityGroups: record.securityGroups.map((VpcSecurityGroupId) => ({
      VpcSecurityGroupId,
      Status: 'active',
    })),
    ...(record.globalClusterIdentifier
      ? { GlobalClusterIdentifier: record.globalClusterIdentifier, GlobalWriteForwardingStatus: 'disabled' }
      : {}),
    ClusterCreateTime: new Date(record.createdAtMs),
    DeletionProtection: record.deletionProtection,
    StorageEncrypted: record.storageEncrypted,
    ...(record.kmsKeyId ? { KmsKeyId: record.kmsKeyId } : {}),
    BackupRetentionPeriod: record.backupRetentionPeriod,
    ...(record.capacity ? { ServerlessV2ScalingConfiguration: record.capacity } : {}),
    EnabledCloudwatchLogsExports: [...record.logExports],
    TagList: record.tags.map((tag) => ({ ...tag })),
  };
}

export function describeInstance(rds: Rds, record: InstanceRecord): DBInstance {
  const cluster = rds.records.clusters.get(record.clusterIdentifier);
  const running = rds.clusters.get(record.clusterIdentifier)?.instances.get(record.identifier);
  return {
    DBInstanceIdentifier: record.identifier,
    DBInstanceArn: record.arn,
    DbiResourceId: record.resourceId,
    DBClusterIdentifier: record.clusterIdentifier,
    DBInstanceClass: record.instanceClass,
    DBInstanceStatus: running?.status ?? 'creating',
    Engine: cluster?.engine ?? 'aurora-mysql',
    ...(cluster ? { EngineVersion: cluster.engineVersion } : {}),
    ...(cluster?.databaseName ? { DBName: cluster.databaseName } : {}),
    Endpoint: { Address: record.endpoint.host, Port: cluster?.port ?? 3306 },
    AvailabilityZone: record.availabilityZone,
    PromotionTier: record.promotionTier,
    InstanceCreateTime: new Date(record.createdAtMs),
    PubliclyAccessible: false,
    StorageEncrypted: cluster?.storageEncrypted ?? false,
    TagList: record.tags.map((tag) => ({ ...tag })),
  };
}

/** The move that is under way as far as this region knows. */
export function currentMove(rds: Rds, identifier: string): MoveRecord | undefined {
  const own = rds.records.moves.get(identifier);
  if (own) return own;
  const now = rds.context.clock.now();
  const epoch = rds.records.globals.get(identifier)?.membership.epoch ?? 0;
  for (const [key, news] of rds.news)
    if (key.startsWith(`${identifier}/`) && operationHeard(epoch, news.move, now - news.atMs))
      return news.move!;
  return undefined;
}

export function describeGlobal(rds: Rds, record: GlobalRecord): GlobalCluster {
  const { membership } = record;
  const move = currentMove(rds, record.identifier);
  const arnIn = (region: string | undefined): string | undefined =>
    membership.members.find((member) => member.region === region)?.clusterArn;
  const from = arnIn(move?.from);
  const to = arnIn(move?.to);
  return {
    GlobalClusterIdentifier: record.identifier,
    GlobalClusterArn: record.arn,
    GlobalClusterResourceId: record.resourceId,
    Status: move?.kind ?? 'available',
    Engine: record.engine,
    EngineVersion: record.engineVersion,
    ...(record.databaseName ? { DatabaseName: record.databaseName } : {}),
    StorageEncrypted: record.storageEncrypted,
    DeletionProtection: record.deletionProtection,
    GlobalClusterMembers: membership.members.map((member) => describeMember(record, member)),
    ...(globalEndpoint(rds, record) ? { Endpoint: globalEndpoint(rds, record) } : {}),
    ...(move
      ? {
          FailoverState: {
            // The SDK's type lacks `switching-over`, which the API documents and sends.
            Status: move.kind as 'failing-over',
            ...(from ? { FromDbClusterArn: from } : {}),
            ...(to ? { ToDbClusterArn: to } : {}),
            IsDataLossAllowed: move.kind === 'failing-over',
          },
        }
      : {}),
    TagList: record.tags.map((tag) => ({ ...tag })),
  };
}

function describeMember(record: GlobalRecord, member: Member): GlobalClusterMember {
  const isWriter = record.membership.writerRegion === member.region;
  return {
    DBClusterArn: member.clusterArn,
    IsWriter: isWriter,
    // AWS lists under the writer the clusters that read from it.
    Readers: isWriter
      ? record.membership.members
          .filter((other) => other.region !== member.region)
          .map((other) => other.clusterArn)
      : [],
    GlobalWriteForwardingStatus: 'disabled',
    SynchronizationStatus: member.synchronization,
  };
}

/** The writer's cluster endpoint; in the writer's own region its address, elsewhere what that region has said. */
export function globalEndpoint(rds: Rds, record: GlobalRecord): string | undefined {
  const region = record.membership.writerRegion;
  if (region === undefined) return undefined;
  if (region === rds.context.region) {
    const own = rds.records.clusters
      .values()
      .find((cluster) => cluster.globalClusterIdentifier === record.identifier);
    return own?.endpoint.host;
  }
  return rds.records.reports.get(`${record.identifier}/${region}`)?.endpoint.host;
}

export function describeEvent(record: EventRecord): Event {
  return {
    SourceIdentifier: record.sourceIdentifier,
    SourceType: record.sourceType,
    SourceArn: record.sourceArn,
    Message: `${record.message} (${record.number})`,
    EventCategories: [...record.categories],
    Date: new Date(record.atMs),
  };
}

/** The names that AWS would give, beside the addresses that work here. */
export function describeEndpoints(rds: Rds, cluster: Cluster) {
  const record = rds.records.clusters.get(cluster.identifier)!;
  const names = clusterNames(rds, cluster.identifier);
  const active = clusterRole(rds, cluster) === 'writer' && leaderOf(rds, cluster)?.server.running === true;
  return [
    {
      kind: 'WRITER',
      address: record.endpoint.host,
      name: names.writer,
      status: active ? 'available' : 'inactive',
    },
    { kind: 'READER', address: record.readerEndpoint.host, name: names.reader, status: 'available' },
  ] as const;
}

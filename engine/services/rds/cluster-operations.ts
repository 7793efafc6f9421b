/** AWS actions on clusters. Inputs and outputs are the SDK's. */
import type {
  CreateDBClusterCommandInput,
  CreateDBClusterCommandOutput,
  DBCluster,
  DeleteDBClusterCommandInput,
  DeleteDBClusterCommandOutput,
  DescribeDBClusterEndpointsCommandInput,
  DescribeDBClusterEndpointsCommandOutput,
  DescribeDBClustersCommandInput,
  DescribeDBClustersCommandOutput,
  DescribeEventsCommandInput,
  DescribeEventsCommandOutput,
  FailoverDBClusterCommandInput,
  FailoverDBClusterCommandOutput,
  ModifyDBClusterCommandInput,
  ModifyDBClusterCommandOutput,
} from '@aws-sdk/client-rds';
import type { Operations, Output } from '../../wire/types.ts';
import { closeCluster, openCluster, settleCluster } from './cluster-runtime.ts';
import { describeCluster, describeEndpoints, describeEvent } from './descriptions.ts';
import { fault } from './errors.ts';
import { recordEvent } from './events.ts';
import { joinGlobal, leaveGlobal } from './global-joining.ts';
import { type Cluster, changeCluster, clusterRole, leaderOf, type Rds, servingInstances } from './house.ts';
import { switchWriterInRegion } from './in-region-failover.ts';
import { clusterNames, withdrawNames } from './names.ts';
import { applyParameters } from './parameter-operations.ts';
import { createInterface, deleteInterface, subnetsOf } from './placement.ts';
import { type ClusterRecord, type Endpoint, instancesOf, nextNumber } from './records.ts';

export function clusterOperations(rds: Rds): Operations {
  return {
    CreateDBCluster: async (
      input: CreateDBClusterCommandInput,
    ): Promise<Output<CreateDBClusterCommandOutput>> => ({ DBCluster: await createCluster(rds, input) }),
    DescribeDBClusters: (input: DescribeDBClustersCommandInput): Output<DescribeDBClustersCommandOutput> => {
      if (input.DBClusterIdentifier !== undefined)
        return { DBClusters: [describeCluster(rds, findCluster(rds, input.DBClusterIdentifier))] };
      return { DBClusters: rds.records.clusters.values().map((record) => describeCluster(rds, record)) };
    },
    ModifyDBCluster: async (
      input: ModifyDBClusterCommandInput,
    ): Promise<Output<ModifyDBClusterCommandOutput>> => ({ DBCluster: await modifyCluster(rds, input) }),
    DeleteDBCluster: async (
      input: DeleteDBClusterCommandInput,
    ): Promise<Output<DeleteDBClusterCommandOutput>> => ({ DBCluster: await deleteCluster(rds, input) }),
    FailoverDBCluster: (input: FailoverDBClusterCommandInput): Output<FailoverDBClusterCommandOutput> => ({
      DBCluster: failOver(rds, input),
    }),
    DescribeDBClusterEndpoints: (
      input: DescribeDBClusterEndpointsCommandInput,
    ): Output<DescribeDBClusterEndpointsCommandOutput> => ({
      DBClusterEndpoints: [...rds.clusters.values()]
        .filter((cluster) => !input.DBClusterIdentifier || cluster.identifier === input.DBClusterIdentifier)
        .flatMap((cluster) =>
          describeEndpoints(rds, cluster).map((endpoint) => ({
            DBClusterIdentifier: cluster.identifier,
            EndpointType: endpoint.kind,
            Endpoint: endpoint.address,
            Status: endpoint.status,
          })),
        ),
    }),
    DescribeEvents: (input: DescribeEventsCommandInput): Output<DescribeEventsCommandOutput> => {
      // AWS shows the last hour unless told otherwise; `Duration` is in minutes.
      const end = input.EndTime?.getTime() ?? rds.context.clock.now();
      const start = input.StartTime?.getTime() ?? end - (input.Duration ?? 60) * 60_000;
      return {
        Events: rds.records.events
          .values()
          .filter((event) => event.atMs >= start && event.atMs <= end)
          .filter((event) => !input.SourceIdentifier || event.sourceIdentifier === input.SourceIdentifier)
          .filter((event) => !input.SourceType || event.sourceType === input.SourceType)
          .map(describeEvent),
      };
    },
  };
}

/** By identifier or ARN, as AWS accepts both. */
export function findCluster(rds: Rds, identifier: string | undefined): ClusterRecord {
  const name = (identifier ?? '').split(':').at(-1)!.toLowerCase();
  const record = rds.records.clusters.get(name);
  if (record && (!identifier?.startsWith('arn:') || record.arn === identifier)) return record;
  throw fault('DBClusterNotFoundFault', `DBCluster ${identifier} not found in ${rds.context.region}.`);
}

const IDENTIFIER = /^[a-z](?:-?[a-z0-9])*$/;

export function checkIdentifier(kind: string, identifier: string | undefined): string {
  const name = (identifier ?? '').toLowerCase();
  if (!IDENTIFIER.test(name) || name.length > 63)
    throw fault(
      'InvalidParameterValue',
      `${kind} must begin with a letter and hold at most 63 letters, digits and single hyphens; found ${JSON.stringify(identifier ?? '')}.`,
    );
  return name;
}

async function createCluster(rds: Rds, input: CreateDBClusterCommandInput): Promise<DBCluster> {
  const identifier = checkIdentifier('DBClusterIdentifier', input.DBClusterIdentifier);
  if (rds.records.clusters.get(identifier))
    throw fault('DBClusterAlreadyExistsFault', `DB cluster ${identifier} already exists.`);
  if (input.Engine !== 'aurora-mysql')
    throw fault('InvalidParameterValue', `Engine ${input.Engine} does not run here; allowed: aurora-mysql.`);
  const subnets = await subnetsOf(rds, input.DBSubnetGroupName);
  const groups = input.VpcSecurityGroupIds ?? [];
  const [endpoint, readerEndpoint] = await Promise.all([
    createInterface(rds, subnets[0]!, groups, `${identifier}-writer`),
    createInterface(rds, subnets[1 % subnets.length]!, groups, `${identifier}-reader`),
  ]);
  const record = newRecord(rds, identifier, input, { endpoint, readerEndpoint });
  const joined = input.GlobalClusterIdentifier
    ? await joinGlobal(rds, input.GlobalClusterIdentifier, record)
    : 'alone';
  rds.records.clusters.put(identifier, {
    ...record,
    // A secondary's database and users come with the writer's history.
    furnished: joined === 'secondary',
  });
  recordEvent(rds, 'clusterCreated', record);
  const cluster = await openCluster(rds, record);
  await settleCluster(rds, cluster);
  return describeCluster(rds, rds.records.clusters.get(identifier)!);
}

function newRecord(
  rds: Rds,
  identifier: string,
  input: CreateDBClusterCommandInput,
  endpoints: { readonly endpoint: Endpoint; readonly readerEndpoint: Endpoint },
): ClusterRecord {
  const { account, region, clock } = rds.context;
  const capacity = input.ServerlessV2ScalingConfiguration;
  return {
    identifier,
    arn: `arn:aws:rds:${region}:${account}:cluster:${identifier}`,
    resourceId: `cluster-${String(nextNumber(rds.records, 'cluster')).padStart(4, '0')}${identifier.replaceAll('-', '').toUpperCase().slice(0, 20)}`,
    engine: 'aurora-mysql',
    engineVersion: input.EngineVersion ?? '8.0.mysql_aurora.3.10.0',
    ...(input.DatabaseName ? { databaseName: input.DatabaseName } : {}),
    ...(input.MasterUsername ? { masterUsername: input.MasterUsername } : {}),
    ...(input.MasterUserPassword ? { masterUserPassword: input.MasterUserPassword } : {}),
    port: input.Port ?? 3306,
    ...endpoints,
    ...(input.DBSubnetGroupName ? { subnetGroup: input.DBSubnetGroupName.toLowerCase() } : {}),
    securityGroups: input.VpcSecurityGroupIds ?? [],
    ...(input.DBClusterParameterGroupName ? { parameterGroup: input.DBClusterParameterGroupName } : {}),
    ...(input.GlobalClusterIdentifier ? { globalClusterIdentifier: input.GlobalClusterIdentifier } : {}),
    furnished: false,
    createdAtMs: clock.now(),
    deletionProtection: input.DeletionProtection ?? false,
    storageEncrypted: input.StorageEncrypted ?? false,
    ...(input.KmsKeyId ? { kmsKeyId: input.KmsKeyId } : {}),
    backupRetentionPeriod: input.BackupRetentionPeriod ?? 1,
    ...(capacity
      ? {
          capacity: {
            ...(capacity.MinCapacity === undefined ? {} : { MinCapacity: capacity.MinCapacity }),
            ...(capacity.MaxCapacity === undefined ? {} : { MaxCapacity: capacity.MaxCapacity }),
          },
        }
      : {}),
    logExports: input.EnableCloudwatchLogsExports ?? [],
    tags: (input.Tags ?? []).map((tag) => ({ ...tag })),
  };
}

async function modifyCluster(rds: Rds, input: ModifyDBClusterCommandInput): Promise<DBCluster> {
  const record = findCluster(rds, input.DBClusterIdentifier);
  const cluster = rds.clusters.get(record.identifier);
  if (input.MasterUserPassword !== undefined) {
    const leader = cluster && leaderOf(rds, cluster);
    if (!cluster || clusterRole(rds, cluster) !== 'writer' || !record.masterUsername)
      throw fault(
        'InvalidDBClusterStateFault',
        `The master user password is changed at the writer's cluster; ${record.identifier} does not write.`,
      );
    if (leader?.server.running && record.furnished)
      await leader.server
        .sql('control')
        .query('ALTER USER ?@? IDENTIFIED BY ?', [record.masterUsername, '%', input.MasterUserPassword]);
  }
  const capacity = input.ServerlessV2ScalingConfiguration;
  changeCluster(rds, record.identifier, {
    ...(input.MasterUserPassword === undefined ? {} : { masterUserPassword: input.MasterUserPassword }),
    ...(input.DeletionProtection === undefined ? {} : { deletionProtection: input.DeletionProtection }),
    ...(input.BackupRetentionPeriod === undefined
      ? {}
      : { backupRetentionPeriod: input.BackupRetentionPeriod }),
    ...(input.VpcSecurityGroupIds ? { securityGroups: input.VpcSecurityGroupIds } : {}),
    ...(input.DBClusterParameterGroupName ? { parameterGroup: input.DBClusterParameterGroupName } : {}),
    ...(input.EngineVersion ? { engineVersion: input.EngineVersion } : {}),
    ...(capacity ? { capacity: JSON.parse(JSON.stringify(capacity)) } : {}),
  });
  if (input.DBClusterParameterGroupName || capacity) await applyParameters(rds);
  return describeCluster(rds, rds.records.clusters.get(record.identifier)!);
}

async function deleteCluster(rds: Rds, input: DeleteDBClusterCommandInput): Promise<DBCluster> {
  const record = findCluster(rds, input.DBClusterIdentifier);
  if (record.deletionProtection)
    throw fault(
      'InvalidParameterCombination',
      `Cannot delete protected Cluster ${record.identifier}, please disable deletion protection and try again.`,
    );
  const instances = instancesOf(rds.records, record.identifier);
  if (instances.length > 0)
    throw fault(
      'InvalidDBClusterStateFault',
      `Cluster cannot be deleted, it still contains DB instances in non-deleting state: ${instances.map((instance) => instance.identifier).join(', ')}.`,
    );
  const description = describeCluster(rds, record);
  const cluster = rds.clusters.get(record.identifier);
  if (record.globalClusterIdentifier) await leaveGlobal(rds, record);
  if (cluster) {
    cluster.status = 'deleting';
    await closeCluster(rds, cluster);
  }
  const names = clusterNames(rds, record.identifier);
  withdrawNames(rds, [names.writer, names.reader]);
  rds.records.clusters.delete(record.identifier);
  await Promise.all([deleteInterface(rds, record.endpoint), deleteInterface(rds, record.readerEndpoint)]);
  recordEvent(rds, 'clusterDeleted', record);
  return { ...description, Status: 'deleting' };
}

function failOver(rds: Rds, input: FailoverDBClusterCommandInput): DBCluster {
  const record = findCluster(rds, input.DBClusterIdentifier);
  const cluster = rds.clusters.get(record.identifier);
  if (!cluster || clusterRole(rds, cluster) !== 'writer' || cluster.status !== 'available')
    throw fault(
      'InvalidDBClusterStateFault',
      `DB cluster ${record.identifier} is ${cluster?.status ?? 'creating'} or a secondary; only an available writer's cluster can fail over.`,
    );
  const heir = chooseHeir(rds, cluster, input.TargetDBInstanceIdentifier);
  // Answered at once, as on AWS; the caller watches the cluster's status and members.
  switchWriterInRegion(rds, cluster, heir).catch((error: unknown) =>
    rds.context.journal.record({
      event: 'cluster.failover-failed',
      subject: cluster.identifier,
      because: String(error),
    }),
  );
  return { ...describeCluster(rds, record), Status: 'failing-over' };
}

function chooseHeir(rds: Rds, cluster: Cluster, wanted: string | undefined) {
  const readers = servingInstances(rds, cluster)
    .filter((instance) => instance !== leaderOf(rds, cluster))
    .toSorted((a, b) => tier(rds, a.identifier) - tier(rds, b.identifier));
  const heir = wanted ? readers.find((reader) => reader.identifier === wanted) : readers[0];
  if (heir) return heir;
  throw fault(
    'InvalidDBClusterStateFault',
    `${wanted ?? 'No reader'} is not available to fail over to in ${cluster.identifier}; available readers: ${readers.map((reader) => reader.identifier).join(', ') || 'none'}.`,
  );
}

function tier(rds: Rds, identifier: string): number {
  return rds.records.instances.get(identifier)?.promotionTier ?? 15;
}

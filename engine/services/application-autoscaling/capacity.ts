/** Reads and sets what is scaled, through the API of the service it belongs to. */
import { randomUUID } from 'node:crypto';
import type { DescribeServicesCommandOutput } from '@aws-sdk/client-ecs';
import type {
  DBCluster,
  DescribeDBClustersCommandOutput,
  DescribeDBInstancesCommandOutput,
} from '@aws-sdk/client-rds';
import type { ServiceContext } from '../contract.ts';
import type { TargetRecord } from './model.ts';

export interface Capacity {
  readonly current: number;
  /** Why nothing may be taken away, or added, now. */
  readonly scaleInBlocked?: string;
  readonly scaleOutBlocked?: string;
}

/** Aurora User Guide: instances that Auto Scaling made have this prefix, and it removes only those. */
const PREFIX = 'application-autoscaling-';
const NONE_OF_OURS = `none of the readers was made by Auto Scaling (${PREFIX}…)`;

export async function readCapacity(context: ServiceContext, target: TargetRecord): Promise<Capacity> {
  return target.serviceNamespace === 'rds'
    ? readersNow(await clusterOf(context, target))
    : await readService(context, target);
}

/** Aurora User Guide: Auto Scaling does not act on a secondary cluster, nor on readers that it did not make. */
function readersNow(cluster: DBCluster): Capacity {
  const readers = readersOf(cluster);
  if (readers.length === (cluster.DBClusterMembers ?? []).length) {
    const because = `${cluster.DBClusterIdentifier} has no writer: it is a secondary cluster of a global database`;
    return { current: readers.length, scaleInBlocked: because, scaleOutBlocked: because };
  }
  return readers.some((id) => id.startsWith(PREFIX))
    ? { current: readers.length }
    : { current: readers.length, scaleInBlocked: NONE_OF_OURS };
}

export async function setCapacity(
  context: ServiceContext,
  target: TargetRecord,
  from: number,
  to: number,
): Promise<void> {
  if (target.serviceNamespace === 'rds') {
    await setReaders(context, target, from, to);
    return;
  }
  const { cluster, service } = serviceNames(target);
  await context.invoke('ecs', 'UpdateService', { cluster, service, desiredCount: to });
}

/** `service/<cluster>/<service>` */
function serviceNames(target: TargetRecord): { readonly cluster: string; readonly service: string } {
  const [kind, cluster, service] = target.resourceId.split('/');
  if (kind !== 'service' || !cluster || !service)
    throw new Error(
      `the resource id of an ECS service is service/<cluster>/<service>, found ${target.resourceId}`,
    );
  return { cluster, service };
}

async function readService(context: ServiceContext, target: TargetRecord): Promise<Capacity> {
  const { cluster, service } = serviceNames(target);
  const { services } = await context.invoke<object, DescribeServicesCommandOutput>(
    'ecs',
    'DescribeServices',
    {
      cluster,
      services: [service],
    },
  );
  const found = services?.find((one) => one.status === 'ACTIVE');
  if (!found) throw new Error(`ECS service doesn't exist: ${target.resourceId}`);
  const deploying = found.deployments?.some((one) => one.rolloutState === 'IN_PROGRESS');
  return {
    current: found.desiredCount ?? 0,
    ...(deploying ? { scaleInBlocked: 'a deployment is running' } : {}),
  };
}

async function clusterOf(context: ServiceContext, target: TargetRecord): Promise<DBCluster> {
  const id = target.resourceId.replace(/^cluster:/, '');
  const { DBClusters } = await context.invoke<object, DescribeDBClustersCommandOutput>(
    'rds',
    'DescribeDBClusters',
    { DBClusterIdentifier: id },
  );
  const cluster = DBClusters?.[0];
  if (!cluster) throw new Error(`DB cluster doesn't exist: ${id}`);
  return cluster;
}

function readersOf(cluster: DBCluster): readonly string[] {
  return (cluster.DBClusterMembers ?? [])
    .filter((member) => !member.IsClusterWriter)
    .map((member) => member.DBInstanceIdentifier!);
}

async function setReaders(
  context: ServiceContext,
  target: TargetRecord,
  from: number,
  to: number,
): Promise<void> {
  const cluster = await clusterOf(context, target);
  if (to > from) {
    const writer = cluster.DBClusterMembers?.find((member) => member.IsClusterWriter)?.DBInstanceIdentifier;
    const { DBInstances } = await context.invoke<object, DescribeDBInstancesCommandOutput>(
      'rds',
      'DescribeDBInstances',
      { DBInstanceIdentifier: writer },
    );
    for (let count = from; count < to; count++)
      await context.invoke('rds', 'CreateDBInstance', {
        DBInstanceIdentifier: `${PREFIX}${randomUUID()}`,
        DBClusterIdentifier: cluster.DBClusterIdentifier,
        DBInstanceClass: DBInstances?.[0]?.DBInstanceClass,
        Engine: cluster.Engine,
        PromotionTier: 15,
      });
    return;
  }
  const own = readersOf(cluster).filter((id) => id.startsWith(PREFIX));
  if (own.length === 0) throw new Error(NONE_OF_OURS);
  for (const id of own.slice(0, from - to))
    await context.invoke('rds', 'DeleteDBInstance', { DBInstanceIdentifier: id, SkipFinalSnapshot: true });
}

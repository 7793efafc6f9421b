// One look at the world: every question at once, each with its own timeout, each answer a Fact. No question can make
// the look fail, and none lasts much longer than 3 s, whatever region is gone.

import { DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
} from '@aws-sdk/client-rds';
import type { Aws } from './aws.ts';
import { lookTimeoutMs, reason } from './aws.ts';
import type { Config } from './config.ts';
import { readGlobalCluster } from './global-cluster.ts';
import type { Fact, Observation, Probe, Side } from './observation.ts';
import { known, unknown } from './observation.ts';
import { probe, resolver } from './probe.ts';

/** What the outside world answers without the SDK: replaced in tests, for DNS and TLS cannot be borrowed. */
export interface Witnesses {
  readonly world: () => Promise<Fact<Side>>;
  readonly probe: (region: string) => Promise<Fact<Probe>>;
}

async function fact<T>(ask: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await ask());
  } catch (error) {
    return unknown(reason(error));
  }
}

export function witnesses(config: Config): Witnesses {
  return {
    world: () => fact(() => readWorld(config)),
    probe: (region) => {
      const host = `${region}.origin.${config.domain}`;
      return probe({ region, host, port: config.originPort }, lookTimeoutMs);
    },
  };
}

async function readWorld(config: Config): Promise<Side> {
  const name = `active.${config.domain}`;
  const records = await resolver().resolveTxt(name);
  const said = records.map((parts) => parts.join(''));
  if (said.length === 1 && said[0] === config.region) return 'self';
  if (said.length === 1 && said[0] === config.peerRegion) return 'peer';
  throw new Error(
    `TXT ${name} says ${JSON.stringify(said)}; allowed: ${config.region}, ${config.peerRegion}`,
  );
}

async function readDatabase(aws: Aws, config: Config) {
  const inCluster = { Filters: [{ Name: 'db-cluster-id', Values: [config.selfClusterId] }] };
  const [{ DBClusters }, { DBInstances }] = await Promise.all([
    aws.rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: config.selfClusterId })),
    aws.rds.send(new DescribeDBInstancesCommand(inCluster)),
  ]);
  const available = (DBInstances ?? []).filter(({ DBInstanceStatus }) => DBInstanceStatus === 'available');
  return { status: DBClusters?.[0]?.Status ?? 'absent', availableInstances: available.length };
}

async function readTargets(aws: Aws, config: Config) {
  const { TargetHealthDescriptions } = await aws.elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: config.targetGroupArn }),
  );
  const all = TargetHealthDescriptions ?? [];
  const healthy = all.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
  return { healthy: healthy.length, registered: all.length };
}

async function readService(ecs: ECSClient, cluster: string, service: string) {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const found = services?.[0];
  if (found === undefined) throw new Error(`no service ${service} in cluster ${cluster}`);
  return { desired: found.desiredCount ?? 0, running: found.runningCount ?? 0 };
}

async function readScaling(aws: Aws, config: Config) {
  const resource = `service/${config.ecsCluster}/${config.ecsService}`;
  const { ScalableTargets } = await aws.scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [resource] }),
  );
  const target = ScalableTargets?.find(
    ({ ScalableDimension }) => ScalableDimension === 'ecs:service:DesiredCount',
  );
  if (target === undefined) throw new Error(`no scalable target ${resource}`);
  return { min: target.MinCapacity ?? 0, max: target.MaxCapacity ?? 0 };
}

/** CloudWatch matches a metric by its exact set of dimensions, and RDS has published the lag with and without
 * SourceRegion: both are asked for. */
async function readLag(aws: Aws, config: Config, now: number) {
  const cluster = { Name: 'DBClusterIdentifier', Value: config.selfClusterId };
  const source = { Name: 'SourceRegion', Value: config.peerRegion };
  const query = (Id: string, Dimensions: { Name: string; Value: string }[]) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: 'AWS/RDS', MetricName: 'AuroraGlobalDBRPOLag', Dimensions },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  const { MetricDataResults } = await aws.cloudwatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: [query('lag', [cluster]), query('lagFromSource', [cluster, source])],
      StartTime: new Date(now - 600_000),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
    }),
  );
  const points = (MetricDataResults ?? []).flatMap(({ Timestamps, Values }) =>
    (Timestamps ?? []).map((timestamp, index) => ({
      at: timestamp.getTime(),
      lagMs: Values?.[index] ?? NaN,
    })),
  );
  const newest = points.filter(({ lagMs }) => Number.isFinite(lagMs)).sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new Error('no datapoint in the last 10 minutes');
  return newest;
}

export async function observe(aws: Aws, config: Config, eyes: Witnesses, now: number): Promise<Observation> {
  const global = async () =>
    readGlobalCluster(
      await aws.rds.send(
        new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: config.globalClusterId }),
      ),
      config,
    );
  const peerService = () => readService(aws.peerEcs, config.peerEcsCluster, config.ecsService);
  const [world, peerProbe, selfProbe, cluster, database, targets, service, scaling, peerDesired, lag] =
    await Promise.all([
      eyes.world(),
      eyes.probe(config.peerRegion),
      eyes.probe(config.region),
      fact(global),
      fact(() => readDatabase(aws, config)),
      fact(() => readTargets(aws, config)),
      fact(() => readService(aws.ecs, config.ecsCluster, config.ecsService)),
      fact(() => readScaling(aws, config)),
      fact(async () => (await peerService()).desired),
      fact(() => readLag(aws, config, now)),
    ]);
  return {
    self: config.region,
    peer: config.peerRegion,
    functionName: config.functionName,
    dns: world,
    peerProbe,
    selfProbe,
    global: cluster,
    database,
    targets,
    service,
    scaling,
    peerDesired,
    lag,
  };
}

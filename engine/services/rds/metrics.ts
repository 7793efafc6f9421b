/**
 * Metrics in namespace AWS/RDS, once a minute as AWS publishes them. The global database's lag metrics come
 * from the secondary region alone, and only while it receives: a value that nobody measures is not published.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
 */
import { readFile } from 'node:fs/promises';
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { type Cluster, clusterRole, globalOf, type Instance, leaderOf, type Rds } from './house.ts';
import { lagMs } from './lag.ts';

const PERIOD_MS = 60_000;
/** Linux counts a process's time in hundredths of a second (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

export function instanceLagMs(rds: Rds, cluster: Cluster, instance: Instance): number | undefined {
  const { clock } = rds.context;
  // A busy machine may stamp late by a tenth of a real second; that is no lag.
  return lagMs(instance.lag, clock.now(), cluster.heartbeat.periodMs + 100 * clock.speed);
}

export function startMetrics(rds: Rds, cluster: Cluster): { stop(): void } {
  const usage = new Map<string, { readonly ticks: number; readonly atMs: number }>();
  let publishing = false;
  return rds.context.clock.every(PERIOD_MS, () => {
    if (publishing || rds.stopping) return;
    publishing = true;
    void publish(rds, cluster, usage)
      // CloudWatch may be starting; the next minute's values follow.
      .catch(() => {})
      .finally(() => {
        publishing = false;
      });
  });
}

async function publish(
  rds: Rds,
  cluster: Cluster,
  usage: Map<string, { readonly ticks: number; readonly atMs: number }>,
): Promise<void> {
  const data: MetricDatum[] = [];
  for (const instance of cluster.instances.values()) {
    if (!instance.server.running || instance.busy) continue;
    data.push(...(await instanceMetrics(rds, cluster, instance, usage)));
  }
  data.push(...globalMetrics(rds, cluster));
  if (data.length > 0)
    await rds.context.invoke<PutMetricDataCommandInput, unknown>('cloudwatch', 'PutMetricData', {
      Namespace: 'AWS/RDS',
      MetricData: data,
    });
}

async function instanceMetrics(
  rds: Rds,
  cluster: Cluster,
  instance: Instance,
  usage: Map<string, { readonly ticks: number; readonly atMs: number }>,
): Promise<MetricDatum[]> {
  const now = rds.context.clock.now();
  const role =
    leaderOf(rds, cluster) === instance && clusterRole(rds, cluster) === 'writer' ? 'WRITER' : 'READER';
  const dimensionSets = [
    [{ Name: 'DBInstanceIdentifier', Value: instance.identifier }],
    [
      { Name: 'DBClusterIdentifier', Value: cluster.identifier },
      { Name: 'Role', Value: role },
    ],
  ];
  const values: [string, NonNullable<MetricDatum['Unit']>, number][] = [];
  const cpu = await cpuPercent(instance, usage);
  if (cpu !== undefined) values.push(['CPUUtilization', 'Percent', cpu]);
  const connected = await instance.server
    .sql('probe')
    .query(
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE USER NOT LIKE 'understudy\\_%' AND USER<>'system user'",
    );
  values.push(['DatabaseConnections', 'Count', Number(connected[0]?.['n'] ?? 0)]);
  const lag = instanceLagMs(rds, cluster, instance);
  const follows = instance.plan?.follows.kind === 'instance';
  if (follows && instance.following && lag !== undefined) {
    // In a secondary AWS counts from the region's own replication server, which the head stands for.
    const head = clusterRole(rds, cluster) === 'secondary' ? leaderOf(rds, cluster) : undefined;
    const headLag = head ? (instanceLagMs(rds, cluster, head) ?? 0) : 0;
    values.push(['AuroraReplicaLag', 'Milliseconds', Math.max(0, lag - headLag)]);
  }
  return values.flatMap(([MetricName, Unit, Value]) =>
    dimensionSets.map((Dimensions) => ({ MetricName, Unit, Value, Dimensions, Timestamp: new Date(now) })),
  );
}

function globalMetrics(rds: Rds, cluster: Cluster): MetricDatum[] {
  const leader = leaderOf(rds, cluster);
  const source = globalOf(rds, cluster)?.membership.writerRegion;
  if (!leader || !source || clusterRole(rds, cluster) !== 'secondary' || !leader.following) return [];
  const lag = instanceLagMs(rds, cluster, leader);
  if (lag === undefined) return [];
  const own = [{ Name: 'DBClusterIdentifier', Value: cluster.identifier }];
  const Timestamp = new Date(rds.context.clock.now());
  return ['AuroraGlobalDBRPOLag', 'AuroraGlobalDBReplicationLag', 'AuroraGlobalDBProgressLag'].flatMap(
    (MetricName) =>
      [own, [...own, { Name: 'SourceRegion', Value: source }]].map(
        (Dimensions): MetricDatum => ({
          MetricName,
          Dimensions,
          Unit: 'Milliseconds',
          Value: lag,
          Timestamp,
        }),
      ),
  );
}

/** Of one processor, between two looks; undefined the first time. */
async function cpuPercent(
  instance: Instance,
  usage: Map<string, { readonly ticks: number; readonly atMs: number }>,
): Promise<number | undefined> {
  const { pid } = instance.server;
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command in brackets may contain blanks; utime and stime are fields 14 and 15 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const key = `${instance.identifier}/${pid}`;
  const before = usage.get(key);
  const atMs = performance.now();
  usage.set(key, { ticks, atMs });
  if (!before) return undefined;
  const seconds = (atMs - before.atMs) / 1000;
  return Math.min(100, ((ticks - before.ticks) / TICKS_PER_SECOND / seconds) * 100);
}

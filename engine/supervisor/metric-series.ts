/**
 * What CloudWatch of a region holds of a box: which metrics those are, and their last hours, a minute a point. The
 * metrics are the ones that services publish here as AWS does; a box without any has none.
 */
import type { MetricSeries, Picture } from '../console/api.ts';
import type { System } from './system.ts';

const DEADLINE_MS = 3000;
const PERIOD_SECONDS = 60;
const DEFAULT_MS = 3 * 3_600_000;
/** GetMetricStatistics gives at most 1,440 points. */
const LONGEST_MS = 1440 * PERIOD_SECONDS * 1000;
const MOST_SERIES = 12;

interface Choice {
  readonly namespace: string;
  /** Dimensions that a metric must have, and how many in all. */
  readonly dimensions: Readonly<Record<string, string | undefined>>;
  readonly count: number;
}

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name?: string; readonly Value?: string }[];
}

export interface MetricAsk {
  readonly region: string;
  readonly box: string;
  readonly fromMs: number | undefined;
}

export async function metricsOf(
  system: Pick<System, 'invoke' | 'clock' | 'member' | 'regions'>,
  picture: Picture,
  ask: MetricAsk,
): Promise<readonly MetricSeries[]> {
  // CloudFront's metrics are in us-east-1 alone.
  const home = ask.box.startsWith('edge/') ? system.regions[0]! : ask.region;
  if (!system.regions.includes(home) || system.member(home).state() !== 'running') return [];
  const call = async <O>(operation: string, input: object): Promise<O> =>
    (await system.invoke(home, { service: 'cloudwatch', operation, input }, DEADLINE_MS)) as O;
  const toMs = system.clock.now();
  const fromMs = Math.max(ask.fromMs ?? toMs - DEFAULT_MS, toMs - LONGEST_MS);
  const series: MetricSeries[] = [];
  for (const choice of choicesOf(picture, home, ask.box)) {
    const { Metrics = [] } = await call<{ Metrics?: readonly Metric[] }>('ListMetrics', {
      Namespace: choice.namespace,
    });
    for (const metric of Metrics.filter((one) => fits(one, choice)).slice(0, MOST_SERIES - series.length))
      series.push(await seriesOf(call, metric, fromMs, toMs));
  }
  return series.filter(({ points }) => points.length > 0);
}

function choicesOf(picture: Picture, regionName: string, box: string): readonly Choice[] {
  const region = picture.regions.find(({ name }) => name === regionName);
  if (box.startsWith('edge/'))
    return [{ namespace: 'AWS/CloudFront', dimensions: { Region: 'Global' }, count: 2 }];
  if (!region) return [];
  switch (box) {
    case region.loadBalancer.id:
      return [{ namespace: 'AWS/ApplicationELB', dimensions: { LoadBalancer: undefined }, count: 1 }];
    case region.service.id:
      return [
        { namespace: 'AWS/ECS', dimensions: { ServiceName: region.service.label }, count: 2 },
        { namespace: 'Understudy/Storefront', dimensions: { Region: region.name }, count: 1 },
      ];
    case region.database.id:
      return [{ namespace: 'AWS/RDS', dimensions: { DBClusterIdentifier: region.database.label }, count: 1 }];
    case region.bucket.id:
      return [{ namespace: 'AWS/S3', dimensions: { SourceBucket: undefined }, count: 3 }];
    case region.controller.id:
      return [
        { namespace: 'Understudy/Failover', dimensions: { Region: region.name }, count: 1 },
        { namespace: 'AWS/Lambda', dimensions: { FunctionName: 'understudy-failover' }, count: 1 },
      ];
    case region.notifications.id:
      return [{ namespace: 'AWS/SNS', dimensions: { TopicName: undefined }, count: 1 }];
    default: {
      const instance = region.database.instances.find(({ id }) => id === box);
      return instance
        ? [{ namespace: 'AWS/RDS', dimensions: { DBInstanceIdentifier: instance.label }, count: 1 }]
        : [];
    }
  }
}

function fits({ Dimensions = [] }: Metric, { dimensions, count }: Choice): boolean {
  return (
    Dimensions.length === count &&
    Object.entries(dimensions).every(([name, value]) =>
      Dimensions.some((one) => one.Name === name && (value === undefined || one.Value === value)),
    )
  );
}

interface Datapoint {
  readonly Timestamp?: Date;
  readonly Average?: number;
  readonly Sum?: number;
  readonly Unit?: string;
}

async function seriesOf(
  call: <O>(operation: string, input: object) => Promise<O>,
  metric: Metric,
  fromMs: number,
  toMs: number,
): Promise<MetricSeries> {
  const { Datapoints = [] } = await call<{ Datapoints?: readonly Datapoint[] }>('GetMetricStatistics', {
    ...metric,
    StartTime: new Date(fromMs),
    EndTime: new Date(toMs),
    Period: PERIOD_SECONDS,
    Statistics: ['Average', 'Sum'],
  });
  const unit = Datapoints[0]?.Unit ?? 'None';
  // How many there were is a sum; how many there are is not.
  const counted = unit === 'Count' && !/HostCount|Connections|Pending|Capacity/.test(metric.MetricName ?? '');
  const points = Datapoints.flatMap(({ Timestamp, Average = 0, Sum = 0 }) =>
    Timestamp ? [[Timestamp.getTime(), counted ? Sum : Average] as const] : [],
  );
  return {
    name: metric.MetricName ?? '',
    statistic: counted ? 'Sum' : 'Average',
    unit,
    points: points.sort(([a], [b]) => a - b),
  };
}

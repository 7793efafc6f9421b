/** What a caller may ask about metrics: put, list, statistics, and GetMetricData with simple metric math. */
import type {
  Datapoint,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  ListMetricsCommandInput,
  ListMetricsCommandOutput,
  MetricDatum,
  PutMetricDataCommandInput,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../time/clock.ts';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import { periods, type Sample } from './datapoints.ts';
import { dataOf, ids } from './metric-queries.ts';
import { dimensionsOf, type Metrics } from './metrics.ts';
import { checkPeriod, invalid, parseStatistic, statisticOf } from './statistics.ts';

const WEEK_MS = 7 * 86_400_000;
const FUTURE_MS = 2 * 3_600_000;
const VALUES_LIMIT = 150;
const DIMENSIONS_LIMIT = 30;
const POINTS_LIMIT = 1_440;
const LIST_PAGE = 500;
const RECENTLY_ACTIVE_MS = 3 * 3_600_000;

export function metricOperations(metrics: Metrics, clock: Clock): Operations {
  return {
    PutMetricData: (input: PutMetricDataCommandInput) => {
      const now = clock.now();
      const { Namespace: namespace = '', MetricData = [], EntityMetricData = [] } = input;
      if (!/^[\w.\-/#: ]{1,255}$/.test(namespace))
        throw invalid(
          `Namespace must be 1 to 255 letters, digits and .-_/#: , found ${JSON.stringify(namespace)}`,
        );
      const data = [...MetricData, ...EntityMetricData.flatMap(({ MetricData: more = [] }) => more)];
      // All are checked before any is kept: the request succeeds or fails as one.
      const checked = data.map((datum) => ({ datum, sample: sampleOf(datum, now) }));
      for (const { datum, sample } of checked) {
        const name = {
          namespace,
          name: datum.MetricName as string,
          dimensions: dimensionsOf(datum.Dimensions),
        };
        if (sample) metrics.put(name, sample, datum.Unit ?? 'None', datum.StorageResolution === 1);
      }
      return {};
    },
    ListMetrics: (input: ListMetricsCommandInput) => listMetrics(metrics, input, clock.now()),
    GetMetricStatistics: (input: GetMetricStatisticsCommandInput) => statistics(metrics, input),
    GetMetricData: (input: GetMetricDataCommandInput) => metricData(metrics, input),
  };
}

function sampleOf(datum: MetricDatum, now: number): Sample | undefined {
  const atMs = datum.Timestamp?.getTime() ?? now;
  const name = datum.MetricName ?? '';
  if (name === '' || name.length > 255)
    throw invalid(`MetricName must have 1 to 255 characters, found ${name.length}`);
  if (atMs < now - 2 * WEEK_MS || atMs > now + FUTURE_MS)
    throw invalid(
      `${name}: Timestamp must be within two weeks before and two hours after ${new Date(now).toISOString()}, found ${new Date(atMs).toISOString()}`,
    );
  if ((datum.Dimensions?.length ?? 0) > DIMENSIONS_LIMIT)
    throw invalid(`${name}: at most ${DIMENSIONS_LIMIT} dimensions`);
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter(
    (value) => value !== undefined,
  ).length;
  if (given === 0)
    throw new AwsError(
      'MissingRequiredParameterException',
      `${name}: Value, Values or StatisticValues is required`,
    );
  if (given > 1)
    throw new AwsError(
      'InvalidParameterCombinationException',
      `${name}: only one of Value, Values and StatisticValues`,
    );
  if (datum.StatisticValues) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = datum.StatisticValues;
    checkNumbers(name, [SampleCount, Sum, Minimum, Maximum]);
    return SampleCount === 0 ? undefined : { atMs, count: SampleCount, sum: Sum, min: Minimum, max: Maximum };
  }
  const values = datum.Values ?? [datum.Value as number];
  const counts = datum.Counts ?? values.map(() => 1);
  if (values.length > VALUES_LIMIT)
    throw invalid(`${name}: at most ${VALUES_LIMIT} Values, found ${values.length}`);
  if (counts.length !== values.length)
    throw invalid(`${name}: ${values.length} Values but ${counts.length} Counts`);
  checkNumbers(name, [...values, ...counts]);
  if (values.length === 0) return undefined;
  const pairs = values.map((value, index): readonly [number, number] => [value, counts[index] as number]);
  return {
    atMs,
    count: pairs.reduce((total, [, count]) => total + count, 0),
    sum: pairs.reduce((total, [value, count]) => total + value * count, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values: pairs,
  };
}

function checkNumbers(name: string, numbers: readonly number[]): void {
  const bad = numbers.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw invalid(`${name}: NaN and Infinity are not supported, found ${bad}`);
}

function listMetrics(
  metrics: Metrics,
  input: ListMetricsCommandInput,
  now: number,
): Output<ListMetricsCommandOutput> {
  const wanted = input.Dimensions ?? [];
  const found = metrics
    .all()
    .filter(
      ({ namespace, name, dimensions, lastMs }) =>
        (input.Namespace === undefined || namespace === input.Namespace) &&
        (input.MetricName === undefined || name === input.MetricName) &&
        (input.RecentlyActive === undefined || lastMs >= now - RECENTLY_ACTIVE_MS) &&
        wanted.every(({ Name, Value }) =>
          dimensions.some((own) => own.Name === Name && (Value === undefined || own.Value === Value)),
        ),
    )
    .map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions.map((dimension) => ({ ...dimension })),
    }));
  const from = pageStart(input.NextToken);
  return {
    Metrics: found.slice(from, from + LIST_PAGE),
    ...(found.length > from + LIST_PAGE ? { NextToken: String(from + LIST_PAGE) } : {}),
  };
}

export function pageStart(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,9}$/.test(token))
    throw new AwsError('InvalidNextToken', `NextToken is not one of ours: ${token}`);
  return Number(token);
}

function statistics(
  metrics: Metrics,
  input: GetMetricStatisticsCommandInput,
): Output<GetMetricStatisticsCommandOutput> {
  const { Namespace = '', MetricName = '', Period = 60, Unit } = input;
  const fromMs = input.StartTime?.getTime() ?? 0;
  const toMs = input.EndTime?.getTime() ?? 0;
  checkPeriod(Period);
  if (fromMs >= toMs) throw invalid('StartTime must be before EndTime');
  if ((toMs - fromMs) / (Period * 1000) > POINTS_LIMIT)
    throw new AwsError(
      'InvalidParameterCombinationException',
      `at most ${POINTS_LIMIT} datapoints: ask for a longer Period or a shorter time`,
    );
  const asked = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (asked.length === 0)
    throw new AwsError(
      'InvalidParameterCombinationException',
      'Statistics or ExtendedStatistics is required',
    );
  const metric = metrics.find({
    namespace: Namespace,
    name: MetricName,
    dimensions: dimensionsOf(input.Dimensions),
  });
  if (!metric || (Unit !== undefined && Unit !== metric.unit)) return { Label: MetricName, Datapoints: [] };
  const buckets = [...periods(metric.series, Period * 1000, fromMs, toMs).values()].sort(
    (a, b) => a.atMs - b.atMs,
  );
  const Datapoints = buckets.map((bucket): Datapoint => {
    const point: Datapoint = { Timestamp: new Date(bucket.atMs), Unit: metric.unit as StandardUnit };
    for (const name of asked) {
      const statistic = parseStatistic(name);
      if (!statistic)
        throw invalid(
          `${name} is not a statistic here: SampleCount, Sum, Average, Minimum, Maximum or p0 to p100`,
        );
      const value = statisticOf(bucket, statistic);
      if (value === undefined) continue;
      if (statistic.startsWith('p'))
        point.ExtendedStatistics = { ...point.ExtendedStatistics, [name]: value };
      else Object.assign(point, { [name]: value });
    }
    return point;
  });
  return { Label: MetricName, Datapoints };
}

function metricData(metrics: Metrics, input: GetMetricDataCommandInput): Output<GetMetricDataCommandOutput> {
  const queries = input.MetricDataQueries ?? [];
  const fromMs = input.StartTime?.getTime() ?? 0;
  const toMs = input.EndTime?.getTime() ?? 0;
  if (fromMs >= toMs) throw invalid('StartTime must be before EndTime');
  ids(queries);
  const ascending = input.ScanBy === 'TimestampAscending';
  const results = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map((query) => {
      const points = [...dataOf(metrics, queries, query, { fromMs, toMs, originMs: 0 })].sort(([a], [b]) =>
        ascending ? a - b : b - a,
      );
      return {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat?.Metric?.MetricName ?? query.Id,
        Timestamps: points.map(([at]) => new Date(at)),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete' as const,
      };
    });
  return { MetricDataResults: results, Messages: [] };
}

/**
 * A list of MetricDataQuery, as GetMetricData and metric-math alarms have it: each is a metric's statistic or
 * an expression over the others by id.
 */
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../wire/types.ts';
import { periods } from './datapoints.ts';
import { type MetricMath, parseMetricMath, type TimeSeries } from './metric-math.ts';
import { dimensionsOf, type Metrics } from './metrics.ts';
import { checkPeriod, parseStatistic, statisticOf } from './statistics.ts';

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
  readonly originMs: number;
}

const QUERIES_LIMIT = 500;

function refuse(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** Checks the whole list and answers its ids. */
export function ids(queries: readonly MetricDataQuery[]): readonly string[] {
  if (queries.length > QUERIES_LIMIT)
    throw refuse(`at most ${QUERIES_LIMIT} queries, found ${queries.length}`);
  const found = queries.map(({ Id = '' }) => Id);
  for (const [index, id] of found.entries()) {
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(id))
      throw refuse(`Id must begin with a lower-case letter, found ${JSON.stringify(id)}`);
    if (found.indexOf(id) !== index) throw refuse(`Id ${id} is there twice`);
  }
  for (const query of queries) {
    if ((query.MetricStat === undefined) === (query.Expression === undefined))
      throw refuse(`query ${query.Id}: either MetricStat or Expression`);
    if (query.Expression !== undefined)
      for (const id of math(query).ids)
        if (!found.includes(id))
          throw refuse(`query ${query.Id}: ${query.Expression} refers to ${id}, which is not in the list`);
    if (query.MetricStat) checkPeriod(query.MetricStat.Period ?? 60);
    if (query.MetricStat && !parseStatistic(query.MetricStat.Stat ?? ''))
      throw refuse(`query ${query.Id}: ${query.MetricStat.Stat} is not a statistic here`);
  }
  return found;
}

function math(query: MetricDataQuery): MetricMath {
  try {
    return parseMetricMath(query.Expression ?? '');
  } catch (error) {
    throw refuse(`query ${query.Id}: ${(error as Error).message}`);
  }
}

/** Seconds of one point: the metric's own, or the longest that an expression rests on. */
export function periodOf(queries: readonly MetricDataQuery[], query: MetricDataQuery, depth = 0): number {
  if (query.MetricStat) return query.MetricStat.Period ?? 60;
  if (query.Period !== undefined) return query.Period;
  if (depth > queries.length) throw refuse(`query ${query.Id} refers to itself`);
  const inner = math(query).ids.flatMap((id) => queries.filter(({ Id }) => Id === id));
  return Math.max(60, ...inner.map((other) => periodOf(queries, other, depth + 1)));
}

export function dataOf(
  metrics: Metrics,
  queries: readonly MetricDataQuery[],
  query: MetricDataQuery,
  range: Range,
  depth = 0,
): TimeSeries {
  if (depth > queries.length) throw refuse(`query ${query.Id} refers to itself`);
  if (query.MetricStat) return statisticSeries(metrics, query, range);
  const periodMs = periodOf(queries, query) * 1000;
  const first = range.originMs + Math.floor((range.fromMs - range.originMs) / periodMs) * periodMs;
  const times: number[] = [];
  for (let at = first; at < range.toMs; at += periodMs) times.push(at);
  return math(query).evaluate((id) => {
    const other = queries.find(({ Id }) => Id === id) as MetricDataQuery;
    return dataOf(metrics, queries, other, range, depth + 1);
  }, times);
}

function statisticSeries(metrics: Metrics, { MetricStat }: MetricDataQuery, range: Range): TimeSeries {
  const { Namespace = '', MetricName = '', Dimensions } = MetricStat?.Metric ?? {};
  const metric = metrics.find({
    namespace: Namespace,
    name: MetricName,
    dimensions: dimensionsOf(Dimensions),
  });
  const statistic = parseStatistic(MetricStat?.Stat ?? '');
  const unit = MetricStat?.Unit;
  const out = new Map<number, number>();
  if (!metric || !statistic || (unit !== undefined && unit !== metric.unit)) return out;
  const periodMs = (MetricStat?.Period ?? 60) * 1000;
  for (const [at, bucket] of periods(metric.series, periodMs, range.fromMs, range.toMs, range.originMs)) {
    const value = statisticOf(bucket, statistic);
    if (value !== undefined) out.set(at, value);
  }
  return out;
}

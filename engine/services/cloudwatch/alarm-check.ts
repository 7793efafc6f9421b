/** One evaluation of one metric alarm: its points from the metrics, the verdict, the reason. Pure but for reading. */
import type { MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { type AlarmRule, type AlarmState, evaluate, evaluationRange, reasonOf } from './alarm-evaluation.ts';
import { MINUTE_MS, periods } from './datapoints.ts';
import { dataOf, periodOf } from './metric-queries.ts';
import { dimensionsOf, type Metrics } from './metrics.ts';
import type { Change } from './model.ts';

export interface Check extends Change {
  /** The newest real point, which scaling looks at. */
  readonly newest: number | undefined;
}

export function ruleOf(input: PutMetricAlarmCommandInput): AlarmRule {
  const evaluationPeriods = input.EvaluationPeriods ?? 1;
  return {
    comparison: input.ComparisonOperator as AlarmRule['comparison'],
    threshold: input.Threshold ?? 0,
    evaluationPeriods,
    datapointsToAlarm: input.DatapointsToAlarm ?? evaluationPeriods,
    missingData: (input.TreatMissingData as AlarmRule['missingData'] | undefined) ?? 'missing',
  };
}

/** The alarm as a list of queries, of which one is watched. */
export function queriesOf(input: PutMetricAlarmCommandInput): {
  readonly queries: readonly MetricDataQuery[];
  readonly watched: MetricDataQuery;
} {
  if (input.Metrics && input.Metrics.length > 0) {
    const watched =
      input.Metrics.find(({ ReturnData }) => ReturnData !== false) ?? (input.Metrics[0] as MetricDataQuery);
    return { queries: input.Metrics, watched };
  }
  const { Namespace, MetricName, Dimensions, Period, Unit } = input;
  const Stat = input.Statistic ?? input.ExtendedStatistic;
  const watched: MetricDataQuery = {
    Id: 'm1',
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat, Unit },
  };
  return { queries: [watched], watched };
}

/** 10, 20 and 30 s alarms are evaluated every 10 s, all others every minute. */
export function evaluationIntervalMs(input: PutMetricAlarmCommandInput): number {
  const { queries, watched } = queriesOf(input);
  return periodOf(queries, watched) < 60 ? 10_000 : MINUTE_MS;
}

/** `nowMs` is rounded down to the interval: a period that still runs is not looked at. */
export function check(
  input: PutMetricAlarmCommandInput,
  current: AlarmState,
  metrics: Metrics,
  nowMs: number,
): Check {
  const { queries, watched } = queriesOf(input);
  const rule = ruleOf(input);
  const periodMs = periodOf(queries, watched) * 1000;
  const stepMs = Math.min(periodMs, MINUTE_MS);
  const toMs = Math.floor(nowMs / stepMs) * stepMs;
  const count = evaluationRange(rule);
  const fromMs = toMs - count * periodMs;
  const series = dataOf(metrics, queries, watched, { fromMs, toMs, originMs: fromMs });
  const points = Array.from({ length: count }, (_, index) => series.get(fromMs + index * periodMs));
  const verdict = evaluate(rule, points, current);
  const newest = points.findLast((point) => point !== undefined);
  const state = tooFewSamples(input, metrics, fromMs, toMs, periodMs) ? current : verdict.state;
  return {
    state,
    newest,
    reason: `Threshold Crossed: ${reasonOf(rule, { ...verdict, state })}`,
    reasonData: {
      version: '1.0',
      queryDate: new Date(nowMs).toISOString(),
      period: periodMs / 1000,
      recentDatapoints: points.filter((point) => point !== undefined),
      threshold: rule.threshold,
    },
  };
}

/**
 * With EvaluateLowSampleCountPercentile `ignore`, a percentile of too few samples changes nothing. Significant
 * are 10/(1-p) samples for p of a half or more, 10/p below.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
function tooFewSamples(
  input: PutMetricAlarmCommandInput,
  metrics: Metrics,
  fromMs: number,
  toMs: number,
  periodMs: number,
): boolean {
  const statistic = input.ExtendedStatistic;
  if (input.EvaluateLowSampleCountPercentile !== 'ignore' || !statistic?.startsWith('p')) return false;
  const { Namespace: namespace = '', MetricName: name = '' } = input;
  const metric = metrics.find({ namespace, name, dimensions: dimensionsOf(input.Dimensions) });
  const buckets = metric && [...periods(metric.series, periodMs, fromMs, toMs, fromMs)];
  const newest = buckets?.sort(([a], [b]) => b - a)[0]?.[1];
  if (!newest) return false;
  const p = Number(statistic.slice(1)) / 100;
  return newest.count < 10 / (p >= 0.5 ? 1 - p : p);
}

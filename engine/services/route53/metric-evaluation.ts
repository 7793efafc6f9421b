/**
 * What a CLOUDWATCH_METRIC health check concludes from a metric's data. Route 53 reads the data stream, not
 * the alarm's state, and knows neither M of N nor the alarm's treatment of missing data: N periods in a row
 * must breach; too few of them are insufficient data. Pure.
 */
export type MetricStatistic = 'Average' | 'Minimum' | 'Maximum' | 'Sum' | 'SampleCount';

export type Comparison =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanOrEqualToThreshold'
  | 'LessThanThreshold';

/** The alarm's configuration, as far as a health check uses it. */
export interface MetricRule {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  readonly statistic: MetricStatistic;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly threshold: number;
  readonly comparison: Comparison;
}

export interface Datapoint {
  /** The start of its period. */
  readonly atMs: number;
  readonly value: number;
}

export interface MetricOutcome {
  readonly outcome: 'ok' | 'breaching' | 'insufficient';
  readonly because: string;
}

/** Periods that may be missing at the recent end before the data counts as insufficient. */
const GRACE_PERIODS = 2;

/** From when on datapoints matter. */
export function evaluationStartMs(rule: MetricRule, nowMs: number): number {
  const periodMs = rule.periodSeconds * 1000;
  return (Math.floor(nowMs / periodMs) - rule.evaluationPeriods - GRACE_PERIODS) * periodMs;
}

/** `points` are one per period, in any order. */
export function evaluateMetric(rule: MetricRule, points: readonly Datapoint[], nowMs: number): MetricOutcome {
  const periodMs = rule.periodSeconds * 1000;
  const currentStart = Math.floor(nowMs / periodMs) * periodMs;
  const from = evaluationStartMs(rule, nowMs);
  const usable = points
    .filter((point) => point.atMs >= from && point.atMs <= nowMs)
    // The period under way counts only when nothing that still comes can change what it says.
    .filter((point) => point.atMs < currentStart || isSettled(rule, point.value))
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, rule.evaluationPeriods);
  if (usable.length < rule.evaluationPeriods)
    return {
      outcome: 'insufficient',
      because: `${usable.length} of ${rule.evaluationPeriods} datapoints of ${rule.metricName} are there`,
    };
  const breaching = usable.filter((point) => breaches(rule, point.value));
  const latest = usable[0]?.value;
  return {
    outcome: breaching.length === usable.length ? 'breaching' : 'ok',
    because: `${rule.metricName} ${rule.statistic} is ${latest}; ${breaching.length} of ${usable.length} breach ${rule.comparison} ${rule.threshold}`,
  };
}

export function breaches(rule: Pick<MetricRule, 'comparison' | 'threshold'>, value: number): boolean {
  switch (rule.comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= rule.threshold;
    case 'GreaterThanThreshold':
      return value > rule.threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= rule.threshold;
    case 'LessThanThreshold':
      return value < rule.threshold;
  }
}

/** A maximum or a count only rises and a minimum only falls, so such a breach stays one. */
function isSettled(rule: MetricRule, value: number): boolean {
  if (!breaches(rule, value)) return false;
  const rises = rule.comparison.startsWith('Greater');
  switch (rule.statistic) {
    case 'Maximum':
    case 'SampleCount':
      return rises;
    case 'Minimum':
      return !rises;
    case 'Average':
    case 'Sum':
      return false;
  }
}

/**
 * A CLOUDWATCH_METRIC health check at work: fetches the alarm's configuration, then the metric's data, from
 * the alarm's region. While the region is away the data fetched last is all there is, and grows too old.
 */
import type {
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import type { GlobalContext } from '../contract.ts';
import {
  type Comparison,
  type Datapoint,
  evaluateMetric,
  evaluationStartMs,
  type MetricOutcome,
  type MetricRule,
  type MetricStatistic,
} from './metric-evaluation.ts';
import type { HealthCheckDocument } from './model.ts';

export interface MetricCheck {
  readonly outcome: MetricOutcome;
  /** False until the region was asked for the first time, with whatever result. */
  readonly settled: boolean;
  stop(): void;
}

const POLL_MS = 10_000;
/** Real time: asking a region is real work. */
const POLL_FLOOR_REAL_MS = 500;
/** An alarm that was edited is read again after this long. On AWS the health check has to be saved again. */
const RULE_MS = 60_000;

const STATISTICS: readonly string[] = ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'];
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  GreaterThanOrEqualToThreshold: 'GreaterThanOrEqualToThreshold',
  GreaterThanThreshold: 'GreaterThanThreshold',
  LessThanOrEqualToThreshold: 'LessThanOrEqualToThreshold',
  LessThanThreshold: 'LessThanThreshold',
};

export function startMetricCheck(
  context: Pick<GlobalContext, 'clock' | 'invoke'>,
  document: HealthCheckDocument,
  changed: () => void,
): MetricCheck {
  const { clock } = context;
  const region = document.config.AlarmIdentifier?.Region ?? '';
  const alarmName = document.config.AlarmIdentifier?.Name ?? '';
  let outcome: MetricOutcome = { outcome: 'insufficient', because: 'nothing was read yet' };
  let rule: MetricRule | undefined;
  let ruleAtMs = Number.NEGATIVE_INFINITY;
  let points: readonly Datapoint[] = [];
  let running = false;
  let settled = false;
  let stopped = false;

  const fetch = async (nowMs: number): Promise<string | undefined> => {
    if (!rule || nowMs - ruleAtMs >= RULE_MS) {
      const found = await readRule(context, region, alarmName);
      if (typeof found === 'string') return found;
      rule = found;
      ruleAtMs = nowMs;
    }
    points = await readPoints(context, region, rule, nowMs);
    return undefined;
  };
  const poll = async (): Promise<void> => {
    if (running) return;
    running = true;
    const problem = await fetch(clock.now()).catch((error: Error) => `${region} is away: ${error.message}`);
    running = false;
    if (stopped) return;
    const before = settled ? outcome.outcome : undefined;
    settled = true;
    const seen = rule && evaluateMetric(rule, points, clock.now());
    outcome =
      seen && seen.outcome !== 'insufficient'
        ? seen
        : { outcome: 'insufficient', because: problem ?? seen?.because ?? 'nothing was read yet' };
    if (outcome.outcome !== before) changed();
  };
  void poll();
  const timer = clock.every(Math.max(POLL_MS, POLL_FLOOR_REAL_MS * clock.speed), () => void poll());
  return {
    get outcome() {
      return outcome;
    },
    get settled() {
      return settled;
    },
    stop: () => {
      stopped = true;
      timer.stop();
    },
  };
}

/** The rule, or why there is none. */
async function readRule(
  context: Pick<GlobalContext, 'invoke'>,
  region: string,
  alarmName: string,
): Promise<MetricRule | string> {
  const { MetricAlarms } = await context.invoke<DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput>(
    region,
    'cloudwatch',
    'DescribeAlarms',
    { AlarmNames: [alarmName], AlarmTypes: ['MetricAlarm'] },
  );
  const alarm = MetricAlarms?.[0];
  return alarm ? ruleOf(alarm) : `alarm ${alarmName} in ${region} is not there`;
}

/** Health checks take standard statistics of one metric, without M of N and metric math. */
export function ruleOf(alarm: MetricAlarm): MetricRule | string {
  const comparison = COMPARISONS[alarm.ComparisonOperator ?? ''];
  const name = `alarm ${alarm.AlarmName}`;
  if (alarm.Metrics?.length || !alarm.MetricName)
    return `${name} uses metric math, which no health check reads`;
  if (!STATISTICS.includes(alarm.Statistic ?? '')) return `${name} has no standard statistic`;
  if (!comparison) return `${name} compares by ${alarm.ComparisonOperator}, which no health check reads`;
  return {
    namespace: alarm.Namespace ?? '',
    metricName: alarm.MetricName,
    dimensions: (alarm.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' })),
    statistic: alarm.Statistic as MetricStatistic,
    periodSeconds: alarm.Period ?? 60,
    evaluationPeriods: alarm.EvaluationPeriods ?? 1,
    threshold: alarm.Threshold ?? 0,
    comparison,
  };
}

async function readPoints(
  context: Pick<GlobalContext, 'invoke'>,
  region: string,
  rule: MetricRule,
  nowMs: number,
): Promise<readonly Datapoint[]> {
  const { MetricDataResults } = await context.invoke<GetMetricDataCommandInput, GetMetricDataCommandOutput>(
    region,
    'cloudwatch',
    'GetMetricData',
    {
      MetricDataQueries: [
        {
          Id: 'm',
          MetricStat: {
            Metric: {
              Namespace: rule.namespace,
              MetricName: rule.metricName,
              Dimensions: rule.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
            },
            Period: rule.periodSeconds,
            Stat: rule.statistic,
          },
        },
      ],
      StartTime: new Date(evaluationStartMs(rule, nowMs)),
      // The end is exclusive, and the period under way is wanted.
      EndTime: new Date((Math.floor(nowMs / (rule.periodSeconds * 1000)) + 1) * rule.periodSeconds * 1000),
    },
  );
  const result = MetricDataResults?.[0];
  const values = result?.Values ?? [];
  return (result?.Timestamps ?? []).map((at, n) => ({
    atMs: new Date(at).getTime(),
    value: values[n] ?? Number.NaN,
  }));
}

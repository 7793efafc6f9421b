/**
 * What an alarm's state is, from its datapoints: M out of N with AWS's rules for missing data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * An evaluation looks at a range somewhat longer than N. Missing points are filled in as configured, but only
 * as many as real ones are lacking for N. With `missing` and `ignore` nothing is filled in: a single breaching
 * point alarms only once it is as old as M and nothing better has come since (so an alarm is not premature
 * when a metric has just begun). Pure; the simulator uses it too.
 */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export type Comparison =
  | 'GreaterThanThreshold'
  | 'GreaterThanOrEqualToThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

export interface AlarmRule {
  readonly comparison: Comparison;
  readonly threshold: number;
  /** M: DatapointsToAlarm. */
  readonly datapointsToAlarm: number;
  /** N: EvaluationPeriods. */
  readonly evaluationPeriods: number;
  readonly missingData: MissingData;
}

/** AWS's example has 5 points for N = 3; the general number is not published. */
const EXTRA_POINTS = 2;

export function evaluationRange(rule: Pick<AlarmRule, 'evaluationPeriods'>): number {
  return rule.evaluationPeriods + EXTRA_POINTS;
}

export interface Verdict {
  readonly state: AlarmState;
  /** Real points the verdict rests on, newest first. */
  readonly used: readonly number[];
  readonly filled: number;
}

/** `points` are the last `evaluationRange` periods, oldest first; undefined where there was no data. */
export function evaluate(
  rule: AlarmRule,
  points: readonly (number | undefined)[],
  current: AlarmState,
): Verdict {
  const { datapointsToAlarm: m, evaluationPeriods: n } = rule;
  const newestFirst = points.slice(-evaluationRange(rule)).reverse();
  const real = newestFirst.filter((point) => point !== undefined);
  const used = real.slice(0, n);
  const breaching = used.filter((value) => breaches(rule, value)).length;
  const filled = Math.max(0, n - used.length);
  const decide = (state: AlarmState): Verdict => ({ state, used, filled });

  if (breaching >= m) return decide('ALARM');
  if (filled === 0) return decide('OK');
  switch (rule.missingData) {
    case 'breaching':
      return decide(breaching + filled >= m ? 'ALARM' : 'OK');
    case 'notBreaching':
      return decide('OK');
    case 'missing':
    case 'ignore': {
      if (used.length === 0) return decide(rule.missingData === 'missing' ? 'INSUFFICIENT_DATA' : current);
      if (breaching < used.length) return decide('OK');
      // Only breaching points, fewer than M.
      const oldest = newestFirst.findLastIndex((point) => point !== undefined) + 1;
      return decide(rule.missingData === 'missing' && oldest >= m ? 'ALARM' : current);
    }
  }
}

export function breaches(rule: Pick<AlarmRule, 'comparison' | 'threshold'>, value: number): boolean {
  switch (rule.comparison) {
    case 'GreaterThanThreshold':
      return value > rule.threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= rule.threshold;
    case 'LessThanThreshold':
      return value < rule.threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= rule.threshold;
  }
}

const words: Readonly<Record<Comparison, string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/** The reason in AWS's manner. `times` are the used points' timestamps, newest first, where known. */
export function reasonOf(rule: AlarmRule, { state, used, filled }: Verdict): string {
  const hits = used.filter((value) => breaches(rule, value)).length;
  const shown = used.slice(0, 5).map(round).join(', ');
  const than = `the threshold (${round(rule.threshold)})`;
  const missing = filled > 0 ? `; ${filled} missing datapoint(s) treated as [${rule.missingData}]` : '';
  if (used.length === 0) {
    const treated = rule.missingData === 'missing' ? 'missing' : rule.missingData;
    return `${filled} datapoint(s) were unknown and treated as [${treated}]`;
  }
  if (state === 'ALARM')
    return `${hits} out of the last ${rule.evaluationPeriods} datapoints [${shown}] were ${words[rule.comparison]} ${than} (minimum ${rule.datapointsToAlarm} for OK -> ALARM transition)${missing}`;
  return `${used.length - hits} out of the last ${rule.evaluationPeriods} datapoints [${shown}] were not ${words[rule.comparison]} ${than}${missing}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(8)));
}

/** What a caller may ask about alarms. Configuration is checked when it is put, so that an evaluation cannot fail. */
import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmHistoryCommandOutput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  DescribeAlarmsForMetricCommandInput,
  DescribeAlarmsForMetricCommandOutput,
  EnableAlarmActionsCommandInput,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { Json, ServiceContext } from '../contract.ts';
import { queriesOf } from './alarm-check.ts';
import type { AlarmState } from './alarm-evaluation.ts';
import type { Alarms } from './alarms.ts';
import { children, parseCompositeRule } from './composite-rule.ts';
import { pageStart } from './metric-operations.ts';
import { ids, periodOf } from './metric-queries.ts';
import { dimensionsOf, metricKey } from './metrics.ts';
import type { Alarm, CompositeAlarm, MetricAlarm } from './model.ts';
import { checkPeriod, parseStatistic } from './statistics.ts';

const comparisons = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'];
const DAY_SECONDS = 86_400;
const PAGE = 50;

export function alarmOperations(context: ServiceContext, alarms: Alarms): Operations {
  const { table } = alarms;
  const find = (name: string): Alarm => {
    const alarm = table.get(name);
    if (!alarm) throw new AwsError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
    return alarm;
  };
  const put = (name: string, kind: Alarm['kind'], input: Alarm['input']): void => {
    const nowMs = Math.floor(context.clock.now());
    const existing = table.get(name);
    if (existing && existing.kind !== kind)
      throw refuse(`${name} is a ${existing.kind} alarm already and cannot become a ${kind} alarm`);
    // An update leaves the state as it is and replaces the configuration as a whole.
    const kept = existing ?? {
      name,
      arn: `arn:aws:cloudwatch:${context.region}:${context.account}:alarm:${name}`,
      state: 'INSUFFICIENT_DATA' as const,
      reason: 'Unchecked: Initial alarm creation',
      stateUpdatedMs: nowMs,
    };
    table.put(name, { ...kept, kind, input, configuredMs: nowMs } as Alarm);
    const summary = `Alarm "${name}" ${existing ? 'updated' : 'created'}`;
    alarms.remember({ alarm: name, kind, type: 'ConfigurationUpdate', atMs: nowMs, summary });
  };
  const setActions = ({ AlarmNames = [] }: EnableAlarmActionsCommandInput, enabled: boolean): void => {
    for (const name of AlarmNames) {
      const alarm = table.get(name);
      if (alarm) table.put(name, { ...alarm, input: { ...alarm.input, ActionsEnabled: enabled } } as Alarm);
    }
  };
  return {
    PutMetricAlarm: (input: PutMetricAlarmCommandInput) => {
      checkMetricAlarm(input);
      put(input.AlarmName as string, 'metric', input);
      return {};
    },
    PutCompositeAlarm: (input: PutCompositeAlarmCommandInput) => {
      checkComposite(input, table.values());
      put(input.AlarmName as string, 'composite', input);
      return {};
    },
    DeleteAlarms: ({ AlarmNames = [] }: DeleteAlarmsCommandInput) => {
      for (const name of AlarmNames) {
        const parent = table
          .values()
          .find(
            (alarm) =>
              alarm.kind === 'composite' &&
              !AlarmNames.includes(alarm.name) &&
              children(parseCompositeRule(alarm.input.AlarmRule ?? '')).includes(name),
          );
        if (parent) throw refuse(`${name} cannot be deleted: composite alarm ${parent.name} depends on it`);
      }
      for (const name of AlarmNames) table.delete(name);
      return {};
    },
    SetAlarmState: (input: SetAlarmStateCommandInput) => {
      const alarm = find(input.AlarmName ?? '');
      const state = input.StateValue as AlarmState;
      if (!['OK', 'ALARM', 'INSUFFICIENT_DATA'].includes(state)) throw refuse(`StateValue: found ${state}`);
      if (alarm.state !== state) alarms.change(alarm, { state, reason: input.StateReason ?? '' });
      return {};
    },
    EnableAlarmActions: (input: EnableAlarmActionsCommandInput) => {
      setActions(input, true);
      return {};
    },
    DisableAlarmActions: (input: EnableAlarmActionsCommandInput) => {
      setActions(input, false);
      return {};
    },
    DescribeAlarms: (input: DescribeAlarmsCommandInput) => describe(table.values(), input),
    DescribeAlarmsForMetric: (input: DescribeAlarmsForMetricCommandInput) => forMetric(table.values(), input),
    DescribeAlarmHistory: (input: DescribeAlarmHistoryCommandInput) => history(alarms, input),
  };
}

function refuse(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function checkMetricAlarm(input: PutMetricAlarmCommandInput): void {
  const { EvaluationPeriods: n = 0, DatapointsToAlarm: m = n, TreatMissingData: treat = 'missing' } = input;
  if (!comparisons.includes(input.ComparisonOperator ?? ''))
    throw refuse(
      `ComparisonOperator ${input.ComparisonOperator} is not done here; there is ${comparisons.join(', ')} (anomaly detection is not)`,
    );
  if (input.Threshold === undefined)
    throw refuse('Threshold is required: alarms on anomaly bands are not done here');
  if (n < 1) throw refuse(`EvaluationPeriods must be 1 or more, found ${n}`);
  if (m < 1 || m > n) throw refuse(`DatapointsToAlarm must be 1 to EvaluationPeriods (${n}), found ${m}`);
  if (!treatments.includes(treat))
    throw refuse(`TreatMissingData must be one of ${treatments.join(', ')}, found ${treat}`);
  const metric = input.MetricName !== undefined;
  if (metric === (input.Metrics !== undefined && input.Metrics.length > 0))
    throw refuse('an alarm has either MetricName, Namespace, Period and Statistic, or Metrics');
  if (metric) {
    if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
      throw refuse('an alarm has either Statistic or ExtendedStatistic');
    const statistic = input.Statistic ?? input.ExtendedStatistic ?? '';
    if (!parseStatistic(statistic)) throw refuse(`${statistic} is not a statistic here`);
    if (input.Period === undefined || input.Namespace === undefined)
      throw refuse('Namespace and Period are required with MetricName');
  }
  const { queries, watched } = queriesOf(input);
  if (!metric) ids(queries);
  const period = periodOf(queries, watched);
  checkPeriod(period);
  if (period * n > (period >= 3600 ? 7 : 1) * DAY_SECONDS)
    throw refuse(
      `Period (${period} s) times EvaluationPeriods (${n}) is longer than AWS allows (a day, or a week from an hour's period)`,
    );
}

function checkComposite(input: PutCompositeAlarmCommandInput, known: readonly Alarm[]): void {
  try {
    const missing = children(parseCompositeRule(input.AlarmRule ?? '')).find(
      (name) => !known.some((alarm) => alarm.name === name),
    );
    if (missing !== undefined)
      throw new SyntaxError(`AlarmRule refers to ${missing}, which is not an alarm here`);
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

function describe(
  all: readonly Alarm[],
  input: DescribeAlarmsCommandInput,
): Output<DescribeAlarmsCommandOutput> {
  const types = input.AlarmTypes ?? (input.AlarmNames ? ['MetricAlarm', 'CompositeAlarm'] : ['MetricAlarm']);
  const found = all.filter(
    (alarm) =>
      (types as readonly string[]).includes(alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
      (input.AlarmNames === undefined ||
        input.AlarmNames.length === 0 ||
        input.AlarmNames.includes(alarm.name)) &&
      (input.AlarmNamePrefix === undefined || alarm.name.startsWith(input.AlarmNamePrefix)) &&
      (input.StateValue === undefined || alarm.state === input.StateValue) &&
      (input.ActionPrefix === undefined ||
        (alarm.input.AlarmActions ?? []).some((action) => action.startsWith(input.ActionPrefix as string))),
  );
  const from = pageStart(input.NextToken);
  const size = input.MaxRecords ?? PAGE;
  const page = found.slice(from, from + size);
  return {
    MetricAlarms: page.filter((alarm) => alarm.kind === 'metric').map(describeMetric),
    CompositeAlarms: page.filter((alarm) => alarm.kind === 'composite').map(describeComposite),
    ...(found.length > from + size ? { NextToken: String(from + size) } : {}),
  };
}

function common({ input, arn, state, reason, reasonData, stateUpdatedMs, configuredMs }: Alarm) {
  return {
    AlarmArn: arn,
    AlarmDescription: input.AlarmDescription,
    ActionsEnabled: input.ActionsEnabled ?? true,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    AlarmConfigurationUpdatedTimestamp: new Date(configuredMs),
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(stateUpdatedMs),
    StateTransitionedTimestamp: new Date(stateUpdatedMs),
    ...(reasonData ? { StateReasonData: JSON.stringify(reasonData) } : {}),
  };
}

function describeMetric(alarm: MetricAlarm) {
  const { Tags: _tags, ...input } = alarm.input;
  return { ...input, ...common(alarm), Dimensions: input.Dimensions ?? [] };
}

function describeComposite(alarm: CompositeAlarm) {
  const { AlarmName, AlarmRule } = alarm.input;
  return { AlarmName, AlarmRule, ...common(alarm) };
}

function forMetric(
  all: readonly Alarm[],
  input: DescribeAlarmsForMetricCommandInput,
): Output<DescribeAlarmsForMetricCommandOutput> {
  const key = (from: {
    Namespace?: string | undefined;
    MetricName?: string | undefined;
    Dimensions?: DescribeAlarmsForMetricCommandInput['Dimensions'];
  }): string =>
    metricKey({
      namespace: from.Namespace ?? '',
      name: from.MetricName ?? '',
      dimensions: dimensionsOf(from.Dimensions),
    });
  const wanted = key(input);
  const found = all.filter((alarm) => alarm.kind === 'metric').filter((alarm) => key(alarm.input) === wanted);
  return { MetricAlarms: found.map(describeMetric) };
}

function history(
  alarms: Alarms,
  input: DescribeAlarmHistoryCommandInput,
): Output<DescribeAlarmHistoryCommandOutput> {
  const fromMs = input.StartDate?.getTime() ?? 0;
  const toMs = input.EndDate?.getTime() ?? Number.POSITIVE_INFINITY;
  const found = [...alarms.history.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item)
    .filter(
      (item) =>
        (input.AlarmName === undefined || item.alarm === input.AlarmName) &&
        (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
        item.atMs >= fromMs &&
        item.atMs <= toMs,
    );
  if (input.ScanBy !== 'TimestampAscending') found.reverse();
  const from = pageStart(input.NextToken);
  const size = input.MaxRecords ?? 100;
  return {
    AlarmHistoryItems: found.slice(from, from + size).map(({ alarm, kind, type, atMs, summary, data }) => ({
      AlarmName: alarm,
      AlarmType: kind === 'metric' ? ('MetricAlarm' as const) : ('CompositeAlarm' as const),
      HistoryItemType: type,
      Timestamp: new Date(atMs),
      HistorySummary: summary,
      HistoryData: JSON.stringify((data ?? {}) as Json),
    })),
    ...(found.length > from + size ? { NextToken: String(from + size) } : {}),
  };
}

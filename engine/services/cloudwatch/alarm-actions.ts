/**
 * What an alarm does when it changes: tells an SNS topic, calls a Lambda function, or runs a scaling policy,
 * each through that service's own operation. Other actions (EC2, Systems Manager) are kept and not done here.
 */
import type { Json, JsonObject, ServiceContext } from '../contract.ts';
import type { AlarmState } from './alarm-evaluation.ts';
import type { Alarm, HistoryItem } from './model.ts';

export interface ActionRequest {
  readonly alarm: Alarm;
  readonly previous: AlarmState;
  readonly action: string;
  readonly remember: (item: HistoryItem) => void;
  /** The newest point, for scaling. */
  readonly value?: number | undefined;
}

/** Calls and returns; a failure is in the journal and the alarm's history. */
export function act(context: ServiceContext, request: ActionRequest): void {
  const { alarm, action } = request;
  const note = (summary: string): void =>
    request.remember({
      alarm: alarm.name,
      kind: alarm.kind,
      type: 'Action',
      atMs: Math.floor(context.clock.now()),
      summary,
    });
  run(context, request).then(
    (done) => {
      if (done) note(`Successfully executed action ${action}`);
    },
    (error: unknown) => {
      const because = error instanceof Error ? error.message : String(error);
      note(`Failed to execute action ${action}. Received error: ${because}`);
      context.journal.record({
        event: 'alarm.action-failed',
        subject: alarm.name,
        because,
        data: { action },
      });
    },
  );
}

async function run(context: ServiceContext, request: ActionRequest): Promise<boolean> {
  const { alarm, action, value } = request;
  const service = action.split(':')[2];
  switch (service) {
    case 'sns':
      await context.invoke('sns', 'Publish', {
        TopicArn: action,
        Subject: `${alarm.state}: "${alarm.name}" in ${context.region}`.slice(0, 100),
        Message: JSON.stringify(notification(context, request)),
      });
      return true;
    case 'lambda':
      await context.invoke('lambda', 'Invoke', {
        FunctionName: action,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(lambdaEvent(context, request))),
      });
      return true;
    case 'autoscaling':
      await context.invoke('application-autoscaling', 'ExecuteAlarmAction', {
        PolicyARN: action,
        AlarmName: alarm.name,
        NewStateValue: alarm.state,
        ...(value === undefined ? {} : { MetricValue: value }),
      });
      // Every minute while it lasts: too often for the history.
      return false;
    default:
      throw new Error(`actions of ${service} are not done here: sns, lambda and autoscaling are`);
  }
}

/** The JSON that AWS publishes to the topic. */
function notification(context: ServiceContext, { alarm, previous }: ActionRequest): JsonObject {
  const { input } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmDescription: input.AlarmDescription ?? null,
    AWSAccountId: context.account,
    AlarmConfigurationUpdatedTimestamp: iso(alarm.configuredMs),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: iso(alarm.stateUpdatedMs),
    Region: context.region,
    AlarmArn: alarm.arn,
    OldStateValue: previous,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    ...(alarm.kind === 'metric' ? { Trigger: triggerOf(alarm) } : { AlarmRule: alarm.input.AlarmRule ?? '' }),
  };
}

function triggerOf(alarm: Alarm & { kind: 'metric' }): Json {
  const { input } = alarm;
  return {
    ...(input.Metrics
      ? { Metrics: input.Metrics as unknown as Json }
      : {
          MetricName: input.MetricName ?? '',
          Namespace: input.Namespace ?? '',
          StatisticType: input.ExtendedStatistic ? 'ExtendedStatistic' : 'Statistic',
          ...(input.ExtendedStatistic
            ? { ExtendedStatistic: input.ExtendedStatistic }
            : { Statistic: (input.Statistic ?? '').toUpperCase() }),
          Unit: input.Unit ?? null,
          Dimensions: (input.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({
            name: Name,
            value: Value,
          })),
          Period: input.Period ?? 60,
        }),
    EvaluationPeriods: input.EvaluationPeriods ?? 1,
    DatapointsToAlarm: input.DatapointsToAlarm ?? input.EvaluationPeriods ?? 1,
    ComparisonOperator: input.ComparisonOperator ?? '',
    Threshold: input.Threshold ?? 0,
    TreatMissingData: input.TreatMissingData ?? '',
    EvaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile ?? '',
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
function lambdaEvent(context: ServiceContext, { alarm, previous }: ActionRequest): JsonObject {
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: context.account,
    time: iso(alarm.stateUpdatedMs),
    region: context.region,
    alarmData: {
      alarmName: alarm.name,
      state: {
        value: alarm.state,
        reason: alarm.reason,
        timestamp: iso(alarm.stateUpdatedMs),
        ...(alarm.reasonData ? { reasonData: JSON.stringify(alarm.reasonData) } : {}),
      },
      previousState: { value: previous },
      configuration: { description: alarm.input.AlarmDescription ?? '' },
    },
  };
}

/** AWS writes the offset as +0000 here. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

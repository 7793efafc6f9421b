/** Which properties of alarms are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::CloudWatch::Alarm': {
    serves: [
      'AlarmName',
      'AlarmDescription',
      'ActionsEnabled',
      'AlarmActions',
      'OKActions',
      'InsufficientDataActions',
      'ComparisonOperator',
      'DatapointsToAlarm',
      'Dimensions',
      'EvaluationPeriods',
      'ExtendedStatistic',
      'MetricName',
      'Metrics',
      'Namespace',
      'Period',
      'Statistic',
      'Threshold',
      'TreatMissingData',
      'Unit',
    ],
    keeps: {
      EvaluateLowSampleCountPercentile: 'a percentile of few samples is evaluated like any other',
    },
    refuses: {
      ThresholdMetricId: { remedy: 'anomaly detection is not done here: use Threshold' },
      WarmUpConfiguration: {
        remedy: 'alarms are evaluated by periods here: use EvaluationPeriods and DatapointsToAlarm',
      },
      EvaluationWindow: {
        remedy: 'alarms are evaluated by periods here: use EvaluationPeriods and DatapointsToAlarm',
      },
      EvaluationInterval: {
        remedy: 'alarms are evaluated by periods here: use EvaluationPeriods and DatapointsToAlarm',
      },
      EvaluationCriteria: {
        remedy: 'alarms are evaluated by periods here: use EvaluationPeriods and DatapointsToAlarm',
      },
    },
  },
  'AWS::CloudWatch::CompositeAlarm': {
    serves: [
      'AlarmName',
      'AlarmDescription',
      'ActionsEnabled',
      'AlarmActions',
      'OKActions',
      'InsufficientDataActions',
      'AlarmRule',
    ],
    keeps: {
      ActionsSuppressor: 'actions are not suppressed',
      ActionsSuppressorWaitPeriod: 'actions are not suppressed',
      ActionsSuppressorExtensionPeriod: 'actions are not suppressed',
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

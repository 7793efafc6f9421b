/**
 * Which metric a target tracking policy follows and the two alarms it owns: high when the target is exceeded
 * for 3 minutes, low when the metric stays under 90 % of it for 15 (as AWS creates them for ECS services).
 */

import type { TargetTrackingScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../wire/types.ts';
import type { PolicyRecord, TargetRecord } from './model.ts';

type AlarmMetric = Pick<
  PutMetricAlarmCommandInput,
  'Namespace' | 'MetricName' | 'Dimensions' | 'Statistic' | 'Unit' | 'Metrics' | 'Period'
>;

const PERIOD_SECONDS = 60;
const LOW_SHARE = 0.9;

export function metricOf(
  target: Pick<TargetRecord, 'resourceId'>,
  configuration: TargetTrackingScalingPolicyConfiguration,
): AlarmMetric {
  const predefined = configuration.PredefinedMetricSpecification;
  if (predefined) return predefinedMetric(target, predefined.PredefinedMetricType!, predefined.ResourceLabel);
  const custom = configuration.CustomizedMetricSpecification;
  if (!custom)
    throw new AwsError(
      'ValidationException',
      'A target tracking policy needs a PredefinedMetricSpecification or a CustomizedMetricSpecification.',
    );
  if (custom.Metrics)
    return {
      Metrics: custom.Metrics.map(({ MetricStat, ...rest }) => ({
        ...rest,
        ...(MetricStat ? { MetricStat: { ...MetricStat, Period: PERIOD_SECONDS } } : {}),
      })) as NonNullable<AlarmMetric['Metrics']>,
    };
  return {
    Namespace: custom.Namespace,
    MetricName: custom.MetricName,
    Dimensions: custom.Dimensions,
    Statistic: custom.Statistic,
    Period: PERIOD_SECONDS,
    ...(custom.Unit ? { Unit: custom.Unit as NonNullable<AlarmMetric['Unit']> } : {}),
  };
}

function predefinedMetric(
  target: Pick<TargetRecord, 'resourceId'>,
  type: string,
  label: string | undefined,
): AlarmMetric {
  const average = { Statistic: 'Average', Period: PERIOD_SECONDS } as const;
  const [, cluster, service] = target.resourceId.split('/');
  const ofService = [
    { Name: 'ClusterName', Value: cluster },
    { Name: 'ServiceName', Value: service },
  ];
  const ofReaders = [
    { Name: 'DBClusterIdentifier', Value: target.resourceId.replace(/^cluster:/, '') },
    { Name: 'Role', Value: 'READER' },
  ];
  switch (type) {
    case 'ECSServiceAverageCPUUtilization':
      return { Namespace: 'AWS/ECS', MetricName: 'CPUUtilization', Dimensions: ofService, ...average };
    case 'ECSServiceAverageMemoryUtilization':
      return { Namespace: 'AWS/ECS', MetricName: 'MemoryUtilization', Dimensions: ofService, ...average };
    case 'ALBRequestCountPerTarget':
      return {
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'RequestCountPerTarget',
        Dimensions: [{ Name: 'TargetGroup', Value: targetGroupOf(label) }],
        Statistic: 'Sum',
        Period: PERIOD_SECONDS,
      };
    case 'RDSReaderAverageCPUUtilization':
      return { Namespace: 'AWS/RDS', MetricName: 'CPUUtilization', Dimensions: ofReaders, ...average };
    case 'RDSReaderAverageDatabaseConnections':
      return { Namespace: 'AWS/RDS', MetricName: 'DatabaseConnections', Dimensions: ofReaders, ...average };
    default:
      throw new AwsError(
        'ValidationException',
        `The predefined metric ${type} is not known here; known are ECSServiceAverageCPUUtilization, ECSServiceAverageMemoryUtilization, ALBRequestCountPerTarget, RDSReaderAverageCPUUtilization, RDSReaderAverageDatabaseConnections.`,
      );
  }
}

/** `app/<balancer>/<id>/targetgroup/<name>/<id>` */
function targetGroupOf(label: string | undefined): string {
  const at = (label ?? '').indexOf('targetgroup/');
  if (at < 0)
    throw new AwsError(
      'ValidationException',
      `ALBRequestCountPerTarget needs a ResourceLabel app/…/targetgroup/…, found ${label}.`,
    );
  return label!.slice(at);
}

export function alarmsOf(target: TargetRecord, policy: PolicyRecord): readonly PutMetricAlarmCommandInput[] {
  const value = policy.configuration.TargetValue!;
  const common = {
    ...metricOf(target, policy.configuration),
    AlarmActions: [policy.arn],
    ActionsEnabled: true,
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
  };
  const high: PutMetricAlarmCommandInput = {
    ...common,
    AlarmName: policy.highAlarm,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: value,
    EvaluationPeriods: 3,
  };
  if (policy.configuration.DisableScaleIn) return [high];
  return [
    high,
    {
      ...common,
      AlarmName: policy.lowAlarm,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: value * LOW_SHARE,
      EvaluationPeriods: 15,
    },
  ];
}

/**
 * Application Auto Scaling's actions, and one of our own: `ExecuteAlarmAction`, by which CloudWatch calls a
 * policy that is an action of an alarm in ALARM (on AWS that call is not public).
 */
import { randomUUID } from 'node:crypto';
import type {
  DeleteScalingPolicyCommandInput,
  DeregisterScalableTargetCommandInput,
  DescribeScalableTargetsCommandInput,
  DescribeScalableTargetsCommandOutput,
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
  DescribeScalingPoliciesCommandInput,
  DescribeScalingPoliciesCommandOutput,
  PutScalingPolicyCommandInput,
  PutScalingPolicyCommandOutput,
  RegisterScalableTargetCommandInput,
  RegisterScalableTargetCommandOutput,
  ScalableTarget,
  ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { alarmsOf, metricOf } from './metrics.ts';
import { dimensions, type PolicyRecord, type ScalingRecords, type TargetRecord, targetId } from './model.ts';
import type { AlarmAction, Scaler } from './scaling.ts';

interface Address {
  readonly ServiceNamespace?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}

export interface ExecuteAlarmActionInput extends AlarmAction {
  readonly PolicyARN: string;
  readonly NewStateValue: string;
}

export function createOperations(
  context: ServiceContext,
  records: ScalingRecords,
  scaler: Scaler,
): Operations {
  return {
    ...targetOperations(context, records, scaler),
    ...policyOperations(context, records),
    DescribeScalingActivities: (
      input: DescribeScalingActivitiesCommandInput,
    ): Output<DescribeScalingActivitiesCommandOutput> => ({
      ScalingActivities: records.activities
        .values()
        .filter((one) => matches(one, input))
        .toSorted((one, other) => other.startMs - one.startMs)
        .slice(0, input.MaxResults ?? 50)
        .map(({ startMs, endMs, ...rest }) => ({
          ...rest,
          StartTime: new Date(startMs),
          ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
        })),
    }),
    ExecuteAlarmAction: async (input: ExecuteAlarmActionInput): Promise<{ readonly Because: string }> => {
      const policy = records.policies.get(input.PolicyARN);
      if (!policy) throw notFound(`No scaling policy ${input.PolicyARN}`);
      if (input.NewStateValue !== 'ALARM') return { Because: `the alarm is ${input.NewStateValue}` };
      return { Because: await scaler.act(policy, input) };
    },
  };
}

function notFound(message: string): AwsError {
  return new AwsError('ObjectNotFoundException', message);
}

function matches(one: Address, wanted: Address): boolean {
  return (
    (!wanted.ServiceNamespace || one.ServiceNamespace === wanted.ServiceNamespace) &&
    (!wanted.ResourceId || one.ResourceId === wanted.ResourceId) &&
    (!wanted.ScalableDimension || one.ScalableDimension === wanted.ScalableDimension)
  );
}

function addressOf(target: TargetRecord): Required<Address> {
  return {
    ServiceNamespace: target.serviceNamespace,
    ResourceId: target.resourceId,
    ScalableDimension: target.scalableDimension,
  };
}

function keyOf(input: Address): string {
  return targetId(input.ResourceId ?? '', input.ScalableDimension ?? '', input.ServiceNamespace ?? '');
}

function targetOperations(context: ServiceContext, records: ScalingRecords, scaler: Scaler): Operations {
  return {
    RegisterScalableTarget: async (
      input: RegisterScalableTargetCommandInput,
    ): Promise<Output<RegisterScalableTargetCommandOutput>> => {
      const before = records.targets.get(keyOf(input));
      const target = targetOf(context, input, before);
      records.targets.put(target.id, target);
      await scaler.bound(target).catch((error: unknown) => {
        if (!before) records.targets.delete(target.id);
        throw new AwsError('ValidationException', error instanceof Error ? error.message : String(error));
      });
      return { ScalableTargetARN: target.arn };
    },
    DeregisterScalableTarget: async (input: DeregisterScalableTargetCommandInput) => {
      const target = records.targets.get(keyOf(input));
      if (!target) throw notFound(`No scalable target found for ${keyOf(input)}`);
      for (const policy of records.policies.values())
        if (policy.targetId === target.id) await removePolicy(context, records, policy);
      records.targets.delete(target.id);
      records.movements.delete(target.id);
      return {};
    },
    DescribeScalableTargets: (
      input: DescribeScalableTargetsCommandInput,
    ): Output<DescribeScalableTargetsCommandOutput> => ({
      ScalableTargets: records.targets
        .values()
        .filter((one) => matches(addressOf(one), { ...input, ResourceId: undefined }))
        .filter((one) => !input.ResourceIds?.length || input.ResourceIds.includes(one.resourceId))
        .map((one) => ({
          ...(addressOf(one) as Pick<ScalableTarget, keyof Address>),
          MinCapacity: one.minCapacity,
          MaxCapacity: one.maxCapacity,
          RoleARN: one.roleArn,
          CreationTime: new Date(one.createdAtMs),
          ScalableTargetARN: one.arn,
          SuspendedState: one.suspended,
        })),
    }),
  };
}

function targetOf(
  context: ServiceContext,
  input: RegisterScalableTargetCommandInput,
  before: TargetRecord | undefined,
): TargetRecord {
  if (dimensions[input.ScalableDimension ?? ''] !== input.ServiceNamespace)
    throw new AwsError(
      'ValidationException',
      `${input.ServiceNamespace} ${input.ScalableDimension} is not scaled here; known are ${Object.keys(dimensions).join(', ')}.`,
    );
  const minCapacity = input.MinCapacity ?? before?.minCapacity;
  const maxCapacity = input.MaxCapacity ?? before?.maxCapacity;
  if (minCapacity === undefined || maxCapacity === undefined || minCapacity > maxCapacity)
    throw new AwsError(
      'ValidationException',
      `MinCapacity and MaxCapacity are needed, and the first may not be larger; found ${minCapacity} and ${maxCapacity}.`,
    );
  return {
    id: keyOf(input),
    arn:
      before?.arn ??
      `arn:aws:application-autoscaling:${context.region}:${context.account}:scalable-target/${randomUUID().replaceAll('-', '')}`,
    serviceNamespace: input.ServiceNamespace!,
    resourceId: input.ResourceId!,
    scalableDimension: input.ScalableDimension!,
    minCapacity,
    maxCapacity,
    roleArn: input.RoleARN ?? before?.roleArn ?? '',
    suspended: input.SuspendedState ?? before?.suspended ?? {},
    createdAtMs: before?.createdAtMs ?? context.clock.now(),
  };
}

function policyOperations(context: ServiceContext, records: ScalingRecords): Operations {
  const named = (input: Address & { readonly PolicyName?: string | undefined }): PolicyRecord | undefined =>
    records.policies.values().find((one) => one.targetId === keyOf(input) && one.name === input.PolicyName);
  return {
    PutScalingPolicy: async (
      input: PutScalingPolicyCommandInput,
    ): Promise<Output<PutScalingPolicyCommandOutput>> => {
      const target = records.targets.get(keyOf(input));
      if (!target) throw notFound(`No scalable target registered for ${keyOf(input)}`);
      const policy = policyOf(context, target, input, named(input));
      metricOf(target, policy.configuration);
      records.policies.put(policy.arn, policy);
      const alarms = alarmsOf(target, policy);
      for (const alarm of alarms) await context.invoke('cloudwatch', 'PutMetricAlarm', alarm);
      if (policy.configuration.DisableScaleIn)
        await context.invoke('cloudwatch', 'DeleteAlarms', { AlarmNames: [policy.lowAlarm] });
      return {
        PolicyARN: policy.arn,
        Alarms: alarms.map((alarm) => ({
          AlarmName: alarm.AlarmName,
          AlarmARN: alarmArn(context, alarm.AlarmName!),
        })),
      };
    },
    DeleteScalingPolicy: async (input: DeleteScalingPolicyCommandInput) => {
      const policy = named(input);
      if (!policy) throw notFound(`No scaling policy found for ${input.PolicyName}`);
      await removePolicy(context, records, policy);
      return {};
    },
    DescribeScalingPolicies: (
      input: DescribeScalingPoliciesCommandInput,
    ): Output<DescribeScalingPoliciesCommandOutput> => ({
      ScalingPolicies: records.policies
        .values()
        .filter((one) => !input.PolicyNames?.length || input.PolicyNames.includes(one.name))
        .flatMap((one) => {
          const target = records.targets.get(one.targetId);
          if (!target || !matches(addressOf(target), input)) return [];
          return [describePolicy(context, target, one)];
        }),
    }),
  };
}

async function removePolicy(
  context: ServiceContext,
  records: ScalingRecords,
  policy: PolicyRecord,
): Promise<void> {
  records.policies.delete(policy.arn);
  await context.invoke('cloudwatch', 'DeleteAlarms', { AlarmNames: [policy.highAlarm, policy.lowAlarm] });
}

function policyOf(
  context: ServiceContext,
  target: TargetRecord,
  input: PutScalingPolicyCommandInput,
  before: PolicyRecord | undefined,
): PolicyRecord {
  const configuration = input.TargetTrackingScalingPolicyConfiguration;
  if ((input.PolicyType ?? 'TargetTrackingScaling') !== 'TargetTrackingScaling' || !configuration)
    throw new AwsError(
      'ValidationException',
      `Policy ${input.PolicyName} is ${input.PolicyType}; here only TargetTrackingScaling runs.`,
    );
  if (!(Number(configuration.TargetValue) > 0))
    throw new AwsError(
      'ValidationException',
      `TargetValue must be a positive number, found ${configuration.TargetValue}.`,
    );
  if (before) return { ...before, configuration };
  const id = randomUUID();
  return {
    name: input.PolicyName!,
    arn: `arn:aws:autoscaling:${context.region}:${context.account}:scalingPolicy:${id}:resource/${target.serviceNamespace}/${target.resourceId}:policyName/${input.PolicyName}`,
    targetId: target.id,
    configuration,
    highAlarm: `TargetTracking-${target.resourceId}-AlarmHigh-${randomUUID()}`,
    lowAlarm: `TargetTracking-${target.resourceId}-AlarmLow-${randomUUID()}`,
    createdAtMs: context.clock.now(),
  };
}

function alarmArn(context: ServiceContext, name: string): string {
  return `arn:aws:cloudwatch:${context.region}:${context.account}:alarm:${name}`;
}

function describePolicy(context: ServiceContext, target: TargetRecord, policy: PolicyRecord): ScalingPolicy {
  const names = policy.configuration.DisableScaleIn
    ? [policy.highAlarm]
    : [policy.highAlarm, policy.lowAlarm];
  return {
    ...(addressOf(target) as Pick<ScalableTarget, keyof Address>),
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: policy.configuration,
    Alarms: names.map((name) => ({ AlarmName: name, AlarmARN: alarmArn(context, name) })),
    CreationTime: new Date(policy.createdAtMs),
  };
}

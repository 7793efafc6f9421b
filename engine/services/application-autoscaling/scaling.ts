/** Carries a decision out: asks what is there, lets target-tracking.ts decide, moves, and writes it down. */
import { randomUUID } from 'node:crypto';
import type { ScalingActivity } from '@aws-sdk/client-application-auto-scaling';
import type { DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { ServiceContext } from '../contract.ts';
import { readCapacity, setCapacity } from './capacity.ts';
import type { PolicyRecord, ScalingRecords, TargetRecord } from './model.ts';
import { decideIn, decideOut, intoBounds, type TrackingSituation } from './target-tracking.ts';

const ACTIVITIES_KEPT = 100;
/** ECS Developer Guide and Aurora User Guide: 300 s each way where the policy says nothing. */
const DEFAULT_COOLDOWN_SECONDS = 300;

export interface AlarmAction {
  readonly AlarmName: string;
  readonly MetricValue?: number | undefined;
}

export interface Scaler {
  /** An alarm of the policy is in ALARM, with this value of its metric. */
  act(policy: PolicyRecord, action: AlarmAction): Promise<string>;
  /** A capacity outside the target's bounds comes inside at once. */
  bound(target: TargetRecord): Promise<void>;
}

export function createScaler(context: ServiceContext, records: ScalingRecords): Scaler {
  /** One movement of a target at a time: the next one must see what the last one did. */
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(target: TargetRecord, work: () => Promise<T>): Promise<T> => {
    const next = (turns.get(target.id) ?? Promise.resolve()).then(work, work);
    turns.set(
      target.id,
      next.catch(() => {}),
    );
    return next;
  };

  /** Resolves with whether it was done. */
  const move = async (target: TargetRecord, from: number, to: number, cause: string): Promise<boolean> => {
    const startMs = context.clock.now();
    const activity = {
      ActivityId: randomUUID(),
      ServiceNamespace: target.serviceNamespace as NonNullable<ScalingActivity['ServiceNamespace']>,
      ResourceId: target.resourceId,
      ScalableDimension: target.scalableDimension as NonNullable<ScalingActivity['ScalableDimension']>,
      Description: `Setting ${target.serviceNamespace === 'ecs' ? 'desired count' : 'reader count'} to ${to}.`,
      Cause: cause,
      startMs,
    };
    try {
      await setCapacity(context, target, from, to);
      write({
        ...activity,
        StatusCode: 'Successful',
        StatusMessage: `Successfully set it to ${to}.`,
        endMs: startMs,
      });
      context.journal.record({
        event: to > from ? 'capacity.scaled-out' : 'capacity.scaled-in',
        subject: target.resourceId,
        because: cause,
        data: { from, to },
      });
      return true;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      write({ ...activity, StatusCode: 'Failed', StatusMessage: because, endMs: startMs });
      context.journal.record({
        event: 'capacity.not-scaled',
        subject: target.resourceId,
        because: `${from} → ${to} failed: ${because}`,
      });
      return false;
    }
  };

  /** What cooldowns count from; bringing a capacity into its bounds is no such movement. */
  const remember = (target: TargetRecord, way: 'out' | 'in', from: number, atMs: number): void => {
    const before = records.movements.get(target.id);
    records.movements.put(
      target.id,
      way === 'out' ? { ...before, out: { atMs, from } } : { ...before, in: { atMs } },
    );
  };

  const write = (activity: ReturnType<typeof records.activities.values>[number]): void => {
    records.activities.put(activity.ActivityId, activity);
    const old = records.activities.values().toSorted((one, other) => other.startMs - one.startMs);
    for (const one of old.slice(ACTIVITIES_KEPT)) records.activities.delete(one.ActivityId);
  };

  /** All other policies of the target must want less as well: their low alarms are in ALARM. */
  const othersObject = async (policy: PolicyRecord): Promise<string | undefined> => {
    const others = records.policies
      .values()
      .filter((one) => one.targetId === policy.targetId && one.arn !== policy.arn)
      .filter((one) => !one.configuration.DisableScaleIn);
    if (others.length === 0) return undefined;
    const { MetricAlarms } = await context.invoke<object, DescribeAlarmsCommandOutput>(
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames: others.map((one) => one.lowAlarm) },
    );
    const object = others.find(
      (one) => MetricAlarms?.find((alarm) => alarm.AlarmName === one.lowAlarm)?.StateValue !== 'ALARM',
    );
    return object && `policy ${object.name} does not agree`;
  };

  const situationOf = async (
    target: TargetRecord,
    policy: PolicyRecord,
    metricValue: number,
  ): Promise<TrackingSituation> => {
    const { current, scaleInBlocked, scaleOutBlocked } = await readCapacity(context, target);
    const movements = records.movements.get(target.id);
    const { configuration } = policy;
    return {
      nowMs: context.clock.now(),
      current,
      minimum: target.minCapacity,
      maximum: target.maxCapacity,
      metricValue,
      targetValue: configuration.TargetValue!,
      scaleOutCooldownMs: (configuration.ScaleOutCooldown ?? DEFAULT_COOLDOWN_SECONDS) * 1000,
      scaleInCooldownMs: (configuration.ScaleInCooldown ?? DEFAULT_COOLDOWN_SECONDS) * 1000,
      lastOut: movements?.out,
      lastIn: movements?.in,
      scaleInBlocked: configuration.DisableScaleIn
        ? 'the policy only scales out'
        : target.suspended.DynamicScalingInSuspended
          ? 'scaling in is suspended'
          : scaleInBlocked,
      scaleOutBlocked: target.suspended.DynamicScalingOutSuspended
        ? 'scaling out is suspended'
        : scaleOutBlocked,
    };
  };

  return {
    act: async (policy, action) => {
      const target = records.targets.get(policy.targetId);
      if (!target) return 'its scalable target is gone';
      if (action.MetricValue === undefined) return 'the alarm has no value of the metric';
      const value = action.MetricValue;
      return await inTurn(target, async () => {
        const high = action.AlarmName === policy.highAlarm;
        const seen = await situationOf(target, policy, value);
        const objection = high ? undefined : (seen.scaleInBlocked ?? (await othersObject(policy)));
        const decision = high ? decideOut(seen) : decideIn({ ...seen, scaleInBlocked: objection });
        if (decision.move !== 'none') {
          const cause = `monitor alarm ${action.AlarmName} in state ALARM triggered policy ${policy.name}: ${decision.because}`;
          if (await move(target, seen.current, decision.capacity, cause))
            remember(target, decision.move, seen.current, seen.nowMs);
        }
        return decision.because;
      });
    },
    bound: (target) =>
      inTurn(target, async () => {
        const { current } = await readCapacity(context, target);
        const inside = intoBounds(current, target.minCapacity, target.maxCapacity);
        if (inside === undefined) return;
        const bounds =
          inside > current
            ? `minimum capacity was set to ${target.minCapacity}`
            : `maximum capacity was set to ${target.maxCapacity}`;
        await move(target, current, inside, bounds);
      }),
  };
}

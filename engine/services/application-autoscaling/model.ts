/** What Application Auto Scaling keeps: targets, their policies with the alarms these own, and what was done. */
import type {
  ScalingActivity,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import type { Table } from '../contract.ts';

export interface TargetRecord {
  /** `<resource id>|<dimension>|<namespace>`, which is also CloudFormation's Ref. */
  readonly id: string;
  readonly arn: string;
  readonly serviceNamespace: string;
  readonly resourceId: string;
  readonly scalableDimension: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly roleArn: string;
  readonly suspended: SuspendedState;
  readonly createdAtMs: number;
}

export interface PolicyRecord {
  readonly name: string;
  readonly arn: string;
  readonly targetId: string;
  readonly configuration: TargetTrackingScalingPolicyConfiguration;
  readonly highAlarm: string;
  readonly lowAlarm: string;
  readonly createdAtMs: number;
}

export interface ActivityRecord extends Omit<ScalingActivity, 'StartTime' | 'EndTime'> {
  readonly ActivityId: string;
  readonly startMs: number;
  readonly endMs?: number;
}

/** The latest movements of a target, from which its cooldowns count. */
export interface MovementRecord {
  readonly out?: { readonly atMs: number; readonly from: number };
  readonly in?: { readonly atMs: number };
}

export interface ScalingRecords {
  readonly targets: Table<TargetRecord>;
  readonly policies: Table<PolicyRecord>;
  readonly activities: Table<ActivityRecord>;
  readonly movements: Table<MovementRecord>;
}

export function targetId(resourceId: string, dimension: string, namespace: string): string {
  return `${resourceId}|${dimension}|${namespace}`;
}

/** The dimensions that can be scaled here. */
export const dimensions: Readonly<Record<string, string>> = {
  'ecs:service:DesiredCount': 'ecs',
  'rds:cluster:ReadReplicaCount': 'rds',
};

/** What EventBridge Scheduler keeps: schedules in groups. */
import type { ScheduleState, Target } from '@aws-sdk/client-scheduler';
import type { Table } from '../contract.ts';

export interface ScheduleRecord {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly description: string;
  readonly state: ScheduleState;
  readonly expression: string;
  readonly timezone: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly flexibleWindow: { readonly Mode: 'OFF' | 'FLEXIBLE'; readonly MaximumWindowInMinutes?: number };
  readonly target: Target;
  readonly deleteAfterCompletion: boolean;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
}

export interface SchedulerRecords {
  /** By `<group>/<name>`. */
  readonly schedules: Table<ScheduleRecord>;
  readonly groups: Table<GroupRecord>;
}

export function scheduleKey(group: string | undefined, name: string | undefined): string {
  return `${group ?? 'default'}/${name ?? ''}`;
}

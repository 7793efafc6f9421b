/** Alarms as they are kept: their configuration in the SDK's own shapes, and their state. */
import type { PutCompositeAlarmCommandInput, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { JsonObject } from '../contract.ts';
import type { AlarmState } from './alarm-evaluation.ts';

interface Kept {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData?: JsonObject;
  readonly stateUpdatedMs: number;
  readonly configuredMs: number;
}

export interface MetricAlarm extends Kept {
  readonly kind: 'metric';
  readonly input: PutMetricAlarmCommandInput;
}

export interface CompositeAlarm extends Kept {
  readonly kind: 'composite';
  readonly input: PutCompositeAlarmCommandInput;
}

export type Alarm = MetricAlarm | CompositeAlarm;

export interface Change {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData?: JsonObject;
}

export interface HistoryItem {
  readonly alarm: string;
  readonly kind: Alarm['kind'];
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly atMs: number;
  readonly summary: string;
  readonly data?: JsonObject;
}

export interface Dashboard {
  readonly name: string;
  readonly body: string;
  readonly modifiedMs: number;
}

export function actionsOf(alarm: Alarm, state: AlarmState): readonly string[] {
  if (alarm.input.ActionsEnabled === false) return [];
  switch (state) {
    case 'ALARM':
      return alarm.input.AlarmActions ?? [];
    case 'OK':
      return alarm.input.OKActions ?? [];
    case 'INSUFFICIENT_DATA':
      return alarm.input.InsufficientDataActions ?? [];
  }
}

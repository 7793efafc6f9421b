/** What EventBridge keeps: rules with their targets. The only bus is the account's default one. */
import type { Target } from '@aws-sdk/client-eventbridge';
import type { Table } from '../contract.ts';

export interface RuleRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly scheduleExpression?: string;
  /** JSON text, as given. */
  readonly eventPattern?: string;
  readonly roleArn?: string;
  readonly targets: readonly Target[];
  /** Rates count from here. */
  readonly createdAtMs: number;
}

export interface EventRecords {
  readonly rules: Table<RuleRecord>;
}

/** The envelope of every event (EventBridge User Guide, “Event structure reference”). */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/**
 * What AWS needs time for and one machine does not. A service that reaches such a moment waits as AWS does
 * (`--timing aws`) or goes on at once (`--timing none`); either way the wait is in the journal. Delays belong
 * to recovery: while a system first comes up, nobody waits.
 */
export type DelayName = keyof typeof delays;

export interface Delay {
  readonly typicalMs: number;
  readonly source: string;
}

export const delays = {
  'rds.global-failover': {
    typicalMs: 60_000,
    source:
      'Aurora User Guide, “Using switchover or failover in Aurora Global Database”: typically within a few minutes; AWS workshop: under a minute; budgeted at 60 s',
  },
  'rds.global-switchover': {
    typicalMs: 40_000,
    source: 'Aurora MySQL 3.09 release notes: writer downtime of a switchover typically under one minute',
  },
  'rds.in-region-failover': {
    typicalMs: 30_000,
    source: 'Aurora User Guide, “High availability for Aurora”: usually within 60 s, often within 30 s',
  },
  'rds.instance-start': {
    typicalMs: 60_000,
    source: 'Aurora User Guide: an instance that restarts is away for about a minute',
  },
  'ecs.task-start': {
    typicalMs: 30_000,
    source: 'Fargate task launch with image pull: 30 to 60 s from PROVISIONING to RUNNING',
  },
} as const satisfies Record<string, Delay>;

// How often things fail, and for how long: the table that an availability figure stands on, with the source of each
// figure. It is meant to be argued with: a figure that is a judgement says so, and `rates-overlay.ts` reads a file that
// replaces any of them. Durations are lognormal: half of the events are shorter than the median, a few much longer.

import { DEFAULT_CAUSES } from './causes.ts';

export const CAUSES = [
  'task-crash',
  'task-host-failure',
  'writer-failure',
  'database-maintenance',
  'zone-event',
  'region-service-event',
  'control-plane-event',
  'bad-deployment',
  'operator-mistake',
  'overload',
  'dns-event',
  'cloudfront-event',
  'inter-region-partition',
  'unneeded-failover',
] as const;
export type CauseName = (typeof CAUSES)[number];

/** What one event takes with it, and so what the rate is counted per. */
export const UNITS = ['task', 'writer', 'zone', 'region', 'application', 'world', 'region-pair'] as const;
export type Unit = (typeof UNITS)[number];

/** Ways round a loss that redundancy within the reach of the loss provides. */
export const HEALINGS = ['target-removal', 'in-region-failover', 'failback'] as const;
export type HealingName = (typeof HEALINGS)[number];

/** Half of the draws lie below the median; sigma is that of the logarithm; 0: always the median. */
export interface DurationLaw {
  readonly medianSeconds: number;
  readonly sigma: number;
}

export interface Cause extends DurationLaw {
  readonly meaning: string;
  readonly unit: Unit;
  /** Of one unit. */
  readonly eventsPerYear: number;
  readonly source: string;
}

export interface Healing extends DurationLaw {
  readonly meaning: string;
  readonly source: string;
}

export interface ZonesAndTasks {
  /** That a multi-zone region spans; the database's writer and reader stand in two of them. */
  readonly zones: number;
  /** Of the region that serves. */
  readonly tasks: number;
}

export interface FailureTable {
  readonly causes: Readonly<Record<CauseName, Cause>>;
  readonly healing: Readonly<Record<HealingName, Healing>>;
  readonly topology: ZonesAndTasks;
}

export function meanSeconds(law: DurationLaw): number {
  return law.medianSeconds * Math.exp(law.sigma ** 2 / 2);
}

const DEFAULT_HEALING: FailureTable['healing'] = {
  'target-removal': {
    meaning: 'the load balancer stops sending requests to a target that no longer answers',
    medianSeconds: 20,
    sigma: 0.3,
    source:
      'Two failed checks 10 s apart, as this application configures its target group; Application Load Balancer User ' +
      'Guide, “Health checks for your target groups”.',
  },
  'in-region-failover': {
    meaning: 'Aurora promotes a reader in another zone of the same region',
    medianSeconds: 30,
    sigma: 0.4,
    source: 'Aurora User Guide, “High availability for Amazon Aurora”: usually under 60 s, often under 30 s.',
  },
  failback: {
    meaning: 'writes are held while an operator switches back after a failover',
    medianSeconds: 40,
    sigma: 0.3,
    source:
      'Aurora MySQL Release Notes, 3.09.0: writer downtime of a switchover is typically under a minute; the median is ' +
      'judgement.',
  },
};

export const DEFAULT_TABLE: FailureTable = {
  causes: DEFAULT_CAUSES,
  healing: DEFAULT_HEALING,
  topology: { zones: 3, tasks: 2 },
};

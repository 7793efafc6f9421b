/** What a drill finds out. Times are AWS seconds since the moment of loss unless a name says otherwise. */
export type Verdict = 'passed' | 'failed';

export interface Budget {
  /** Writes back within this many seconds. */
  readonly rtoSeconds: number;
  readonly rpoSeconds: number;
  /** The share of each phase, as the architecture states it. */
  readonly phases: Readonly<Record<PhaseName, number>>;
}

/** The architecture's figures: 90 s detection, 60 s DNS, 60 s promotion, 30 s until the application serves. */
export const SEED_BUDGET: Budget = {
  rtoSeconds: 300,
  rpoSeconds: 1,
  phases: { detect: 90, decide: 30, promote: 60, redirect: 60, recover: 30 },
};

export const PHASES = ['detect', 'decide', 'promote', 'redirect', 'recover'] as const;
export type PhaseName = (typeof PHASES)[number];

export interface LostWrite {
  readonly key: string;
  readonly orderId: string;
  /** How long before the loss it was acknowledged. */
  readonly acknowledgedSecondsBefore: number;
}

export interface TimelineEntry {
  readonly atSeconds: number;
  readonly where: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string;
}

export interface SecondOfTraffic {
  /** Whole AWS seconds since the loss (negative before it). */
  readonly atSeconds: number;
  readonly writesOk: number;
  readonly writesRefused: number;
  readonly writesFailed: number;
  readonly readsOk: number;
  readonly readsFailed: number;
}

/** What was seen of the system at one moment. */
export interface Sighting {
  readonly atSeconds: number;
  readonly dnsActive: string;
  readonly writer: string;
  readonly lagMs: number | null;
  readonly tasks: Readonly<Record<string, number>>;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly allowed: string;
}

export interface DrillResult {
  readonly drill: string;
  readonly verdict: Verdict;
  readonly startedAt: string;
  readonly speed: number;
  readonly regions: { readonly lost: string; readonly survivor: string };
  readonly traffic: { readonly ordersPerSecond: number; readonly readsPerSecond: number };
  readonly budget: Budget;
  readonly rto: {
    readonly writesSeconds: number | null;
    readonly readsSeconds: number | null;
    readonly phases: Readonly<Record<PhaseName, number | null>>;
  };
  readonly rpo: {
    readonly seconds: number;
    readonly lostWrites: number;
    readonly lost: readonly LostWrite[];
  };
  readonly acknowledged: number;
  readonly duplicates: number;
  /** Writes that ended without an answer and were never acknowledged on a retry either. */
  readonly unresolved: number;
  readonly rescued: number | null;
  readonly failback: {
    readonly done: boolean;
    readonly lostWrites: number;
    readonly writesPausedSeconds: number | null;
    readonly seconds: number | null;
    readonly because: string;
  };
  readonly checks: readonly Check[];
  readonly timeline: readonly TimelineEntry[];
  readonly seconds: readonly SecondOfTraffic[];
  readonly sightings: readonly Sighting[];
}

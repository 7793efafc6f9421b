// What one run found out. Times are seconds since the run began unless a name says otherwise.

import type { RunOptions } from './options.ts';

export const PHASES = ['detect', 'decide', 'promote', 'redirect', 'recover'] as const;
export type PhaseName = (typeof PHASES)[number];

export interface TraceEntry {
  readonly atMs: number;
  /** `us-east-1`, `us-west-2`, `global`, or `run` for the schedule itself. */
  readonly where: string;
  /** The engine's journal's words where there is such an event there: `cluster.promoted`, `answer.changed`, … */
  readonly event: string;
  readonly subject: string;
  readonly because: string;
}

export interface Violation {
  /** The checker's name: `single-writer`, `acknowledged-writes`, … */
  readonly invariant: string;
  readonly atSeconds: number;
  readonly because: string;
}

/** An interval in which fewer than 99 % of a kind of requests succeeded, from the viewers' side. */
export interface Outage {
  readonly fromSeconds: number;
  /** null: it lasted until the run ended. */
  readonly toSeconds: number | null;
}

/** Whether moving was right: `none-needed` and none made, `right`, `wrong` (the region would have done), `missed`. */
export type Judgement = 'none-needed' | 'right' | 'wrong' | 'missed';

export interface MoveSeen {
  readonly kind: 'fail-over' | 'switch-over';
  readonly to: string;
  readonly epoch: number;
  readonly decidedSeconds: number | null;
  readonly promotedSeconds: number;
  /** When it was decided, the region that was given up would have served: a wrong failover. */
  readonly fromWell: boolean;
  /** Acknowledged writes that the promoted region had not received. */
  readonly lostWrites: number;
  /** How long before the promotion's cut the oldest of these was acknowledged. */
  readonly rpoSeconds: number;
}

export interface RequestCounts {
  readonly asked: number;
  readonly succeeded: number;
  /** 503 with Retry-After from a region that does not write now. */
  readonly refused: number;
  readonly failed: number;
}

export interface RunResult {
  readonly seed: number;
  /** `safe`: every invariant held, and (where there is a second phase) the system served again. */
  readonly verdict: 'safe' | 'violated';
  readonly violations: readonly Violation[];
  /** Of the first fault that takes a region from its viewers; null when the schedule has none. */
  readonly lossSeconds: number | null;
  /** From that moment to uninterrupted success; null: never within the run, or there was no such loss. */
  readonly rtoWritesSeconds: number | null;
  readonly rtoReadsSeconds: number | null;
  readonly phases: Readonly<Record<PhaseName, number>> | null;
  readonly rpoSeconds: number;
  readonly lostWrites: number;
  /** Of the lost: set aside as surplus of an old primary, to be read and replayed. */
  readonly rescuedWrites: number;
  readonly writes: RequestCounts;
  readonly reads: RequestCounts;
  readonly assets: RequestCounts;
  readonly outages: { readonly writes: readonly Outage[]; readonly reads: readonly Outage[] };
  readonly moves: readonly MoveSeen[];
  readonly judgement: Judgement;
  /** When SNS first took a message after the loss. */
  readonly toldSeconds: number | null;
  /** Second phase: seconds until everything was as it should be; null: not within the bound, or no second phase. */
  readonly convergedSeconds: number | null;
  /** What was still missing then, by name. */
  readonly missing: readonly string[];
  /** Things that happened. */
  readonly steps: number;
  readonly endedSeconds: number;
  /** Only where it was asked for. */
  readonly trace: readonly TraceEntry[];
  readonly options: RunOptions;
}

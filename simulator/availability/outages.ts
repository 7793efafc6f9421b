// Arithmetic of outages in seconds since the year began. Two things that fail at once cost their time once: the total is
// that of the union, and each second of it is charged to the outage that began first.

import type { CauseName } from './failure-rates.ts';

/** What a minute may be charged to: a cause, or the planned way back after a failover. */
export type Charge = CauseName | 'failback';

export interface Period {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface Outage extends Period {
  readonly cause: Charge;
}

/** Calls `charge` with the seconds that each outage adds to the union; returns the union's length. */
export function chargeUnion(
  outages: readonly Outage[],
  charge: (cause: Charge, seconds: number) => void,
): number {
  const sorted = outages.toSorted((one, other) => one.fromSeconds - other.fromSeconds);
  let coveredTo = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const { fromSeconds, toSeconds, cause } of sorted) {
    const added = toSeconds - Math.max(fromSeconds, coveredTo);
    if (added <= 0) continue;
    charge(cause, added);
    total += added;
    coveredTo = toSeconds;
  }
  return total;
}

/** The first moment at or after `atSeconds` that no period covers. */
export function freeFrom(periods: readonly Period[], atSeconds: number): number {
  let free = atSeconds;
  for (;;) {
    const covering = periods.find((one) => one.fromSeconds <= free && free < one.toSeconds);
    if (!covering) return free;
    free = covering.toSeconds;
  }
}

/** Where both last; null where they do not meet. */
export function overlap(one: Period, other: Period): Period | null {
  const fromSeconds = Math.max(one.fromSeconds, other.fromSeconds);
  const toSeconds = Math.min(one.toSeconds, other.toSeconds);
  return fromSeconds < toSeconds ? { fromSeconds, toSeconds } : null;
}

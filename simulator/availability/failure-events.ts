// A year's chance, drawn once and lived through by every architecture: the same zone loses power at the same minute, so
// that a difference between two architectures is theirs and not the dice's. Events of a region are drawn for the role it
// plays (the one that serves, the one that stands by): which of the two plays which makes no difference to how often
// things fail there. Only a region's loss and its control plane matter in the one that stands by.

import { stream } from '../random.ts';
import type { CauseName, FailureTable, HealingName, Unit } from './failure-rates.ts';
import { CAUSES } from './failure-rates.ts';
import type { Period } from './outages.ts';

export const YEAR_SECONDS = 365 * 24 * 3600;

/** From the moment something fails until it is well again by itself. */
export interface FailureEvent extends Period {
  readonly cause: CauseName;
  /** Which task, which zone. Zone 0 is the one that the writer stands in, zone 1 its reader's. */
  readonly unit: number;
  readonly place: 'serving' | 'standby';
  /** How long the way round takes where there is one. */
  readonly goneRoundSeconds: number;
  /** In [0, 1): which of the recoveries seen befalls this event, and whether the failover comes at all. */
  readonly recoveryChance: number;
  readonly missChance: number;
  readonly failbackSeconds: number;
}

export function drawYear(table: FailureTable, seed: number, year: number): readonly FailureEvent[] {
  const events: FailureEvent[] = [];
  for (const cause of CAUSES) {
    if (table.causes[cause].eventsPerYear === 0) continue;
    drawCause(table, seed, year, cause, 'serving', events);
    if (cause === 'region-service-event' || cause === 'control-plane-event')
      drawCause(table, seed, year, cause, 'standby', events);
  }
  return events.sort((one, other) => one.fromSeconds - other.fromSeconds);
}

/** A Poisson process for each unit: gaps between events are exponential. */
function drawCause(
  table: FailureTable,
  seed: number,
  year: number,
  cause: CauseName,
  place: FailureEvent['place'],
  events: FailureEvent[],
): void {
  const row = table.causes[cause];
  const draw = stream(seed, `${year} ${cause} ${place}`);
  const gapSeconds = YEAR_SECONDS / row.eventsPerYear;
  for (let unit = 0; unit < unitsOf(row.unit, table); unit++) {
    const wayRound = table.healing[healingOf(cause, unit)];
    for (let at = draw.exponential(gapSeconds); at < YEAR_SECONDS; at += draw.exponential(gapSeconds))
      events.push({
        cause,
        unit,
        place,
        fromSeconds: at,
        toSeconds: at + draw.lognormal(row.medianSeconds, row.sigma),
        goneRoundSeconds: draw.lognormal(wayRound.medianSeconds, wayRound.sigma),
        recoveryChance: draw.next(),
        missChance: draw.next(),
        failbackSeconds: draw.lognormal(table.healing.failback.medianSeconds, table.healing.failback.sigma),
      });
  }
}

function unitsOf(unit: Unit, table: FailureTable): number {
  switch (unit) {
    case 'task':
      return table.topology.tasks;
    case 'zone':
      return table.topology.zones;
    case 'writer':
    case 'region':
    case 'application':
    case 'world':
    case 'region-pair':
      return 1;
  }
}

function healingOf(cause: CauseName, unit: number): HealingName {
  if (cause === 'writer-failure') return 'in-region-failover';
  return cause === 'zone-event' && unit === 0 ? 'in-region-failover' : 'target-removal';
}

// What a year's failures do to viewers, by architecture. An outage is the time in which fewer than 99 % of requests
// succeed, so one task of two that does not answer counts in full. It counts in the year in which it begins.
//
//   single-zone   everything in one zone: several tasks, one database instance
//   multi-zone    tasks in every zone, writer and reader in two of them, one region
//   multi-region  that, twice; the second region takes over what the first does not heal by itself in time
//
// What is the same everywhere (a release, a mistake, DNS, CloudFront) hits all three alike.

import type { FailureEvent } from './failure-events.ts';
import { drawYear } from './failure-events.ts';
import type { FailureTable, ZonesAndTasks } from './failure-rates.ts';
import type { Outage, Period } from './outages.ts';
import { freeFrom, overlap } from './outages.ts';

export const ARCHITECTURES = ['single-zone', 'multi-zone', 'multi-region'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** What runs of the failover showed: times to recover from the loss of a region, and how often it did not come. */
export interface RecoverySample {
  readonly rtoWritesSeconds: readonly number[];
  readonly rtoReadsSeconds: readonly number[];
  /** Of losses that needed a failover: those in which it was missed or held, so that the whole outage counts. */
  readonly missedShare: number;
}

export interface YearOutages {
  readonly writes: readonly Outage[];
  readonly reads: readonly Outage[];
}

/** An outage of the serving region, which another region could go round. */
interface RegionOutage extends Outage {
  readonly event: FailureEvent;
}

export function simulateYear(
  architecture: Architecture,
  table: FailureTable,
  sample: RecoverySample,
  seed: number,
  year: number,
): YearOutages {
  return outagesOf(architecture, drawYear(table, seed, year), table.topology, sample);
}

export function outagesOf(
  architecture: Architecture,
  events: readonly FailureEvent[],
  topology: ZonesAndTasks,
  sample: RecoverySample,
): YearOutages {
  const everywhere = events.filter(hitsEverywhere).map((event) => whole(event));
  switch (architecture) {
    case 'single-zone':
    case 'multi-zone': {
      const all = [...everywhere, ...regionOutages(architecture, events, topology)];
      return { writes: all, reads: all };
    }
    case 'multi-region': {
      const unneeded = events.filter(({ cause }) => cause === 'unneeded-failover');
      const moved = goRound(regionOutages('multi-zone', events, topology), events, sample);
      return {
        writes: [
          ...everywhere,
          ...moved.writes,
          ...unneeded.flatMap((event) => [whole(event), failback(event, event.toSeconds)]),
        ],
        reads: [...everywhere, ...moved.reads],
      };
    }
  }
}

function hitsEverywhere({ cause }: FailureEvent): boolean {
  switch (cause) {
    case 'bad-deployment':
    case 'operator-mistake':
    case 'overload':
    case 'dns-event':
    case 'cloudfront-event':
      return true;
    default:
      return false;
  }
}

/** One region by itself, in the order in which its outages begin. */
function regionOutages(
  architecture: 'single-zone' | 'multi-zone',
  events: readonly FailureEvent[],
  topology: ZonesAndTasks,
): readonly RegionOutage[] {
  const serving = events.filter(({ place }) => place === 'serving');
  const outages = serving.flatMap((event) => ownOutage(architecture, event, serving, topology));
  if (architecture === 'single-zone') return outages;
  return [...outages, ...databaseZonesLost(serving)].sort(
    (one, other) => one.fromSeconds - other.fromSeconds,
  );
}

function ownOutage(
  architecture: 'single-zone' | 'multi-zone',
  event: FailureEvent,
  serving: readonly FailureEvent[],
  topology: ZonesAndTasks,
): readonly RegionOutage[] {
  switch (event.cause) {
    case 'task-crash':
    case 'task-host-failure':
      return [topology.tasks > 1 ? goneRound(event) : whole(event)];
    case 'writer-failure':
      return [architecture === 'multi-zone' ? goneRound(event) : recreated(event, serving)];
    case 'zone-event':
      if (architecture === 'multi-zone') return [goneRound(event)];
      return event.unit === 0 ? [whole(event)] : [];
    case 'database-maintenance':
    case 'region-service-event':
      return [whole(event)];
    // Viewers see nothing of these by themselves, or they are not this region's.
    case 'control-plane-event':
    case 'inter-region-partition':
    case 'unneeded-failover':
    case 'bad-deployment':
    case 'operator-mistake':
    case 'overload':
    case 'dns-event':
    case 'cloudfront-event':
      return [];
  }
}

function whole(event: FailureEvent): RegionOutage {
  const { fromSeconds, toSeconds, cause } = event;
  return { fromSeconds, toSeconds, cause, event };
}

function goneRound(event: FailureEvent): RegionOutage {
  const toSeconds = Math.min(event.toSeconds, event.fromSeconds + event.goneRoundSeconds);
  return { ...whole(event), toSeconds };
}

/** Without a reader to promote, an instance is made anew: by the region's control plane, once that works. */
function recreated(event: FailureEvent, serving: readonly FailureEvent[]): RegionOutage {
  const controlPlane = serving.filter(({ cause }) => cause === 'control-plane-event');
  const waited = freeFrom(controlPlane, event.fromSeconds) - event.fromSeconds;
  return { ...whole(event), toSeconds: event.toSeconds + waited };
}

/** The writer's zone and its reader's are both away: there is nothing left to promote in this region. */
function databaseZonesLost(serving: readonly FailureEvent[]): readonly RegionOutage[] {
  const lost = (zone: number): readonly FailureEvent[] =>
    serving.filter(({ cause, unit }) => cause === 'zone-event' && unit === zone);
  return lost(0).flatMap((writers) =>
    lost(1).flatMap((readers) => {
      const both = overlap(writers, readers);
      return both ? [{ ...whole(writers), ...both }] : [];
    }),
  );
}

function failback(event: FailureEvent, atSeconds: number): Outage {
  return { fromSeconds: atSeconds, toSeconds: atSeconds + event.failbackSeconds, cause: 'failback' };
}

/**
 * The second region takes over what lasts longer than a failover takes. It waits while that region is itself lost, its
 * control plane (which promotes the database) fails, or the regions cannot see each other; and while the region that
 * was left is still away, there is nowhere to move to again. Later the operator switches back.
 */
function goRound(
  outages: readonly RegionOutage[],
  events: readonly FailureEvent[],
  sample: RecoverySample,
): YearOutages {
  const unable: Period[] = events.filter(
    ({ place, cause }) => place === 'standby' || cause === 'inter-region-partition',
  );
  const writes: Outage[] = [];
  const reads: Outage[] = [];
  for (const outage of outages) {
    const { event, fromSeconds, toSeconds } = outage;
    if (event.missChance < sample.missedShare) {
      writes.push(outage);
      reads.push(outage);
      continue;
    }
    const ready = freeFrom(unable, fromSeconds);
    const writesBack = ready + sampled(sample.rtoWritesSeconds, event.recoveryChance);
    const readsBack = ready + sampled(sample.rtoReadsSeconds, event.recoveryChance);
    reads.push({ ...outage, toSeconds: Math.min(toSeconds, readsBack) });
    writes.push({ ...outage, toSeconds: Math.min(toSeconds, writesBack) });
    if (writesBack >= toSeconds) continue;
    unable.push({ fromSeconds, toSeconds });
    writes.push(failback(event, toSeconds));
  }
  return { writes, reads };
}

/** The same chance picks alike from both lists, where both are in one order: that of the runs, or by length. */
function sampled(values: readonly number[], chance: number): number {
  return values[Math.floor(chance * values.length)]!;
}

/**
 * The moments that divide a drill, and the two stretches of time that are worth a picture: the loss until a
 * minute after recovery, and the way back. Pure.
 */
import { type DrillResult, PHASES, type PhaseName, type Sighting } from '../result.ts';
import { countText } from './figures.ts';

type MomentName =
  | 'loss'
  | 'dns'
  | 'decided'
  | 'promoted'
  | 'reads'
  | 'recovered'
  | 'restored'
  | 'returning'
  | 'returned'
  | 'dnsReturned';

export interface Moment {
  readonly name: MomentName;
  readonly atSeconds: number;
  readonly label: string;
}

/** When each phase ended: phases follow one another from the loss on. */
function phaseEnds(result: DrillResult): Record<PhaseName, number | null> {
  const ends: Partial<Record<PhaseName, number | null>> = {};
  let reached = 0;
  for (const phase of PHASES) {
    const took = result.rto.phases[phase];
    if (took !== null) reached += took;
    ends[phase] = took === null ? null : reached;
  }
  return ends as Record<PhaseName, number | null>;
}

const firstSeen = (
  result: DrillResult,
  after: number | null,
  holds: (sighting: Sighting) => boolean,
): number | null =>
  after === null
    ? null
    : (result.sightings.find((one) => one.atSeconds >= after && holds(one))?.atSeconds ?? null);

/** When the lost region was started again, by the timeline. */
function restoredAt({ timeline, regions }: DrillResult): number | null {
  const after = timeline.filter(({ atSeconds }) => atSeconds > 0);
  const said =
    after.find(({ event }) => /restor/i.test(event)) ??
    after.find(
      ({ event, subject }) => /^process\.(start|running|up)/.test(event) && subject === regions.lost,
    );
  return said?.atSeconds ?? null;
}

/** In the order in which they happened. */
export function momentsOf(result: DrillResult): readonly Moment[] {
  const { lost, survivor } = result.regions;
  const ends = phaseEnds(result);
  const moved = lost !== survivor;
  const dns = ends.detect ?? (moved ? firstSeen(result, 0, (one) => one.dnsActive === survivor) : null);
  const promoted = ends.promote ?? (moved ? firstSeen(result, 0, (one) => one.writer === survivor) : null);
  const restored = restoredAt(result);
  const after = restored ?? promoted;
  const returning =
    result.timeline.find(
      ({ atSeconds, event }) => atSeconds > (after ?? 0) && /switchover-began|failback/.test(event),
    )?.atSeconds ?? null;
  const returned = moved && promoted !== null ? firstSeen(result, after, (one) => one.writer === lost) : null;
  const dnsReturned =
    moved && dns !== null ? firstSeen(result, after, (one) => one.dnsActive === lost) : null;
  const decided = result.rto.phases.decide === 0 ? null : ends.decide;
  const reads = result.rto.readsSeconds === 0 ? null : result.rto.readsSeconds;
  const found: readonly (readonly [MomentName, number | null, string])[] = [
    ['loss', 0, `${lost} is lost`],
    ['dns', dns, `DNS answers ${survivor}`],
    ['decided', decided, 'promotion called'],
    ['promoted', promoted, `${survivor} is the writer`],
    ['reads', reads, 'reads are back'],
    ['recovered', result.rto.writesSeconds, 'writes are back'],
    ['restored', restored, `${lost} is restored`],
    ['returning', returning, 'failback begins'],
    ['returned', returned, `${lost} is the writer again`],
    ['dnsReturned', dnsReturned, `DNS answers ${lost} again`],
  ];
  return found
    .flatMap(([name, atSeconds, label]) => (atSeconds === null ? [] : [{ name, atSeconds, label }]))
    .sort((a, b) => a.atSeconds - b.atSeconds);
}

export interface Panel {
  readonly id: 'loss' | 'return';
  readonly title: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const BEFORE_SECONDS = 30;
const AFTER_RECOVERY_SECONDS = 60;
const AFTER_LIMIT_SECONDS = 15;
const BEFORE_RESTORE_SECONDS = 15;
/** Less than this is shown with the loss. */
const LEAST_PANEL_SECONDS = 60;

/** The last second of which anything but the journal is known. */
function lastSecond({ seconds, sightings }: DrillResult): number {
  return Math.max(0, (seconds.at(-1)?.atSeconds ?? 0) + 1, sightings.at(-1)?.atSeconds ?? 0);
}

export function panelsOf(result: DrillResult): readonly Panel[] {
  const { rto, budget, regions } = result;
  const end = lastSecond(result);
  const restored = momentsOf(result).find(({ name }) => name === 'restored')?.atSeconds ?? null;
  const recovery =
    rto.writesSeconds === null ? (restored ?? end) : rto.writesSeconds + AFTER_RECOVERY_SECONDS;
  const lossEnds = Math.ceil(Math.max(recovery, budget.rtoSeconds + AFTER_LIMIT_SECONDS));
  const loss: Panel = { id: 'loss', title: 'The loss', fromSeconds: -BEFORE_SECONDS, toSeconds: lossEnds };
  if (end <= lossEnds) return [loss];
  const from = Math.floor(Math.min(lossEnds, (restored ?? lossEnds) - BEFORE_RESTORE_SECONDS));
  if (end - from < LEAST_PANEL_SECONDS) return [{ ...loss, toSeconds: Math.ceil(end) }];
  return [
    loss,
    {
      id: 'return',
      title: restored === null ? 'Afterwards' : `The way back to ${regions.lost}`,
      fromSeconds: Math.max(-BEFORE_SECONDS, from),
      toSeconds: Math.ceil(end),
    },
  ];
}

export const panelText = ({ fromSeconds, toSeconds }: Panel): string =>
  `from ${countText(fromSeconds)} s to ${countText(toSeconds)} s after the loss`;

/**
 * Outcomes per second as bars: what was answered stands above the line, what was refused or failed hangs below
 * it, hatched and solid, so that the difference is one of place and pattern before it is one of colour.
 */
import { type Frame, type Lane, LEFT, laneNote, laneTitle, nothing, RIGHT } from './lane.ts';
import { type Bucket, bucketSeconds, buckets, greatest, roundUp } from './scale.ts';
import { box, line, path, text } from './svg.ts';

const HEIGHT = 132;
const GAP_FROM_WIDTH = 4;
/** Seconds of their own up to this many, then bars of several seconds. */
const MOST_BARS = 900;
/** One failure among thousands is still to be seen. */
const LEAST_HEIGHT = 2;

type Kind = 'writes' | 'reads';

const ok = (bucket: Bucket, kind: Kind): number => (kind === 'writes' ? bucket.writesOk : bucket.readsOk);
const refused = (bucket: Bucket, kind: Kind): number => (kind === 'writes' ? bucket.writesRefused : 0);
const failed = (bucket: Bucket, kind: Kind): number =>
  kind === 'writes' ? bucket.writesFailed : bucket.readsFailed;

function trafficBars(frame: Frame): { readonly wide: number; readonly bars: readonly Bucket[] } {
  const { fromSeconds, toSeconds } = frame.panel;
  const wide = bucketSeconds(toSeconds - fromSeconds, MOST_BARS);
  return { wide, bars: buckets(frame.result.seconds, fromSeconds, toSeconds, wide) };
}

interface Measure {
  readonly baseline: number;
  readonly perUnit: number;
  readonly mostUp: number;
  readonly mostDown: number;
}

/** Both directions have one scale, and as much of the height as they need. */
function measure(bars: readonly Bucket[], kind: Kind, wide: number, top: number): Measure {
  const up = greatest(bars.map((bar) => ok(bar, kind) / wide));
  const down = greatest(bars.map((bar) => (refused(bar, kind) + failed(bar, kind)) / wide));
  const mostUp = roundUp(up);
  const mostDown = Math.max(down > 0 ? roundUp(down) : 0, mostUp * 0.35);
  const perUnit = HEIGHT / (mostUp + mostDown);
  return { baseline: top + mostUp * perUnit, perUnit, mostUp, mostDown: down > 0 ? roundUp(down) : 0 };
}

function paths(frame: Frame, bars: readonly Bucket[], kind: Kind, wide: number, m: Measure): string {
  const d = { ok: '', refused: '', failed: '' };
  const tall = (count: number): number =>
    count === 0 ? 0 : Math.max(LEAST_HEIGHT, (count / wide) * m.perUnit);
  for (const bar of bars) {
    const left = frame.x(bar.atSeconds);
    const room = frame.x(bar.atSeconds + wide) - left;
    const width = room > GAP_FROM_WIDTH ? room - 1 : room;
    const above = tall(ok(bar, kind));
    const between = tall(refused(bar, kind));
    const below = tall(failed(bar, kind));
    if (above) d.ok += box(left, m.baseline - above, width, above);
    if (between) d.refused += box(left, m.baseline, width, between);
    if (below) d.failed += box(left, m.baseline + between, width, below);
  }
  const hatch = ` style="fill:url(#refused-${frame.panel.id})"`;
  return path(d.ok, 'ok') + path(d.refused, 'refused', hatch) + path(d.failed, 'failed');
}

export function trafficLane(frame: Frame, kind: Kind): Lane {
  return {
    height: HEIGHT,
    draw: (top) => {
      const { bars, wide } = trafficBars(frame);
      const m = measure(bars, kind, wide, top);
      const units = wide === 1 ? 'per second' : `per second, over ${wide} s`;
      const below = Math.max(top + 61, m.baseline + 17);
      const limits =
        line(LEFT, m.baseline - m.mostUp * m.perUnit, RIGHT, m.baseline - m.mostUp * m.perUnit, 'grid') +
        text(LEFT - 8, m.baseline - m.mostUp * m.perUnit + 9, String(m.mostUp), 'axis', { anchor: 'end' }) +
        text(LEFT - 8, m.baseline + 4, '0', 'axis', { anchor: 'end' }) +
        (m.mostDown > 0
          ? line(
              LEFT,
              m.baseline + m.mostDown * m.perUnit,
              RIGHT,
              m.baseline + m.mostDown * m.perUnit,
              'grid',
            ) +
            text(LEFT - 8, m.baseline + m.mostDown * m.perUnit, String(m.mostDown), 'axis', { anchor: 'end' })
          : '');
      return [
        laneTitle(top, kind === 'writes' ? 'Writes' : 'Reads'),
        laneNote(top + 29, units),
        laneNote(Math.max(top + 45, m.baseline - 5), '▲ ok', 'lane-note key-ok'),
        kind === 'writes' ? laneNote(below, '▼ refused (503)', 'lane-note key-refused') : '',
        laneNote(kind === 'writes' ? below + 16 : below, '▼ failed', 'lane-note key-failed'),
        limits,
        bars.length ? paths(frame, bars, kind, wide, m) : nothing(top, HEIGHT),
        line(LEFT, m.baseline, RIGHT, m.baseline, 'base'),
      ].join('');
    },
  };
}

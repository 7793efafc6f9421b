/** What stayed the same for a while, from sightings of single moments. Pure. */
import type { Sighting } from '../result.ts';

/** From `fromSeconds` until `toSeconds` the value was this. */
export interface Band<T> {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly value: T;
}

function runs<T extends string | number | null>(
  sightings: readonly Sighting[],
  value: (sighting: Sighting) => T,
  from: number,
  to: number,
): readonly Band<T>[] {
  const found: Band<T>[] = [];
  const first = sightings[0]?.atSeconds ?? 0;
  const last = sightings.at(-1)?.atSeconds ?? 0;
  const apart = sightings.length > 1 ? (last - first) / (sightings.length - 1) : 1;
  for (const [n, sighting] of sightings.entries()) {
    const fromSeconds = Math.max(from, sighting.atSeconds);
    const toSeconds = Math.min(to, sightings[n + 1]?.atSeconds ?? sighting.atSeconds + apart);
    if (toSeconds <= fromSeconds) continue;
    const before = found.at(-1);
    const now = value(sighting);
    if (before && before.value === now && before.toSeconds >= fromSeconds)
      found[found.length - 1] = { ...before, toSeconds };
    else found.push({ fromSeconds, toSeconds, value: now });
  }
  return found;
}

/** The first sighting of each step. */
function thinned(sightings: readonly Sighting[], stepSeconds: number): readonly Sighting[] {
  let step = Number.NEGATIVE_INFINITY;
  return sightings.filter(({ atSeconds }) => {
    const now = Math.floor(atSeconds / stepSeconds);
    const first = now > step;
    step = Math.max(step, now);
    return first;
  });
}

/** More than this cannot be told apart on a screen. */
const MOST_BANDS = 300;

/**
 * Each sighting holds until the next one; the last one for as long as sightings lay apart on average. Where
 * values change too often to be drawn, changes between steps are left out.
 */
export function bands<T extends string | number | null>(
  sightings: readonly Sighting[],
  value: (sighting: Sighting) => T,
  from: number,
  to: number,
): readonly Band<T>[] {
  const found = runs(sightings, value, from, to);
  return found.length <= MOST_BANDS
    ? found
    : runs(thinned(sightings, (to - from) / MOST_BANDS), value, from, to);
}

/** A line in pieces: points where there is a value, a new piece after each gap; at most one point a step. */
export function pieces(
  sightings: readonly Sighting[],
  value: (sighting: Sighting) => number | null,
  from: number,
  to: number,
  stepSeconds: number,
): readonly (readonly { readonly atSeconds: number; readonly value: number }[])[] {
  const found: { atSeconds: number; value: number }[][] = [];
  let open = false;
  for (const sighting of sightings) {
    if (sighting.atSeconds < from || sighting.atSeconds > to) continue;
    const now = value(sighting);
    if (now === null) {
      open = false;
      continue;
    }
    const piece = found.at(-1);
    const before = piece?.at(-1);
    // Of several within a step the worst is what a reader must see; a gap within one is too narrow to draw.
    if (before && sighting.atSeconds - before.atSeconds < stepSeconds)
      before.value = Math.max(before.value, now);
    else if (open && piece) piece.push({ atSeconds: sighting.atSeconds, value: now });
    else found.push([{ atSeconds: sighting.atSeconds, value: now }]);
    open = true;
  }
  return found;
}

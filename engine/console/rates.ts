/**
 * Rates out of counters that only grow: the difference to the oldest snapshot of the last few AWS seconds. A
 * counter that is smaller than before began again with its process; it counts from zero. Pure.
 */

export interface Snapshot {
  readonly atMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface Rates {
  perSecond(counter: string): number;
  /** How much was added. */
  added(counter: string): number;
}

/** Short enough to follow a loss, long enough that a few requests a second do not flicker. AWS time. */
const WINDOW_MS = 4000;

/** The snapshots to compare with next time: those within the window, and at least the newest. */
export function kept(snapshots: readonly Snapshot[], now: Snapshot): readonly Snapshot[] {
  const all = [...snapshots, now];
  return all.filter((one, n) => n === all.length - 1 || now.atMs - one.atMs < WINDOW_MS);
}

export function ratesOf(snapshots: readonly Snapshot[], now: Snapshot): Rates {
  const first = snapshots[0];
  const seconds = first ? (now.atMs - first.atMs) / 1000 : 0;
  const added = (counter: string): number => {
    const present = now.counts[counter];
    const before = first?.counts[counter];
    // What was not there before may have counted for long before it was first seen.
    if (present === undefined || before === undefined) return 0;
    return present >= before ? present - before : present;
  };
  return {
    added,
    perSecond: (counter) => (seconds > 0 ? round(added(counter) / seconds) : 0),
  };
}

/** Three digits after the point: more would only be bytes. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

// A failing schedule made small: first fewer faults (ddmin: Zeller and Hildebrandt, “Simplifying and Isolating
// Failure-Inducing Input”, 2002), then plainer ones: shorter, at rounder moments, with smaller figures, healed instead
// of lasting. `fails` says whether a schedule still shows the failure; it must be a function of the options alone, as a
// run is. The same failure shrinks to the same schedule each time, within so many tries.

import type { Fault } from './faults.ts';
import type { RunOptions } from './options.ts';
import { simplerFaults } from './simpler.ts';

export interface Shrunk {
  readonly options: RunOptions;
  /** Schedules that were run on the way. */
  readonly tried: number;
}

export interface ShrinkProgress {
  readonly faults: number;
  readonly tried: number;
}

const MOST_TRIES = 2_000;

type Test<T> = (items: readonly T[]) => boolean;

/** The options must fail as they come; what comes back fails too, and fails no longer without any one of its faults
 * (unless the tries ran out). */
export function shrink(
  options: RunOptions,
  fails: (options: RunOptions) => boolean,
  progress: (so: ShrinkProgress) => void = () => {},
  mostTries: number = MOST_TRIES,
): Shrunk {
  let tried = 0;
  let faults = options.faults;
  const seen = new Set<string>();
  const test: Test<Fault> = (candidate) => {
    const key = JSON.stringify(candidate);
    if (tried >= mostTries || seen.has(key)) return false;
    seen.add(key);
    tried += 1;
    if (!fails({ ...options, faults: candidate })) return false;
    faults = candidate;
    progress({ faults: candidate.length, tried });
    return true;
  };
  seen.add(JSON.stringify(faults));
  // A plainer fault may make another one needless, so both are repeated until neither finds anything.
  for (let before: readonly Fault[] | null = null; before !== faults && tried < mostTries; ) {
    before = faults;
    minimalSubset(faults, test);
    simplify(() => faults, test);
  }
  return { options: { ...options, faults }, tried };
}

/** ddmin: halves, then quarters and so on are left out, until no single item can be. `test` says whether one still fails. */
export function minimalSubset<T>(items: readonly T[], test: Test<T>): readonly T[] {
  let kept = items;
  if (kept.length > 0 && test([])) return [];
  for (let parts = 2; kept.length >= 2; ) {
    const size = Math.ceil(kept.length / parts);
    const chunks = Array.from({ length: Math.ceil(kept.length / size) }, (_, n) => n * size);
    const alone = chunks.map((from) => kept.slice(from, from + size)).find((chunk) => test(chunk));
    if (alone) {
      kept = alone;
      parts = 2;
      continue;
    }
    const without = chunks
      .map((from) => kept.filter((_, n) => n < from || n >= from + size))
      .find((rest) => rest.length > 0 && test(rest));
    if (without) {
      kept = without;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= kept.length) break;
    else parts = Math.min(parts * 2, kept.length);
  }
  return kept;
}

/** Each fault in turn is replaced by the plainest one that still fails; `test` keeps what it accepts. */
function simplify(current: () => readonly Fault[], test: Test<Fault>): void {
  for (let n = 0; n < current().length; n++) {
    const withFault = (fault: Fault): boolean => test(current().with(n, fault));
    for (let found = true; found; ) found = simplerFaults(current()[n]!).some(withFault);
  }
}

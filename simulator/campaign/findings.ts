// What a campaign's failures come down to: of each invariant that broke the smallest seed, its schedule shrunk to the
// faults it needs, and the two commands that show it again.

import { describeFault, type Fault } from '../faults.ts';
import { drawOptions, type RunOptions } from '../options.ts';
import type { RunResult, Violation } from '../result.ts';
import { type ShrinkProgress, shrink } from '../shrink.ts';
import type { Failure, Part, Run } from './chunk.ts';
import { replayCommand } from './parts.ts';

export interface Finding {
  readonly part: string;
  readonly seed: number;
  readonly violation: Violation;
  readonly drawn: readonly Fault[];
  /** What was left of the drawn faults, and what the run with these alone broke. */
  readonly shrunk: {
    readonly faults: readonly Fault[];
    readonly violation: Violation;
    readonly tried: number;
  };
  readonly replay: string;
  readonly replayShrunk: string;
}

/** Of each part's each invariant the first failure, by seed. `failures` come in that order. */
export function firstOfEach(failures: readonly Failure[], most: number): readonly Failure[] {
  const seen = new Set<string>();
  return failures
    .filter(({ part, violations }) => {
      const what = `${part}: ${violations[0]?.invariant}`;
      return !seen.has(what) && seen.add(what);
    })
    .slice(0, most);
}

const broken = (result: RunResult, invariant: string): Violation | undefined =>
  result.violations.find((violation) => violation.invariant === invariant);

export function findingOf(
  failure: Failure,
  part: Part,
  run: Run,
  progress?: (so: ShrinkProgress) => void,
): Finding {
  const { seed } = failure;
  const options = drawOptions(seed, part.setting);
  const violation = failure.violations[0];
  if (!violation) throw new Error(`seed ${seed} of ${part.label} failed without a violation`);
  const { invariant } = violation;
  const fails = (one: RunOptions): boolean => broken(run(one), invariant) !== undefined;
  const shrunk = shrink(options, fails, progress);
  const { faults } = shrunk.options;
  return {
    part: part.label,
    seed,
    violation,
    drawn: options.faults,
    shrunk: { faults, violation: broken(run(shrunk.options), invariant) ?? violation, tried: shrunk.tried },
    replay: replayCommand(seed, part),
    replayShrunk: replayCommand(seed, part, faults),
  };
}

/** A finding in words, one idea a line. */
export function findingLines({
  part,
  seed,
  violation,
  drawn,
  shrunk,
  ...commands
}: Finding): readonly string[] {
  const { faults, tried } = shrunk;
  return [
    `${violation.invariant}, seed ${seed} of ${part}: ${violation.because} (at ${violation.atSeconds.toFixed(1)} s)`,
    `  as it was drawn, ${counted(drawn)}: ${commands.replay}`,
    `  shrunk to ${counted(faults)} in ${tried} tries: ${shrunk.violation.because} (at ${shrunk.violation.atSeconds.toFixed(1)} s)`,
    ...faults.map((fault) => `    ${describeFault(fault)}`),
    `  replay it: ${commands.replayShrunk}`,
  ];
}

const counted = (faults: readonly Fault[]): string =>
  faults.length === 0 ? 'no fault' : `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;

// A stand-in for a run, for the tests of the campaign: figures that depend on the seed alone, a violation now and
// then, one seed whose run throws and one that takes its thread down.

import type { RunOptions } from '../options.ts';
import { stream } from '../random.ts';
import type { RequestCounts, RunResult } from '../result.ts';

export const THROWS = 13_000;
export const DIES = 66_600;
/** Every hundredth seed, this one first. */
export const VIOLATES = 237;

export function run(options: RunOptions): RunResult {
  const { seed } = options;
  if (seed === THROWS) throw new Error('no such region');
  if (seed === DIES) process.exit(3);
  const draw = stream(seed, 'model');
  const counts: RequestCounts = { asked: 1_000, succeeded: draw.between(900, 1_000), refused: 0, failed: 0 };
  const violated = seed >= VIOLATES && (seed - VIOLATES) % 100 === 0;
  return {
    seed,
    verdict: violated ? 'violated' : 'safe',
    violations: violated ? [{ invariant: 'single-writer', atSeconds: 12, because: 'two wrote' }] : [],
    lossSeconds: 200,
    rtoWritesSeconds: draw.lognormal(160, 0.4),
    rtoReadsSeconds: draw.lognormal(90, 0.2),
    phases: { detect: 90, decide: 10, promote: draw.lognormal(60, 0.8), redirect: 0, recover: 0 },
    rpoSeconds: draw.exponential(0.1),
    lostWrites: draw.index(4),
    rescuedWrites: 0,
    writes: counts,
    reads: counts,
    assets: counts,
    outages: { writes: [], reads: [] },
    moves: [],
    judgement: 'right',
    toldSeconds: 230,
    convergedSeconds: draw.between(10, 900),
    missing: [],
    steps: 1_000 + draw.index(1_000),
    endedSeconds: 1_800,
    trace: [],
    options,
  };
}

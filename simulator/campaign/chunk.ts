// A chunk of a campaign: neighbouring seeds under one setting, run one after another into a tally. Small enough that
// Ctrl-C, a failing seed and the progress line need not wait, large enough that messages cost nothing.

import { drawOptions, type RunOptions, type Setting } from '../options.ts';
import { add, createTally, type Tally } from '../report/tally.ts';
import type { RunResult, Violation } from '../result.ts';
import { replayCommand } from './parts.ts';

export type Run = (options: RunOptions) => RunResult;

/** One setting's share of a campaign; a policy that is compared is a part of its own. */
export interface Part {
  readonly label: string;
  readonly setting: Setting;
  /** Where the policy is from, as it was named. */
  readonly policyFile?: string;
}

export interface Chunk {
  /** Index of the part. */
  readonly part: number;
  readonly from: number;
  readonly count: number;
}

/** A run that broke an invariant. */
export interface Failure {
  readonly part: string;
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface ChunkReport {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

export const CHUNK = 64;

/** Chunks of every part, the parts in turn: whoever stops in the middle has something of each. */
export function chunksOf(parts: number, firstSeed: number, runs: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let done = 0; done < runs; done += CHUNK)
    for (let part = 0; part < parts; part++)
      chunks.push({ part, from: firstSeed + done, count: Math.min(CHUNK, runs - done) });
  return chunks;
}

export const nameOf = (chunk: Chunk, { label }: Part): string =>
  `seeds ${chunk.from} to ${chunk.from + chunk.count - 1} of ${label}`;

/** An exception in a run is a fault of the simulator or of what it simulates: it names the seed and ends the campaign. */
export function runChunk(run: Run, part: Part, { from, count }: Chunk): ChunkReport {
  const { label, setting } = part;
  const tally = createTally(label, setting);
  const failures: Failure[] = [];
  for (let seed = from; seed < from + count; seed++) {
    let result: RunResult;
    try {
      result = run(drawOptions(seed, setting));
    } catch (error) {
      const why = `${(error as Error).message} (${replayCommand(seed, part)})`;
      throw new Error(`seed ${seed} of ${label}: ${why}`, { cause: error });
    }
    add(tally, result);
    if (result.verdict === 'violated') failures.push({ part: label, seed, violations: result.violations });
  }
  return { tally, failures };
}

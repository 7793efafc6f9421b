// A campaign: many seeds under one setting or several, on every core. Parts share the seeds, so that two policies meet
// the same nights. The same seeds give the same tallies with any number of workers, also where the first violation
// ends it: then what counts is every chunk up to the one that has it.

import { availableParallelism } from 'node:os';
import { createTally, merge, type Tally } from '../report/tally.ts';
import { type Chunk, type ChunkReport, chunksOf, type Failure, nameOf, type Part } from './chunk.ts';
import { type Ending, work } from './pool.ts';
import type { Work } from './worker.ts';

export interface Campaign {
  readonly parts: readonly Part[];
  readonly firstSeed: number;
  /** Of each part. */
  readonly runs: number;
  /** As many as the machine has cores when left out. */
  readonly workers?: number;
  readonly stopOnViolation?: boolean;
  readonly signal?: AbortSignal;
  /** Module that exports `run`. */
  readonly runner?: URL;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly runsPerSecond: number;
  /** Runs that broke an invariant. */
  readonly violated: number;
}

export interface CampaignEvents {
  progress?(so: Progress): void;
  /** As soon as it is known, in whatever order chunks end. */
  failure?(failure: Failure): void;
}

export interface Outcome {
  /** In the order of the parts. */
  readonly tallies: readonly Tally[];
  /** By seed, then by part. */
  readonly failures: readonly Failure[];
  readonly ending: Ending;
  readonly seconds: number;
  readonly workers: number;
}

const RUNNER = new URL('../run.ts', import.meta.url);
const WORKER = new URL('./worker.ts', import.meta.url);

export async function campaign(task: Campaign, events: CampaignEvents = {}): Promise<Outcome> {
  const { parts, firstSeed, runs, workers = availableParallelism(), signal } = task;
  const tallies = parts.map(({ label, setting }) => createTally(label, setting));
  const failures: Failure[] = [];
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let done = 0;
  let violated = 0;
  const workerData: Work = { runner: (task.runner ?? RUNNER).href, parts };
  const ending = await work<Chunk, ChunkReport>({
    script: WORKER,
    workerData,
    workers,
    jobs: chunksOf(parts.length, firstSeed, runs),
    nameOf: (chunk) => nameOf(chunk, parts[chunk.part]!),
    signal,
    arrived: (report, { count }) => {
      done += count;
      violated += report.failures.length;
      for (const failure of report.failures) events.failure?.(failure);
      events.progress?.({ done, of: runs * parts.length, runsPerSecond: done / elapsed(), violated });
    },
    counted: (report, { part }) => {
      merge(tallies[part]!, report.tally);
      failures.push(...report.failures);
      return task.stopOnViolation && report.failures.length > 0 ? 'stop' : 'go on';
    },
  });
  const order = (failure: Failure): number => parts.findIndex(({ label }) => label === failure.part);
  failures.sort((a, b) => a.seed - b.seed || order(a) - order(b));
  return { tallies, failures, ending, seconds: elapsed(), workers };
}

// What runs in a worker thread of a campaign: it takes a chunk, answers with its tally, and waits for the next. The
// module with `run` is named by whoever starts it, so that a test can hand in a model of a run.

import { parentPort, workerData } from 'node:worker_threads';
import { type Chunk, type ChunkReport, type Part, type Run, runChunk } from './chunk.ts';
import type { Answer } from './pool.ts';

export interface Work {
  /** URL of a module that exports `run`. */
  readonly runner: string;
  readonly parts: readonly Part[];
}

const { runner, parts } = workerData as Work;
const { run } = (await import(runner)) as { readonly run: Run };

const answer = (chunk: Chunk): Answer<ChunkReport> => {
  try {
    return { reply: runChunk(run, parts[chunk.part]!, chunk) };
  } catch (error) {
    return { failed: (error as Error).message };
  }
};

parentPort!.on('message', (chunk: Chunk) => parentPort!.postMessage(answer(chunk)));

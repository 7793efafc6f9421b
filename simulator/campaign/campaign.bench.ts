// Simulated failovers a second: nights in which a region is lost (half an hour of AWS time each, with every request
// counted) and storms (75 minutes), on every core. Threads are warm before anything is counted. A busy machine slows
// the clock's figure; the other one is charged with this process's own processor time. Prints one JSON object.
// Run: node simulator/campaign/campaign.bench.ts [runs]

import { availableParallelism } from 'node:os';
import { campaign } from './campaign.ts';
import { CHUNK } from './chunk.ts';
import { partsOf } from './parts.ts';
import { DEFAULT_CHOICE } from './policy-file.ts';

const RUNS = Number(process.argv[2] ?? '6000');
/** Of each worker: code is compiled as it gets hot. */
const WARM_CHUNKS = 8;
const workers = availableParallelism();

interface Speed {
  readonly runsPerSecond: number;
  readonly runsPerCoreSecond: number;
}

async function speedOf(schedule: 'incident' | 'storm'): Promise<Speed> {
  const parts = partsOf({ choices: [DEFAULT_CHOICE], schedule });
  const warm = WARM_CHUNKS * CHUNK * workers;
  let from = { done: 0, at: 0, cpu: process.cpuUsage() };
  let until = from;
  await campaign(
    { parts, firstSeed: 1, runs: warm + RUNS, workers },
    {
      progress: ({ done }) => {
        until = { done, at: performance.now(), cpu: process.cpuUsage() };
        if (from.done === 0 && done >= warm) from = until;
      },
    },
  );
  const runs = until.done - from.done;
  const coreSeconds = (until.cpu.user + until.cpu.system - from.cpu.user - from.cpu.system) / 1_000_000;
  return {
    runsPerSecond: Math.round((runs * 1000) / (until.at - from.at)),
    runsPerCoreSecond: Math.round(runs / coreSeconds),
  };
}

const speeds = { workers, regionLoss: await speedOf('incident'), storm: await speedOf('storm') };
process.stdout.write(`${JSON.stringify(speeds, null, 2)}\n`);

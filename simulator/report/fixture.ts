// Runs as the simulator makes them, for tests: one that went well, one that broke an invariant, one in which nothing
// came back, one whose names and reasons are hostile; and any number of different ones.

import fc from 'fast-check';
import { DEFAULT_SETTING, drawOptions, REGION_LOSS, type RunOptions } from '../options.ts';
import type { RunResult, TraceEntry } from '../result.ts';

export { DEFAULT_SETTING, REGION_LOSS };

const OPTIONS: RunOptions = {
  ...drawOptions(11, REGION_LOSS),
  faults: [{ kind: 'region-loss', atMs: 200_000, forMs: null, region: 0 }],
};

const entry = (
  atSeconds: number,
  where: string,
  event: string,
  subject: string,
  because: string,
): TraceEntry => ({
  atMs: atSeconds * 1000,
  where,
  event,
  subject,
  because,
});

const TRACE: readonly TraceEntry[] = [
  entry(200, 'run', 'fault.began', 'us-east-1', 'region-loss of us-east-1 at 200.0 s until it is healed'),
  entry(
    277.5,
    'global',
    'health-check.changed',
    'us-east-1.origin.storefront.example',
    '0 of 16 checkers say healthy',
  ),
  entry(278, 'global', 'answer.changed', 'origin.storefront.example', 'us-east-1 → us-west-2'),
  entry(
    290.1,
    'us-west-2',
    'controller.decision',
    'understudy-failover',
    'fail over: DNS and probe agree, 2 of 2',
  ),
  entry(
    291,
    'us-west-2',
    'cluster.failover-began',
    'understudy',
    'FailoverGlobalCluster, AllowDataLoss: true',
  ),
  entry(338.25, 'us-west-2', 'cluster.promoted', 'understudy-us-west-2', 'epoch 2'),
  entry(340, 'us-west-2', 'service.scaled', 'storefront', 'desired 2 → 4'),
];

/** Moved in time, a little lost. */
export const GOOD: RunResult = {
  seed: 11,
  verdict: 'safe',
  violations: [],
  lossSeconds: 200,
  rtoWritesSeconds: 152.5,
  rtoReadsSeconds: 118,
  phases: { detect: 78, decide: 12.1, promote: 48.15, redirect: 0, recover: 14.25 },
  rpoSeconds: 0.42,
  lostWrites: 3,
  rescuedWrites: 2,
  writes: { asked: 18_000, succeeded: 16_900, refused: 600, failed: 500 },
  reads: { asked: 90_000, succeeded: 86_400, refused: 0, failed: 3_600 },
  assets: { asked: 100_000, succeeded: 99_000, refused: 0, failed: 1_000 },
  outages: {
    writes: [{ fromSeconds: 200, toSeconds: 352.5 }],
    reads: [{ fromSeconds: 200, toSeconds: 318 }],
  },
  moves: [
    {
      kind: 'fail-over',
      to: 'us-west-2',
      epoch: 2,
      decidedSeconds: 290.1,
      promotedSeconds: 338.25,
      fromWell: false,
      lostWrites: 3,
      rpoSeconds: 0.42,
    },
  ],
  judgement: 'right',
  toldSeconds: 290.2,
  convergedSeconds: null,
  missing: [],
  steps: 41_230,
  endedSeconds: 1800,
  trace: TRACE,
  options: OPTIONS,
};

/** A storm: two writers were seen, and the second phase ended with something missing. */
export const VIOLATED: RunResult = {
  ...GOOD,
  seed: 4_711,
  verdict: 'violated',
  violations: [
    {
      invariant: 'single-writer',
      atSeconds: 341.2,
      because: 'us-east-1 kept order 88 acknowledged at epoch 1',
    },
    { invariant: 'convergence', atSeconds: 4500, because: 'us-east-1 is not connected' },
  ],
  rtoWritesSeconds: 371.5,
  rpoSeconds: 12.5,
  lostWrites: 210,
  judgement: 'wrong',
  missing: ['replication from us-west-2 to us-east-1'],
  endedSeconds: 4500,
  options: {
    ...OPTIONS,
    seed: 4_711,
    livenessMs: 2_700_000,
    faults: [
      { kind: 'region-isolation', atMs: 200_000, forMs: 420_000, region: 0 },
      { kind: 'checkers-cut', atMs: 230_500, forMs: 61_000, region: 1, checkers: [0, 3, 9] },
      { kind: 'controller-crash', atMs: 291_000, region: 1, afterSteps: 4 },
      { kind: 'lag-spike', atMs: 180_000, forMs: null, lagMs: 4_200 },
    ],
  },
};

/** Nobody moved, nobody was told, nothing came back. */
export const NEVER: RunResult = {
  ...GOOD,
  seed: 23,
  rtoWritesSeconds: null,
  rtoReadsSeconds: null,
  phases: null,
  rpoSeconds: 0,
  lostWrites: 0,
  rescuedWrites: 0,
  moves: [],
  judgement: 'missed',
  toldSeconds: null,
  outages: {
    writes: [{ fromSeconds: 200, toSeconds: null }],
    reads: [{ fromSeconds: 200, toSeconds: null }],
  },
  trace: [],
};

/** Nothing happened. */
export const QUIET: RunResult = {
  ...NEVER,
  seed: 5,
  lossSeconds: null,
  judgement: 'none-needed',
  outages: { writes: [], reads: [] },
  options: { ...OPTIONS, seed: 5, faults: [] },
};

export const HOSTILE_TEXT = `<script>alert("1")</script>&'\u001b[2J\u0000\n\u202e]]>`;

export const HOSTILE: RunResult = {
  ...VIOLATED,
  seed: 666,
  violations: [{ invariant: HOSTILE_TEXT, atSeconds: 3, because: HOSTILE_TEXT }],
  missing: [HOSTILE_TEXT],
  moves: [{ ...GOOD.moves[0]!, to: HOSTILE_TEXT }],
  trace: [entry(3, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT.repeat(4))],
};

const SETTINGS = [DEFAULT_SETTING, REGION_LOSS] as const;
const counts = fc
  .tuple(fc.nat(50_000), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([asked, share]) => ({ asked, succeeded: asked * share, refused: 0, failed: asked * (1 - share) }));
const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
const orNever = (max: number) => fc.option(seconds(max), { freq: 8 });

/** Any outcome at all: a report must not depend on which ones a model happens to make. */
export const anyRun: fc.Arbitrary<RunResult> = fc
  .record({
    seed: fc.nat(100_000),
    schedule: fc.constantFrom(...SETTINGS),
    lossSeconds: fc.option(seconds(1500)),
    rtoWritesSeconds: orNever(4000),
    rtoReadsSeconds: orNever(4000),
    phases: fc.option(
      fc.record({
        detect: seconds(200),
        decide: seconds(100),
        promote: seconds(900),
        redirect: seconds(200),
        recover: seconds(600),
      }),
    ),
    rpoSeconds: fc.oneof(fc.constant(0), seconds(2), seconds(900)),
    lostWrites: fc.oneof(fc.constant(0), fc.nat(9), fc.nat(90_000)),
    judgement: fc.constantFrom('none-needed' as const, 'right' as const, 'wrong' as const, 'missed' as const),
    toldSeconds: orNever(4000),
    convergedSeconds: orNever(2700),
    writes: counts,
    reads: counts,
    assets: counts,
    broken: fc.uniqueArray(fc.constantFrom('single-writer', 'one-witness', 'flapping'), { maxLength: 2 }),
    missing: fc.uniqueArray(fc.constantFrom('writer', 'latch released', 'us-east-1 has 2 tasks of 7'), {
      maxLength: 2,
    }),
    steps: fc.nat(100_000),
    endedSeconds: seconds(4500),
  })
  .map(({ schedule, broken, ...drawn }) => ({
    ...GOOD,
    ...drawn,
    verdict: broken.length > 0 ? ('violated' as const) : ('safe' as const),
    violations: broken.map((invariant) => ({ invariant, atSeconds: drawn.endedSeconds, because: 'seen' })),
    moves: drawn.judgement === 'right' ? GOOD.moves : [],
    rescuedWrites: Math.floor(drawn.lostWrites / 2),
    options: drawOptions(drawn.seed, schedule),
  }));

/** As many different runs as asked for, always the same ones. */
export const someRuns = (many: number, seed = 1): readonly RunResult[] =>
  fc.sample(anyRun, { numRuns: many, seed });

// What a stream of runs adds up to, in constant memory: a plain JSON value that a worker thread can send and that
// others can be added to. The order in which runs come and tallies are joined changes nothing.

import type { Setting } from '../options.ts';
import type { Judgement, PhaseName, RequestCounts, RunResult } from '../result.ts';
import { PHASES } from '../result.ts';
import { ARCHITECTURE_BUDGET, type Budget } from './budget.ts';
import { addHistogram, count, emptyHistogram, type Histogram } from './histogram.ts';
import { joinWorst, keepWorst, type WorstRun } from './worst.ts';

/** How often something named was seen, and the smallest seeds that show it. */
export interface Named {
  runs: number;
  seeds: readonly number[];
}

type Requests = 'writes' | 'reads' | 'assets';

export interface Tally {
  readonly label: string;
  readonly setting: Setting;
  readonly budget: Budget;
  /** How many of the worst runs are kept. */
  readonly kept: number;
  runs: number;
  violatedRuns: number;
  /** Runs in which a region was lost to its viewers. */
  lossRuns: number;
  /** Runs with a second phase. */
  healedRuns: number;
  steps: number;
  thousandthSeconds: number;
  readonly judgements: Record<Judgement, number>;
  readonly histograms: Record<FigureName, Histogram>;
  readonly phases: Record<PhaseName, Histogram>;
  /** Thousandths of requests: a model may count parts of one. */
  readonly asked: Record<Requests, number>;
  readonly succeeded: Record<Requests, number>;
  readonly invariants: Record<string, Named>;
  readonly missing: Record<string, Named>;
  worst: readonly WorstRun[];
}

export const FIGURES = [
  'rtoWrites',
  'rtoReads',
  'rpo',
  'lostWrites',
  'rescuedWrites',
  'told',
  'converged',
] as const;
export type FigureName = (typeof FIGURES)[number];

export const FIGURE_NAMES: Readonly<Record<FigureName, string>> = {
  rtoWrites: 'RTO writes',
  rtoReads: 'RTO reads',
  rpo: 'RPO',
  lostWrites: 'Lost writes',
  rescuedWrites: 'Rescued writes',
  told: 'Told',
  converged: 'Converged',
};

const SEEDS_NAMED = 5;

export interface TallyChoices {
  readonly kept?: number;
  readonly budget?: Budget;
}

export function createTally(
  label: string,
  setting: Setting,
  { kept = 5, budget = ARCHITECTURE_BUDGET }: TallyChoices = {},
): Tally {
  const phase = (name: PhaseName): Histogram => emptyHistogram('seconds', budget.phases[name]);
  return {
    label,
    setting,
    budget,
    kept,
    runs: 0,
    violatedRuns: 0,
    lossRuns: 0,
    healedRuns: 0,
    steps: 0,
    thousandthSeconds: 0,
    judgements: { 'none-needed': 0, right: 0, wrong: 0, missed: 0 },
    histograms: {
      rtoWrites: emptyHistogram('seconds', budget.rtoSeconds),
      rtoReads: emptyHistogram('seconds', budget.rtoSeconds),
      rpo: emptyHistogram('log-seconds', budget.rpoSeconds),
      lostWrites: emptyHistogram('log-count'),
      rescuedWrites: emptyHistogram('log-count'),
      told: emptyHistogram('seconds'),
      converged: emptyHistogram('seconds'),
    },
    phases: {
      detect: phase('detect'),
      decide: phase('decide'),
      promote: phase('promote'),
      redirect: phase('redirect'),
      recover: phase('recover'),
    },
    asked: { writes: 0, reads: 0, assets: 0 },
    succeeded: { writes: 0, reads: 0, assets: 0 },
    invariants: {},
    missing: {},
    worst: [],
  };
}

/** Data was at stake: a region was lost, an unplanned promotion was made, or something is gone all the same. */
const atStake = ({ lossSeconds, moves, lostWrites }: RunResult): boolean =>
  lossSeconds !== null || lostWrites > 0 || moves.some(({ kind }) => kind === 'fail-over');

function addFigures({ histograms, phases }: Tally, result: RunResult): void {
  const { lossSeconds, toldSeconds } = result;
  if (lossSeconds !== null) {
    count(histograms.rtoWrites, result.rtoWritesSeconds);
    count(histograms.rtoReads, result.rtoReadsSeconds);
    count(histograms.told, toldSeconds === null ? null : Math.max(0, toldSeconds - lossSeconds));
  }
  if (result.phases !== null) for (const phase of PHASES) count(phases[phase], result.phases[phase]);
  if (atStake(result)) {
    count(histograms.rpo, result.rpoSeconds);
    count(histograms.lostWrites, result.lostWrites);
    if (result.lostWrites > 0) count(histograms.rescuedWrites, result.rescuedWrites);
  }
  if (result.options.livenessMs > 0) count(histograms.converged, result.convergedSeconds);
}

function addRequests(tally: Tally, kind: Requests, counts: RequestCounts): void {
  tally.asked[kind] += Math.round(counts.asked * 1000);
  tally.succeeded[kind] += Math.round(counts.succeeded * 1000);
}

const smallest = (seeds: readonly number[]): readonly number[] =>
  [...new Set(seeds)].sort((one, other) => one - other).slice(0, SEEDS_NAMED);

function addNamed(into: Record<string, Named>, names: Iterable<string>, seed: number): void {
  for (const name of new Set(names)) {
    const named = Object.hasOwn(into, name) ? into[name]! : { runs: 0, seeds: [] };
    into[name] = { runs: named.runs + 1, seeds: smallest([...named.seeds, seed]) };
  }
}

/** “2 healthy tasks of 7” and “1 healthy tasks of 6” are one reason; `us-east-1` keeps its figure. */
const uncounted = (reason: string): string => reason.replace(/(?<![\w-])\d+(\.\d+)?(?![\w-])/g, '…');

export function add(tally: Tally, result: RunResult): void {
  tally.runs++;
  if (result.verdict === 'violated') tally.violatedRuns++;
  if (result.lossSeconds !== null) tally.lossRuns++;
  if (result.options.livenessMs > 0) tally.healedRuns++;
  tally.steps += result.steps;
  tally.thousandthSeconds += Math.round(result.endedSeconds * 1000);
  tally.judgements[result.judgement]++;
  addFigures(tally, result);
  for (const kind of ['writes', 'reads', 'assets'] as const) addRequests(tally, kind, result[kind]);
  addNamed(
    tally.invariants,
    result.violations.map(({ invariant }) => invariant),
    result.seed,
  );
  addNamed(tally.missing, result.missing.map(uncounted), result.seed);
  tally.worst = keepWorst(tally.worst, result, tally.kept);
}

function mergeNamed(into: Record<string, Named>, other: Readonly<Record<string, Named>>): void {
  for (const [name, { runs, seeds }] of Object.entries(other)) {
    const named = Object.hasOwn(into, name) ? into[name]! : { runs: 0, seeds: [] };
    into[name] = { runs: named.runs + runs, seeds: smallest([...named.seeds, ...seeds]) };
  }
}

/** Both must be tallies of the same setting and budget; runs counted in both would count twice. */
export function merge(into: Tally, other: Tally): void {
  if (into.label !== other.label)
    throw new Error(`a tally of “${other.label}” cannot be added to one of “${into.label}”`);
  into.runs += other.runs;
  into.violatedRuns += other.violatedRuns;
  into.lossRuns += other.lossRuns;
  into.healedRuns += other.healedRuns;
  into.steps += other.steps;
  into.thousandthSeconds += other.thousandthSeconds;
  for (const judgement of ['none-needed', 'right', 'wrong', 'missed'] as const)
    into.judgements[judgement] += other.judgements[judgement];
  for (const figure of FIGURES) addHistogram(into.histograms[figure], other.histograms[figure]);
  for (const phase of PHASES) addHistogram(into.phases[phase], other.phases[phase]);
  for (const kind of ['writes', 'reads', 'assets'] as const) {
    into.asked[kind] += other.asked[kind];
    into.succeeded[kind] += other.succeeded[kind];
  }
  mergeNamed(into.invariants, other.invariants);
  mergeNamed(into.missing, other.missing);
  into.worst = joinWorst(into.worst, other.worst, into.kept);
}

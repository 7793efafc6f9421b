// What many runs of one setting amount to: figures, distributions and the seeds worth a look, as one JSON value. The
// same runs give the same bytes, in whichever order and by however many workers they were made.

import type { Setting } from '../options.ts';
import type { Judgement, PhaseName, RunResult } from '../result.ts';
import type { Budget } from './budget.ts';
import { type Distribution, distributionOf } from './histogram.ts';
import { add, createTally, type FigureName, type Named, type Tally } from './tally.ts';
import type { WorstRun } from './worst.ts';

export interface NamedCount {
  readonly name: string;
  readonly runs: number;
  readonly perThousand: number;
  /** The smallest seeds that show it. */
  readonly seeds: readonly number[];
}

export interface Summary {
  readonly label: string;
  readonly setting: Setting;
  readonly budget: Budget;
  /** `violated` if any run is. */
  readonly verdict: RunResult['verdict'];
  readonly runs: number;
  readonly violatedRuns: number;
  /** Runs in which a region was lost to its viewers: what RTO, and the time until somebody was told, are counted over. */
  readonly lossRuns: number;
  /** Runs with a second phase: what convergence is counted over. */
  readonly healedRuns: number;
  /** By invariant, most frequent first. */
  readonly violations: readonly NamedCount[];
  readonly judgements: Readonly<Record<Judgement, { readonly runs: number; readonly perThousand: number }>>;
  /**
   * RTO and told: seconds from the loss. RPO and lost writes: over runs in which data was at stake; rescued writes
   * over those that lost some. Converged: seconds from the beginning of the second phase.
   */
  readonly figures: Readonly<Record<FigureName, Distribution>>;
  readonly phases: Readonly<Record<PhaseName, Distribution>>;
  /** Of all requests of all runs; null where none was made. */
  readonly succeeded: {
    readonly all: number | null;
    readonly writes: number | null;
    readonly reads: number | null;
    readonly assets: number | null;
  };
  /** What had not come back when the second phase's time was over, most frequent first. */
  readonly missing: readonly NamedCount[];
  readonly steps: number;
  readonly simulatedSeconds: number;
  readonly worst: readonly WorstRun[];
}

const byName = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const namedCounts = (found: Readonly<Record<string, Named>>, ofRuns: number): readonly NamedCount[] =>
  Object.entries(found)
    .map(([name, { runs, seeds }]) => ({ name, runs, perThousand: perThousand(runs, ofRuns), seeds }))
    .sort((one, other) => other.runs - one.runs || byName(one.name, other.name));

const perThousand = (part: number, whole: number): number => (whole === 0 ? 0 : (part * 1000) / whole);

function succeededOf({ asked, succeeded }: Tally): Summary['succeeded'] {
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    all: share(
      succeeded.writes + succeeded.reads + succeeded.assets,
      asked.writes + asked.reads + asked.assets,
    ),
    writes: share(succeeded.writes, asked.writes),
    reads: share(succeeded.reads, asked.reads),
    assets: share(succeeded.assets, asked.assets),
  };
}

export function summaryOf(tally: Tally): Summary {
  const { label, setting, budget, runs, histograms, phases, judgements } = tally;
  const judged = (judgement: Judgement) => ({
    runs: judgements[judgement],
    perThousand: perThousand(judgements[judgement], runs),
  });
  return {
    label,
    setting,
    budget,
    verdict: tally.violatedRuns > 0 ? 'violated' : 'safe',
    runs,
    violatedRuns: tally.violatedRuns,
    lossRuns: tally.lossRuns,
    healedRuns: tally.healedRuns,
    violations: namedCounts(tally.invariants, runs),
    judgements: {
      'none-needed': judged('none-needed'),
      right: judged('right'),
      wrong: judged('wrong'),
      missed: judged('missed'),
    },
    figures: {
      rtoWrites: distributionOf(histograms.rtoWrites),
      rtoReads: distributionOf(histograms.rtoReads),
      rpo: distributionOf(histograms.rpo),
      lostWrites: distributionOf(histograms.lostWrites),
      rescuedWrites: distributionOf(histograms.rescuedWrites),
      told: distributionOf(histograms.told),
      converged: distributionOf(histograms.converged),
    },
    phases: {
      detect: distributionOf(phases.detect),
      decide: distributionOf(phases.decide),
      promote: distributionOf(phases.promote),
      redirect: distributionOf(phases.redirect),
      recover: distributionOf(phases.recover),
    },
    succeeded: succeededOf(tally),
    missing: namedCounts(tally.missing, runs),
    steps: tally.steps,
    simulatedSeconds: tally.thousandthSeconds / 1000,
    worst: tally.worst,
  };
}

/** Takes the runs one by one: they need not be in memory together. */
export function summarize(
  label: string,
  setting: Setting,
  results: Iterable<RunResult>,
  kept = 5,
  budget?: Budget,
): Summary {
  const tally = createTally(label, setting, budget === undefined ? { kept } : { kept, budget });
  for (const result of results) add(tally, result);
  return summaryOf(tally);
}

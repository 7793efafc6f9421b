// The availability claim, put to the test: thousands of years of failures lived through by each architecture, and what
// came out, with its error. The seed settles every draw: the same seed, table and recoveries make the same report.

import type { Claim } from './claims.ts';
import { ceilingSentences, judgeClaims } from './claims.ts';
import { drawYear, YEAR_SECONDS } from './failure-events.ts';
import type { FailureTable } from './failure-rates.ts';
import { CAUSES } from './failure-rates.ts';
import type { Charge, Outage } from './outages.ts';
import { chargeUnion } from './outages.ts';
import type { PromisedLevel } from './service-levels.ts';
import { promised } from './service-levels.ts';
import type { Estimate } from './statistics.ts';
import { meanOf, percentile, shareOf } from './statistics.ts';
import type { Architecture, RecoverySample } from './year.ts';
import { ARCHITECTURES, outagesOf } from './year.ts';

export interface AvailabilityOptions {
  readonly years: number;
  readonly seed: number;
}

export interface BudgetLine {
  readonly cause: Charge;
  readonly minutesAYear: number;
  /** Of the architecture's minutes down. */
  readonly share: number;
}

export interface Figures {
  /** Of the time. */
  readonly availability: Estimate;
  readonly minutesDown: {
    readonly mean: Estimate;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly worst: number;
  };
  /** Share of the years that stay within it: 52.6 and 525.6 minutes. */
  readonly yearsKeeping: { readonly '99.99 %': Estimate; readonly '99.9 %': Estimate };
  /** Where the minutes went, largest first. */
  readonly budget: readonly BudgetLine[];
}

export interface ArchitectureReport {
  readonly writes: Figures;
  /** Reads that reach the application; what an edge has cached goes on. */
  readonly reads: Figures;
  readonly promised: PromisedLevel;
}

export interface RecoverySummary {
  readonly runs: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly worstSeconds: number;
}

/** Most rates are judgement: what the mean availability of writes would be, were every one of them off by this factor. */
export interface Sensitivity {
  readonly factor: number;
  readonly availability: Readonly<Record<Architecture, Estimate>>;
}

export interface AvailabilityReport {
  readonly years: number;
  readonly seed: number;
  readonly table: FailureTable;
  readonly recovery: {
    readonly writes: RecoverySummary;
    readonly reads: RecoverySummary;
    readonly missedShare: number;
  };
  readonly architectures: Readonly<Record<Architecture, ArchitectureReport>>;
  readonly sensitivity: readonly Sensitivity[];
  readonly claims: readonly Claim[];
  /** What no second region can give back, in words. */
  readonly ceiling: readonly string[];
}

export function availability(
  table: FailureTable,
  sample: RecoverySample,
  options: AvailabilityOptions,
): AvailabilityReport {
  refuseUnusable(sample, options);
  const ledgers = livedThrough(table, sample, options);
  const report = (architecture: Architecture): ArchitectureReport => ({
    writes: figuresOf(ledgers[architecture].writes),
    reads: figuresOf(ledgers[architecture].reads),
    promised: promised(architecture),
  });
  const architectures = {
    'single-zone': report('single-zone'),
    'multi-zone': report('multi-zone'),
    'multi-region': report('multi-region'),
  };
  return {
    years: options.years,
    seed: options.seed,
    table,
    recovery: {
      writes: summaryOf(sample.rtoWritesSeconds),
      reads: summaryOf(sample.rtoReadsSeconds),
      missedShare: sample.missedShare,
    },
    architectures,
    sensitivity: [0.5, 2].map((factor) => sensitivityTo(factor, table, sample, options)),
    claims: judgeClaims(architectures),
    ceiling: ceilingSentences(architectures),
  };
}

function refuseUnusable(sample: RecoverySample, { years }: AvailabilityOptions): void {
  const usable = (values: readonly number[]): boolean =>
    values.length > 0 && values.every((value) => Number.isFinite(value) && value >= 0);
  for (const name of ['rtoWritesSeconds', 'rtoReadsSeconds'] as const)
    if (!usable(sample[name]))
      throw new RangeError(`${name} must hold at least one recovery time in seconds, all of them ≥ 0`);
  if (!(sample.missedShare >= 0 && sample.missedShare <= 1))
    throw new RangeError(`missedShare is ${sample.missedShare}; allowed: a share from 0 to 1`);
  if (!Number.isInteger(years) || years < 2)
    throw new RangeError(`years is ${years}; allowed: a whole number of at least 2`);
}

/** Minutes down of every year, and to what they were charged. */
interface Ledger {
  readonly minutes: Float64Array;
  readonly charged: Map<Charge, number>;
}

type Ledgers = Readonly<Record<Architecture, { readonly writes: Ledger; readonly reads: Ledger }>>;

function livedThrough(table: FailureTable, sample: RecoverySample, options: AvailabilityOptions): Ledgers {
  const ledger = (): Ledger => ({ minutes: new Float64Array(options.years), charged: new Map() });
  const pair = (): Ledgers[Architecture] => ({ writes: ledger(), reads: ledger() });
  const ledgers: Ledgers = { 'single-zone': pair(), 'multi-zone': pair(), 'multi-region': pair() };
  for (let year = 0; year < options.years; year++) {
    const events = drawYear(table, options.seed, year);
    for (const architecture of ARCHITECTURES) {
      const { writes, reads } = outagesOf(architecture, events, table.topology, sample);
      enter(ledgers[architecture].writes, year, writes);
      enter(ledgers[architecture].reads, year, reads);
    }
  }
  return ledgers;
}

function enter({ minutes, charged }: Ledger, year: number, outages: readonly Outage[]): void {
  const seconds = chargeUnion(outages, (cause, added) =>
    charged.set(cause, (charged.get(cause) ?? 0) + added),
  );
  minutes[year] = Math.min(seconds, YEAR_SECONDS) / 60;
}

function figuresOf({ minutes, charged }: Ledger): Figures {
  const years = minutes.length;
  const yearMinutes = YEAR_SECONDS / 60;
  const mean = meanOf(minutes);
  const sorted = minutes.toSorted();
  const keeping = (level: number): Estimate =>
    shareOf(minutes.filter((one) => one <= (1 - level) * yearMinutes).length, years);
  const total = [...charged.values()].reduce((sum, seconds) => sum + seconds, 0);
  return {
    availability: {
      value: 1 - mean.value / yearMinutes,
      low: Math.max(0, 1 - mean.high / yearMinutes),
      high: Math.min(1, 1 - mean.low / yearMinutes),
    },
    minutesDown: {
      mean,
      p50: percentile(sorted, 0.5),
      p90: percentile(sorted, 0.9),
      p99: percentile(sorted, 0.99),
      worst: percentile(sorted, 1),
    },
    yearsKeeping: { '99.99 %': keeping(0.9999), '99.9 %': keeping(0.999) },
    budget: [...charged]
      .map(([cause, seconds]) => ({ cause, minutesAYear: seconds / 60 / years, share: seconds / total }))
      .sort((one, other) => other.minutesAYear - one.minutesAYear),
  };
}

/** A fifth of the years is enough to see in which digit it shows. */
function sensitivityTo(
  factor: number,
  table: FailureTable,
  sample: RecoverySample,
  { years, seed }: AvailabilityOptions,
): Sensitivity {
  const causes = { ...table.causes };
  for (const cause of CAUSES)
    causes[cause] = { ...causes[cause], eventsPerYear: factor * causes[cause].eventsPerYear };
  const fewer = { years: Math.max(2, Math.ceil(years / 5)), seed };
  const ledgers = livedThrough({ ...table, causes }, sample, fewer);
  const mean = (architecture: Architecture): Estimate => figuresOf(ledgers[architecture].writes).availability;
  return {
    factor,
    availability: {
      'single-zone': mean('single-zone'),
      'multi-zone': mean('multi-zone'),
      'multi-region': mean('multi-region'),
    },
  };
}

function summaryOf(values: readonly number[]): RecoverySummary {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    runs: values.length,
    p50Seconds: percentile(sorted, 0.5),
    p95Seconds: percentile(sorted, 0.95),
    worstSeconds: percentile(sorted, 1),
  };
}

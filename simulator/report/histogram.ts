// Many figures in little room: counts in fixed bins, so that a million runs take no more memory than a thousand and
// the bins of two workers can be added. Extremes are exact; the sum is kept in whole thousandths, so that adding in
// another order gives the same mean to the last digit. Plain JSON values throughout.

/** `seconds`: each second up to 90 minutes, then one bin. The others: 40 bins a decade, and one for what lies below. */
export type Scale = 'seconds' | 'log-seconds' | 'log-count';

/** Longer than a run, whose two phases take 75 minutes. */
const LAST_SECOND = 5400;
const PER_DECADE = 40;
const LEAST: Readonly<Record<Exclude<Scale, 'seconds'>, number>> = { 'log-seconds': 0.001, 'log-count': 1 };

export interface Histogram {
  readonly scale: Scale;
  /** What is allowed, where something is. */
  readonly budget: number | null;
  count: number;
  /** Cases in which the figure was not reached within the run. They count as longer than any other. */
  never: number;
  within: number;
  least: number | null;
  most: number | null;
  sumThousandths: number;
  /** Bin → cases; empty bins are absent. */
  readonly bins: Record<string, number>;
}

export const emptyHistogram = (scale: Scale, budget: number | null = null): Histogram => ({
  scale,
  budget,
  count: 0,
  never: 0,
  within: 0,
  least: null,
  most: null,
  sumThousandths: 0,
  bins: {},
});

/** The interval [from, to) of a bin; the last bin of seconds has no end. */
export function binEdges(scale: Scale, bin: number): readonly [from: number, to: number] {
  if (scale === 'seconds') return [bin, bin >= LAST_SECOND ? Number.POSITIVE_INFINITY : bin + 1];
  const edge = (n: number): number => LEAST[scale] * 10 ** (n / PER_DECADE);
  return bin === 0 ? [0, edge(0)] : [edge(bin - 1), edge(bin)];
}

export function binOf(scale: Scale, value: number): number {
  if (scale === 'seconds') return Math.min(LAST_SECOND, Math.max(0, Math.floor(value)));
  if (value < LEAST[scale]) return 0;
  const bin = Math.max(1, Math.floor(Math.log10(value / LEAST[scale]) * PER_DECADE) + 1);
  // The logarithm of an edge may round to either side of it.
  const [from, to] = binEdges(scale, bin);
  return value < from ? bin - 1 : value >= to ? bin + 1 : bin;
}

/** null: never reached. */
export function count(into: Histogram, value: number | null): void {
  if (value === null) {
    into.never++;
    return;
  }
  if (!Number.isFinite(value))
    throw new Error(`a figure of a run is ${value}; only finite numbers can be counted`);
  const bin = binOf(into.scale, value);
  into.bins[bin] = (into.bins[bin] ?? 0) + 1;
  into.count++;
  into.sumThousandths += Math.round(value * 1000);
  into.least = Math.min(into.least ?? value, value);
  into.most = Math.max(into.most ?? value, value);
  if (into.budget !== null && value <= into.budget) into.within++;
}

const chosen = (choose: (...values: number[]) => number, one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : choose(one, other);

export function addHistogram(into: Histogram, other: Histogram): void {
  if (into.scale !== other.scale || into.budget !== other.budget)
    throw new Error(
      `histograms of ${other.scale} (budget ${other.budget}) cannot be added to ${into.scale} (budget ${into.budget})`,
    );
  into.count += other.count;
  into.never += other.never;
  into.within += other.within;
  into.sumThousandths += other.sumThousandths;
  into.least = chosen(Math.min, into.least, other.least);
  into.most = chosen(Math.max, into.most, other.most);
  for (const [bin, cases] of Object.entries(other.bins)) into.bins[bin] = (into.bins[bin] ?? 0) + cases;
}

export const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type Percentile = (typeof PERCENTILES)[number];
/** Whole numbers: 0.999 × n may round to the wrong rank. */
const PER_MILLE: Readonly<Record<Percentile, number>> = {
  p50: 500,
  p90: 900,
  p95: 950,
  p99: 990,
  'p99.9': 999,
};

const filled = ({ bins }: Histogram): readonly (readonly [bin: number, cases: number])[] =>
  Object.entries(bins)
    .map(([bin, cases]) => [Number(bin), cases] as const)
    .sort(([one], [other]) => one - other);

/**
 * The value that so many of a thousand cases do not exceed (nearest rank), as exactly as its bin tells; null where
 * that case never got there, or there is none.
 */
export function percentile(of: Histogram, which: Percentile): number | null {
  const rank = Math.max(1, Math.ceil(((of.count + of.never) * PER_MILLE[which]) / 1000));
  if (of.count === 0 || rank > of.count || of.least === null || of.most === null) return null;
  if (rank === of.count) return of.most;
  let before = 0;
  for (const [bin, cases] of filled(of)) {
    if (before + cases < rank) {
      before += cases;
      continue;
    }
    const [from, to] = binEdges(of.scale, bin);
    // Below a logarithmic scale lies, as a rule, nothing: no loss at all.
    if (bin === 0 && of.scale !== 'seconds') return Math.max(from, of.least);
    const end = Math.min(to, of.most);
    const value = from + ((end - from) * (rank - before - 0.5)) / cases;
    return Math.min(of.most, Math.max(of.least, value));
  }
  return of.most;
}

/** What a summary says of a histogram. */
export interface Distribution {
  readonly scale: Scale;
  readonly count: number;
  readonly never: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** null: a case at that rank never got there, or there is none. */
  readonly percentiles: Readonly<Record<Percentile, number | null>>;
  readonly budget: number | null;
  /** Of all cases, those that never got there included; null without a budget or a case. */
  readonly shareWithinBudget: number | null;
  /** [from, to, cases], ascending, empty ones left out; to is null where there is no end. */
  readonly bins: readonly (readonly [from: number, to: number | null, cases: number])[];
}

export function distributionOf(histogram: Histogram): Distribution {
  const { scale, count, never, least, most, sumThousandths, budget, within } = histogram;
  const cases = count + never;
  return {
    scale,
    count,
    never,
    min: least,
    max: most,
    mean: count === 0 ? null : sumThousandths / 1000 / count,
    percentiles: {
      p50: percentile(histogram, 'p50'),
      p90: percentile(histogram, 'p90'),
      p95: percentile(histogram, 'p95'),
      p99: percentile(histogram, 'p99'),
      'p99.9': percentile(histogram, 'p99.9'),
    },
    budget,
    shareWithinBudget: budget === null || cases === 0 ? null : within / cases,
    bins: filled(histogram).map(([bin, inBin]) => {
      const [from, to] = binEdges(scale, bin);
      return [from, Number.isFinite(to) ? to : null, inBin] as const;
    }),
  };
}

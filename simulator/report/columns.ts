// Fine bins gathered into the few columns that a picture has, the same for every distribution in it. What lies beyond
// the last column and what was never reached have columns of their own: nothing is left out.

import { roundUp, stepFor } from './axis.ts';
import { type Distribution, PERCENTILES } from './histogram.ts';

export interface Column {
  readonly from: number;
  readonly to: number;
  /** Shares of each distribution's cases, in their order. */
  readonly shares: readonly number[];
}

export interface Columns {
  readonly logarithmic: boolean;
  readonly columns: readonly Column[];
  readonly beyond: readonly number[];
  readonly never: readonly number[];
  readonly from: number;
  readonly to: number;
}

const MOST_COLUMNS = 60;
/** Columns of a logarithmic picture: the fine bins have 40 a decade. */
const PER_DECADE = 8;

const cases = ({ count, never }: Distribution): number => count + never;
const share = (part: number, of: Distribution): number => (cases(of) === 0 ? 0 : part / cases(of));

/** The largest figure that deserves a column: extremes alone must not squeeze all others. */
function reach(all: readonly Distribution[]): number {
  const figures = all.flatMap(({ percentiles, max, budget }) => [
    PERCENTILES.map((which) => percentiles[which]).findLast((value) => value !== null) ?? max ?? 0,
    (budget ?? 0) * 1.2,
  ]);
  return Math.max(...figures, 0);
}

function edgesOf(all: readonly Distribution[], logarithmic: boolean): readonly number[] {
  const most = reach(all);
  if (!logarithmic) {
    const width = stepFor(Math.max(1, most), MOST_COLUMNS);
    return Array.from({ length: Math.max(1, Math.ceil(most / width)) + 1 }, (_, n) => n * width);
  }
  const least = all[0]?.scale === 'log-count' ? 1 : 0.001;
  const decades = Math.max(3, Math.ceil(Math.log10(Math.max(most, least) / least) - 1e-9));
  return [0, ...Array.from({ length: decades * PER_DECADE + 1 }, (_, n) => least * 10 ** (n / PER_DECADE))];
}

function gather(of: Distribution, edges: readonly number[]): { shares: readonly number[]; beyond: number } {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let beyond = 0;
  let column = 0;
  for (const [from, to, inBin] of of.bins) {
    // Fine bins end where columns end, but for the last digit.
    const middle = to === null ? from : (from + to) / 2;
    while (column < counts.length && middle >= edges[column + 1]!) column++;
    if (column < counts.length) counts[column] = counts[column]! + inBin;
    else beyond += inBin;
  }
  return { shares: counts.map((count) => share(count, of)), beyond: share(beyond, of) };
}

export function columnsOf(all: readonly Distribution[]): Columns {
  const isLog = all[0]?.scale !== 'seconds';
  const edges = edgesOf(all, isLog);
  const gathered = all.map((of) => gather(of, edges));
  return {
    logarithmic: isLog,
    columns: edges.slice(1).map((to, n) => ({
      from: edges[n]!,
      to,
      shares: gathered.map(({ shares }) => shares[n]!),
    })),
    beyond: gathered.map(({ beyond }) => beyond),
    never: all.map((of) => share(of.never, of)),
    from: edges[isLog ? 1 : 0]!,
    to: edges.at(-1)!,
  };
}

/** The height that the highest column fills. */
export const highest = ({ columns, beyond, never }: Columns): number =>
  Math.min(1, roundUp(Math.max(0.001, ...columns.flatMap(({ shares }) => shares), ...beyond, ...never)));

// The rows that a summary has beside another one: name, figure, and which direction is the better one. One table for
// the terminal and the page, so that both compare the same things.

import { PHASES } from '../result.ts';
import { countText, differenceText, percentText, perThousandText, secondsText } from './figures.ts';
import type { Distribution, Percentile } from './histogram.ts';
import type { Summary } from './summary.ts';
import { FIGURE_NAMES } from './tally.ts';

type Unit = 'seconds' | 'share' | 'per thousand' | 'count';

export interface ComparedRow {
  readonly group: string;
  readonly name: string;
  readonly better: 'less' | 'more' | 'neither';
  readonly figures: readonly (number | null)[];
  readonly texts: readonly string[];
  /** Of the second to the first; empty unless there are two. */
  readonly difference: string;
  readonly verdict: 'better' | 'worse' | '';
}

type Figure = (summary: Summary) => number | null;
type Row = readonly [
  group: string,
  name: string,
  unit: Unit,
  better: ComparedRow['better'],
  figure: Figure,
  /** What a missing figure is called. */
  none?: (summary: Summary) => string,
  /** Bins are so wide at this value: closer than that two figures cannot be told apart. */
  noise?: (value: number) => number,
];

/** A logarithmic bin's width, as a share of its value. */
const LOG_BIN = 10 ** (1 / 40) - 1;

const noneOf = ({ never }: Distribution): string => (never > 0 ? 'never' : '–');

function percentileRows(
  group: string,
  prefix: string,
  unit: Unit,
  of: (summary: Summary) => Distribution,
  which: readonly Percentile[],
): readonly Row[] {
  return which.map(
    (one): Row => [
      group,
      `${prefix}${one}`,
      unit,
      'less',
      (summary) => {
        const value = of(summary).percentiles[one];
        return value !== null && unit === 'count' ? Math.round(value) : value;
      },
      (summary) => noneOf(of(summary)),
      (value) => (group === 'RPO' || unit === 'count' ? value * LOG_BIN : 1),
    ],
  );
}

const distributionRows = (
  figure: 'rtoWrites' | 'rtoReads' | 'rpo',
  which: readonly Percentile[],
): readonly Row[] => {
  const group = FIGURE_NAMES[figure];
  return [
    ...percentileRows(group, '', 'seconds', ({ figures }) => figures[figure], which),
    [group, 'within budget', 'share', 'more', ({ figures }) => figures[figure].shareWithinBudget],
  ];
};

const neverShare = ({ count, never }: Distribution): number | null =>
  count + never === 0 ? null : (never * 1000) / (count + never);

const ROWS: readonly Row[] = [
  ['Runs', 'runs', 'count', 'neither', ({ runs }) => runs],
  [
    'Runs',
    'with a broken invariant',
    'per thousand',
    'less',
    ({ violatedRuns, runs }) => (runs === 0 ? null : (violatedRuns * 1000) / runs),
  ],
  ['Judgement', 'right', 'per thousand', 'neither', ({ judgements }) => judgements.right.perThousand],
  ['Judgement', 'wrong', 'per thousand', 'less', ({ judgements }) => judgements.wrong.perThousand],
  ['Judgement', 'missed', 'per thousand', 'less', ({ judgements }) => judgements.missed.perThousand],
  ...distributionRows('rtoWrites', ['p50', 'p90', 'p95', 'p99', 'p99.9']),
  ['RTO writes', 'never recovered', 'per thousand', 'less', ({ figures }) => neverShare(figures.rtoWrites)],
  ...distributionRows('rtoReads', ['p50', 'p99']),
  ...distributionRows('rpo', ['p50', 'p99']),
  ...percentileRows('Lost writes', '', 'count', ({ figures }) => figures.lostWrites, ['p50', 'p99']),
  ['Lost writes', 'mean', 'count', 'less', ({ figures }) => figures.lostWrites.mean],
  ...PHASES.flatMap((phase) =>
    percentileRows('Phases', `${phase} `, 'seconds', ({ phases }) => phases[phase], ['p50', 'p99']),
  ),
  ['Requests', 'all that succeeded', 'share', 'more', ({ succeeded }) => succeeded.all],
  ['Requests', 'writes that succeeded', 'share', 'more', ({ succeeded }) => succeeded.writes],
  ['Requests', 'reads that succeeded', 'share', 'more', ({ succeeded }) => succeeded.reads],
  ...percentileRows('Told', '', 'seconds', ({ figures }) => figures.told, ['p50', 'p99']),
  ...percentileRows('Converged', '', 'seconds', ({ figures }) => figures.converged, ['p50', 'p99']),
];

function worded(unit: Unit, value: number): string {
  switch (unit) {
    case 'seconds':
      return secondsText(value);
    case 'share':
      return percentText(value);
    case 'per thousand':
      return `${perThousandText(value)} ‰`;
    case 'count':
      return Number.isInteger(value) || value >= 100 ? countText(value) : value.toFixed(1);
  }
}

/** Of two shares the difference is in percentage points. */
const differenceWord = (unit: Unit) => (size: number) =>
  unit === 'share' ? `${(size * 100).toFixed(2)} points` : worded(unit, size);

/** Never is longer than anything; what was not counted at all compares with nothing. */
function verdictOf(row: Omit<ComparedRow, 'verdict'>): ComparedRow['verdict'] {
  const [before, after, ...others] = row.figures.map((figure, n) =>
    figure === null && row.texts[n] === 'never' ? Number.POSITIVE_INFINITY : figure,
  );
  if (before == null || after == null || others.length > 0) return '';
  if (row.better === 'neither' || row.difference === 'same') return '';
  return after < before === (row.better === 'less') ? 'better' : 'worse';
}

/** Two runs of one schedule differ by their policies; storms and single losses differ by what happened to them. */
export function comparable(summaries: readonly Summary[]): boolean {
  const [one, other] = summaries;
  return summaries.length === 2 && one?.setting.schedule === other?.setting.schedule;
}

export function comparedRows(summaries: readonly Summary[]): readonly ComparedRow[] {
  return ROWS.map(([group, name, unit, better, figure, none, noise]) => {
    const figures = summaries.map(figure);
    const [before = null, after = null] = figures;
    const blur = noise?.(Math.max(before ?? 0, after ?? 0)) ?? 0;
    const texts = figures.map((value, n) =>
      value === null ? (none?.(summaries[n]!) ?? '–') : worded(unit, value),
    );
    const compared = comparable(summaries) && texts.some((text) => text !== '–');
    const difference = compared ? differenceText(before, after, differenceWord(unit), blur) : '';
    const row = {
      group,
      name,
      better,
      figures,
      texts,
      difference,
    };
    return { ...row, verdict: verdictOf(row) };
  });
}

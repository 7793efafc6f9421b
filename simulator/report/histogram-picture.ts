// A distribution as a picture: bars for the first, stepped lines for those laid over it, a dashed line where the
// budget ends, and below the axis where the percentiles lie. The table beside it says the same in figures.

import { linear, logarithmic, ticks } from './axis.ts';
import { type Columns, columnsOf, highest } from './columns.ts';
import { markup } from './escape.ts';
import { countText, givenSeconds, percentText, secondsText } from './figures.ts';
import { type Distribution, PERCENTILES } from './histogram.ts';
import { line, path, place, rect, stripes, svg, text } from './svg.ts';

export interface Series {
  readonly label: string;
  readonly of: Distribution;
}

const WIDTH = 620;
const LEFT = 58;
/** Columns for “nothing”, “more” and “never” stand apart from the axis. */
const APART = 54;
const TOP = 30;
const BASE = 196;
const RAIL = 22;

const valueText = (of: Distribution, value: number): string =>
  of.scale === 'log-count' ? countText(value) : secondsText(value);

const roundText = (of: Distribution, value: number): string =>
  of.scale === 'log-count' ? countText(value) : givenSeconds(value);

interface Frame {
  readonly id: string;
  readonly series: readonly Series[];
  readonly columns: Columns;
  readonly x: (value: number) => number;
  readonly y: (share: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

function frameOf(id: string, series: readonly Series[]): Frame {
  const columns = columnsOf(series.map(({ of }) => of));
  const left = LEFT + (columns.logarithmic ? APART + 12 : 0);
  const right = WIDTH - 24 - 2 * APART;
  const axis = columns.logarithmic ? logarithmic : linear;
  return {
    id,
    series,
    columns,
    x: axis(columns.from, columns.to, left, right),
    y: linear(0, highest(columns), BASE, TOP),
    left,
    right,
    top: highest(columns),
  };
}

interface Slot {
  readonly from: number;
  readonly to: number;
  readonly words: string;
  readonly over: boolean;
  readonly shares: readonly number[];
}

/** What is drawn from left to right; slots outside the axis are named below it. */
function slotsOf({ columns, series, x, right }: Frame): readonly Slot[] {
  const first = series[0]!.of;
  const budget = first.budget ?? Number.POSITIVE_INFINITY;
  const inner = columns.logarithmic ? columns.columns.slice(1) : columns.columns;
  const nothing = columns.logarithmic ? columns.columns.slice(0, 1) : [];
  const aside = (at: number, words: string, shares: readonly number[]): Slot => ({
    from: at,
    to: at + APART - 14,
    words,
    over: first.budget !== null,
    shares,
  });
  return [
    ...nothing.map(({ shares }) => ({ ...aside(LEFT + 4, 'none', shares), over: false })),
    ...inner.map(({ from, to, shares }) => ({
      from: x(from),
      to: x(to),
      words: `${valueText(first, from)} to ${valueText(first, to)}`,
      over: from >= budget * (1 - 1e-9),
      shares,
    })),
    aside(right + 24, 'more', columns.beyond),
    aside(right + 24 + APART, 'never', columns.never),
  ];
}

function bars({ id, y }: Frame, slots: readonly Slot[]): string {
  return slots
    .map(({ from, to, words, over, shares }) => {
      const share = shares[0] ?? 0;
      if (share === 0) return '';
      const top = Math.min(y(share), BASE - 1);
      return rect(from + 0.4, top, to - from - 0.8, BASE - top, over ? 'bar-over' : 'bar-first', {
        ...(over ? { pattern: `${id}-over` } : {}),
        title: `${words}: ${percentText(share)}${over ? ', over the budget' : ''}`,
      });
    })
    .join('');
}

/** A stepped line along the tops, in pieces where slots stand apart. */
function steps({ y }: Frame, slots: readonly Slot[], n: number, label: string): string {
  let reached = Number.NaN;
  const d = slots
    .map(({ from, to, shares }) => {
      const joined = Math.abs(reached - from) < 0.5;
      reached = to;
      const top = place(y(shares[n] ?? 0));
      return `${joined ? '' : `M${place(from)} ${BASE}`}L${place(from)} ${top}H${place(to)}${joined ? '' : ''}`;
    })
    .join('');
  return path(d, `steps steps-${n}`, label);
}

function axes(frame: Frame, slots: readonly Slot[]): string {
  const { columns, x, y, left, right, top } = frame;
  const of = frame.series[0]!.of;
  const decades = (): readonly number[] => {
    const found: number[] = [];
    for (let at = columns.from; at <= columns.to * 1.001; at *= 10) found.push(at);
    return found;
  };
  const marks = columns.logarithmic ? decades() : ticks(columns.from, columns.to, 8);
  const aside = slots.filter(({ words }) => ['none', 'more', 'never'].includes(words));
  return [
    ...[0, 0.5, 1].map(
      (part) =>
        line(LEFT, y(top * part), WIDTH - 14, y(top * part), part === 0 ? 'base' : 'grid') +
        text(LEFT - 8, y(top * part) + 4, percentText(top * part), 'axis', 'end'),
    ),
    ...marks.map(
      (at) =>
        line(x(at), BASE, x(at), BASE + 4, 'base') +
        text(
          x(at),
          BASE + 17,
          Number.isInteger(at) && !columns.logarithmic ? `${at}` : roundText(of, at),
          'axis',
          'middle',
        ),
    ),
    ...aside.map(({ from, to, words }) => text((from + to) / 2, BASE + 17, words, 'axis', 'middle')),
    line(left, BASE, right, BASE, 'base'),
  ].join('');
}

/** Where the percentiles of each lie: a circle for half, a diamond for p90, a triangle for p99. */
function rails({ series, x, left, right }: Frame): string {
  return series
    .map(({ label, of }, n) => {
      const y = BASE + 34 + n * RAIL;
      const mark = (value: number | null, words: string, d: (at: string) => string): string =>
        value === null
          ? ''
          : path(
              d(`M${place(x(value))} ${place(y)}`),
              `mark mark-${n}`,
              `${label}: ${words} ${valueText(of, value)}`,
            );
      return [
        text(LEFT - 8, y + 4, series.length > 1 ? `${n + 1}` : '', 'axis strong', 'end'),
        line(left, y, right, y, 'grid'),
        mark(of.percentiles.p50, 'half within', (at) => `${at}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`),
        mark(of.percentiles.p90, 'p90', (at) => `${at}m0 -6l6 6l-6 6l-6 -6z`),
        mark(of.percentiles.p99, 'p99', (at) => `${at}m0 -6l6 11h-12z`),
      ].join('');
    })
    .join('');
}

function limit({ x, columns }: Frame, budget: number | null, word: string): string {
  if (budget === null || budget < columns.from || budget > columns.to) return '';
  const at = x(budget);
  return line(at, TOP - 8, at, BASE, 'limit') + text(at, TOP - 13, `budget ${word}`, 'axis strong', 'middle');
}

const described = (series: readonly Series[]): string =>
  series
    .map(({ label, of }) => {
      const parts = PERCENTILES.map((which) => {
        const value = of.percentiles[which];
        return `${which} ${value === null ? (of.never > 0 ? 'never' : 'none') : valueText(of, value)}`;
      });
      return `${label}: ${countText(of.count + of.never)} cases, ${parts.join(', ')}, never in ${countText(of.never)}.`;
    })
    .join(' ');

/** A picture of one figure; null where nothing was counted. */
export function histogramSvg(id: string, title: string, series: readonly Series[]): string | null {
  const first = series[0];
  if (!first || series.every(({ of }) => of.count + of.never === 0)) return null;
  const frame = frameOf(id, series);
  const slots = slotsOf(frame);
  const budget = first.of.budget;
  return svg(id, WIDTH, BASE + 34 + series.length * RAIL, title, described(series), [
    `<defs>${stripes(`${id}-over`, 'over', 45)}</defs>`,
    axes(frame, slots),
    bars(frame, slots),
    ...series.slice(1).map(({ label }, n) => steps(frame, slots, n + 1, label)),
    limit(frame, budget, budget === null ? '' : roundText(first.of, budget)),
    rails(frame),
  ]);
}

/** How the series are told apart, in words and shapes. */
export function legend(labels: readonly string[]): string {
  const shapes = labels.map((label, n) => {
    const shape =
      n === 0
        ? '<rect x="0" y="2" width="26" height="12" class="bar-first"/>'
        : `<path d="M0 13V4H13V9H26" class="steps steps-${n}"/>`;
    const name = n === 0 ? 'bars' : 'line';
    return `<li><svg xmlns="http://www.w3.org/2000/svg" class="shape" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">${shape}</svg> ${labels.length > 1 ? `<b>${n + 1}</b> ${name}: ` : ''}${markup(label)}</li>`;
  });
  return `<ul class="legend">${shapes.join('')}<li>● half</li><li>◆ p90</li><li>▲ p99</li><li>┆ budget; striped: over it</li></ul>`;
}

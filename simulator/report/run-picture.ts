// One run as lanes over time. Faults are striped, outages cross-striped, recovery plain, broken invariants diamonds:
// form and place say what colour says. Events that lie closer than a line is wide share one mark.

import type { RunResult } from '../result.ts';
import { linear, ticks } from './axis.ts';
import { secondsText } from './figures.ts';
import { lanesOf, type Mark, type RunLane, type Span, windowOf } from './run-lanes.ts';
import { line, path, place, rect, stripes, svg, text, textWidth } from './svg.ts';
import { headlineOf } from './worst.ts';

const WIDTH = 1240;
const LEFT = 132;
const RIGHT = 1218;
const GUTTER = 10;
const SPAN_HEIGHT = 22;
const LABEL_ROW = 15;
const LABEL_ROWS = 2;
const BETWEEN = 9;
const TOP = 30;
const AXIS = 26;
const FONT = 12;
/** What a mark's tooltip holds. */
const MOST_WORDS = 6;

interface Frame {
  readonly id: string;
  readonly x: (seconds: number) => number;
  readonly from: number;
  readonly to: number;
}

function spanDrawn({ id, x, to }: Frame, span: Span, top: number): string {
  const end = span.toSeconds ?? to;
  if (end < 0 || x(end) <= LEFT) return '';
  const left = x(span.fromSeconds);
  const width = Math.max(2, x(end) - left);
  const pattern = span.kind === 'fault' || span.kind === 'outage' ? { pattern: `${id}-${span.kind}` } : {};
  const bar = rect(left, top, width, SPAN_HEIGHT, `span-${span.kind}`, { ...pattern, title: span.words });
  const wide = textWidth(span.label, FONT) + 10;
  const y = top + 15;
  if (wide < width) return bar + text(left + 5, y, span.label, 'span-label halo');
  if (span.kind === 'phase') return bar;
  return x(end) + wide < RIGHT
    ? bar + text(x(end) + 5, y, span.label, 'span-label halo')
    : bar + text(left - 5, y, span.label, 'span-label halo', 'end');
}

interface Shared {
  readonly x: number;
  readonly marks: readonly Mark[];
}

function shared({ x, from, to }: Frame, marks: readonly Mark[]): readonly Shared[] {
  const found: { x: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    // What an invariant's checker found at the very end is shown at the edge; its title says when.
    if (mark.atSeconds < from || (mark.atSeconds > to && mark.kind !== 'violation')) continue;
    const at = x(mark.atSeconds);
    const last = found.at(-1);
    if (last && at - last.x < 1.5) last.marks.push(mark);
    else found.push({ x: at, marks: [mark] });
  }
  return found;
}

const titleOf = (marks: readonly Mark[]): string =>
  [
    ...marks.slice(0, MOST_WORDS).map(({ words }) => words),
    ...(marks.length > MOST_WORDS ? [`and ${marks.length - MOST_WORDS} more`] : []),
  ].join('; ');

interface Labelled extends Shared {
  readonly words: string;
  readonly width: number;
}

const shape = ({ x, marks }: Shared, top: number): string => {
  const { kind } = marks[0]!;
  const at = `M${place(x)} ${place(top + SPAN_HEIGHT / 2)}`;
  const d = kind === 'event' ? `${at}m0 -8v16` : `${at}m0 -8l8 8l-8 8l-8 -8z`;
  return path(d, `mark-${kind}`, titleOf(marks));
};

const labelled = (one: Shared): Labelled => {
  const { label } = one.marks[0]!;
  const words = one.marks.length > 1 ? `${label} +${one.marks.length - 1}` : label;
  return { ...one, words, width: textWidth(words, FONT) + 8 };
};

/** Labels where there is room for them, in two rows, over all marks; the first of several of the same name. */
function marksDrawn(frame: Frame, lane: RunLane, top: number): string {
  const taken = new Array<number>(LABEL_ROWS).fill(LEFT - 6);
  const all = shared(frame, lane.marks).map(labelled);
  let before = '';
  const labels = all.map(({ x, marks, words, width }) => {
    const gap = marks[0]!.kind === 'event' ? 3 : 10;
    const leftwards = x + gap + width > WIDTH;
    const start = leftwards ? x - gap - width : x + gap;
    const row = taken.findIndex((end) => end <= start);
    if (row < 0 || words === before) return '';
    before = words;
    taken[row] = start + width;
    const y = top + 15 + row * LABEL_ROW;
    return leftwards
      ? text(x - gap, y, words, 'mark-label halo', 'end')
      : text(start, y, words, 'mark-label halo');
  });
  return all.map((one) => shape(one, top)).join('') + labels.join('');
}

const heightOf = ({ marks }: RunLane): number => SPAN_HEIGHT + (marks.length > 1 ? LABEL_ROW : 0);

function laneDrawn(frame: Frame, lane: RunLane, top: number): string {
  const empty = lane.spans.length === 0 && lane.marks.length === 0;
  return [
    '<g>',
    rect(LEFT, top, RIGHT - LEFT, heightOf(lane), 'lane-ground'),
    text(GUTTER, top + 15, lane.title, 'lane-title'),
    ...lane.spans.map((span) => spanDrawn(frame, span, top)),
    marksDrawn(frame, lane, top),
    empty ? text(LEFT + 6, top + 15, 'no outage', 'axis') : '',
    '</g>',
  ].join('');
}

function moments(frame: Frame, result: RunResult, bottom: number): string {
  const { lossSeconds, rtoWritesSeconds, options } = result;
  const marks: readonly (readonly [seconds: number | null, words: string, kind: string])[] = [
    [lossSeconds, 'lost', 'moment-loss'],
    [
      lossSeconds === null || rtoWritesSeconds === null ? null : lossSeconds + rtoWritesSeconds,
      'writes are back',
      'moment-back',
    ],
    [options.livenessMs > 0 ? options.safetyMs / 1000 : null, 'everything heals', 'moment-heals'],
  ];
  let taken = 0;
  return marks
    .map(([seconds, words, kind]) => {
      if (seconds === null || seconds < frame.from || seconds > frame.to) return '';
      const at = frame.x(seconds);
      const label = `${secondsText(seconds)} ${words}`;
      const wide = textWidth(label, 13);
      const start = Math.max(taken, Math.min(at, RIGHT - wide));
      taken = start + wide + 12;
      return line(at, TOP - 8, at, bottom, `moment ${kind}`) + text(start, TOP - 13, label, 'axis strong');
    })
    .join('');
}

const described = (result: RunResult, lanes: readonly RunLane[]): string =>
  [
    headlineOf(result),
    ...lanes
      .filter(
        ({ title }) =>
          title.startsWith('Fault') || ['Writes', 'Reads', 'Recovery', 'Moves', 'Broken'].includes(title),
      )
      .flatMap(({ spans, marks }) => [...spans, ...marks].map(({ words }) => `${words}.`)),
  ].join(' ');

export function runSvg(id: string, result: RunResult): string {
  const lanes = lanesOf(result);
  const [from, to] = windowOf(result);
  const frame: Frame = { id, from, to, x: linear(from, to, LEFT, RIGHT) };
  let bottom = TOP;
  const drawn = lanes.map((lane) => {
    const top = bottom;
    bottom += heightOf(lane) + BETWEEN;
    return laneDrawn(frame, lane, top);
  });
  const axis = ticks(from, to, 14).map(
    (at) =>
      line(frame.x(at), TOP - 4, frame.x(at), bottom, 'grid') +
      text(frame.x(at), bottom + 15, String(at), 'axis', 'middle'),
  );
  return svg(
    id,
    WIDTH,
    bottom + AXIS,
    `Run of seed ${result.seed}, ${from.toFixed(0)} s to ${to.toFixed(0)} s`,
    described(result, lanes),
    [
      `<defs>${stripes(`${id}-fault`, 'fault', 45, 8)}${stripes(`${id}-outage`, 'outage', -45)}</defs>`,
      ...axis,
      moments(frame, result, bottom),
      ...drawn,
      line(LEFT, bottom, RIGHT, bottom, 'base'),
      text(GUTTER, bottom + 15, 'seconds', 'axis'),
    ],
  );
}

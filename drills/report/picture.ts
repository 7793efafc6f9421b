/**
 * The picture of a drill as SVG: lanes one below the other on one axis of AWS seconds, crossed by the moments
 * that mattered. Reading it needs no script: pointing at a second shows its figures as a tooltip. Pure.
 */
import type { DrillResult } from '../result.ts';
import { markup } from './escape.ts';
import { countText, lagText, momentText, secondsText, story } from './figures.ts';
import { lagLane } from './lag-lane.ts';
import { type Frame, frameOf, type Lane, LEFT, RIGHT, WIDTH } from './lane.ts';
import { type Moment, momentsOf, type Panel, panelText } from './moments.ts';
import { phaseLane } from './phase-lane.ts';
import { regionLane } from './region-lane.ts';
import { bucketSeconds, buckets, ticks } from './scale.ts';
import { line, place, rect, text, textWidth } from './svg.ts';
import { tasksLane } from './tasks-lane.ts';
import { trafficLane } from './traffic-lane.ts';

const BETWEEN = 22;
const MARK_ROW = 19;
const AXIS = 34;
const MOST_TOOLTIPS = 240;

interface Mark extends Moment {
  readonly x: number;
  readonly row: number;
  readonly words: string;
  readonly leftwards: boolean;
  /** What its words take. */
  readonly from: number;
  readonly to: number;
}

const markWords = ({ atSeconds, label }: Moment): string =>
  `${atSeconds === 0 ? '0' : atSeconds.toFixed(1)} s ${label}`;

/** Words stand right of their line; left where there is no room, or where a neighbour's words stand left. */
function sided(frame: Frame): readonly Omit<Mark, 'row'>[] {
  const { fromSeconds, toSeconds } = frame.panel;
  const found: Omit<Mark, 'row'>[] = [];
  const shown = momentsOf(frame.result).filter(
    ({ atSeconds }) => atSeconds >= fromSeconds && atSeconds <= toSeconds,
  );
  for (const moment of shown.toReversed()) {
    const x = frame.x(moment.atSeconds);
    const words = markWords(moment);
    const width = textWidth(words, 14) + 14;
    const pressed = found.some((later) => later.leftwards && later.x < x + width) && x - width > 0;
    const leftwards = pressed || x + width > WIDTH;
    const [from, to] = leftwards ? [x - width, x] : [x, x + width];
    found.push({ ...moment, x, words, leftwards, from, to });
  }
  return found.reverse();
}

/**
 * Labels in as many rows as they need not to lie upon one another, nor upon another's line: a line begins at
 * its label, so of two that meet, the one whose words reach over the other's line lies higher.
 */
function marksOf(frame: Frame): readonly Mark[] {
  const marks = sided(frame);
  const order = [
    ...marks.filter(({ leftwards }) => !leftwards).reverse(),
    ...marks.filter(({ leftwards }) => leftwards),
  ];
  const placed: Mark[] = [];
  for (const mark of order) {
    const below = placed.filter((one) => mark.from < one.to && mark.to > one.from).map(({ row }) => row + 1);
    placed.push({ ...mark, row: Math.max(0, ...below) });
  }
  return placed.sort((one, other) => one.atSeconds - other.atSeconds);
}

const markY = (mark: Mark, rows: number): number => (rows - 1 - mark.row) * MARK_ROW + 16;

function markLabel(mark: Mark, rows: number): string {
  const [x, anchor] = mark.leftwards ? [mark.x - 5, 'end' as const] : [mark.x + 5, 'start' as const];
  return text(x, markY(mark, rows), mark.words, `mark-label halo label-${mark.name}`, { anchor });
}

/** Where no write succeeded for good: from the loss until recovery. */
function outage(frame: Frame, top: number, height: number): string {
  const until = frame.result.rto.writesSeconds ?? frame.panel.toSeconds;
  if (until <= Math.max(0, frame.panel.fromSeconds)) return '';
  const left = frame.x(0);
  return rect(left, top, frame.x(until) - left, height, 'outage');
}

/** By when writes have to be back. */
function limit(frame: Frame, top: number, bottom: number): string {
  const x = frame.x(frame.result.budget.rtoSeconds);
  return frame.panel.id === 'loss' ? line(x, top, x, bottom, 'limit') : '';
}

function axis(frame: Frame, top: number): string {
  const { fromSeconds, toSeconds } = frame.panel;
  return (
    line(LEFT, top, RIGHT, top, 'base') +
    ticks(fromSeconds, toSeconds, 14)
      .map(
        (at) =>
          line(frame.x(at), top, frame.x(at), top + 5, 'base') +
          text(frame.x(at), top + 19, countText(at), 'axis', { anchor: 'middle' }),
      )
      .join('') +
    text(LEFT - 158, top + 19, 'AWS seconds', 'axis')
  );
}

/** Columns that are seen only when pointed at. */
function tooltips(frame: Frame, top: number, height: number): string {
  const { fromSeconds, toSeconds } = frame.panel;
  const wide = bucketSeconds(toSeconds - fromSeconds, MOST_TOOLTIPS);
  const { sightings, seconds } = frame.result;
  let next = 0;
  return buckets(seconds, fromSeconds, toSeconds, wide)
    .map((bar) => {
      while ((sightings[next + 1]?.atSeconds ?? Number.POSITIVE_INFINITY) < bar.atSeconds + wide) next++;
      const seen = sightings[next];
      const words = [
        `${momentText(bar.atSeconds, 0)}${wide > 1 ? ` and ${wide - 1} s on` : ''}`,
        `writes: ${bar.writesOk} ok, ${bar.writesRefused} refused, ${bar.writesFailed} failed`,
        `reads: ${bar.readsOk} ok, ${bar.readsFailed} failed`,
        ...(seen ? [`DNS ${seen.dnsActive}, writer ${seen.writer}, lag ${lagText(seen.lagMs)}`] : []),
      ].join('; ');
      const left = frame.x(bar.atSeconds);
      return rect(left, top, frame.x(bar.atSeconds + wide) - left, height, 'hit', { title: words });
    })
    .join('');
}

function patterns(id: string): string {
  return (
    `<defs><pattern id="refused-${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" class="hatch-ground"/><rect width="2.4" height="5" class="hatch"/></pattern>` +
    `<pattern id="unknown-${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="1.5" height="7" class="unknown"/></pattern></defs>`
  );
}

const trafficLanes = (frame: Frame): readonly Lane[] => [
  trafficLane(frame, 'writes'),
  trafficLane(frame, 'reads'),
];

const stateLanes = (frame: Frame): readonly Lane[] => [
  regionLane(frame, 'DNS answers', ({ dnsActive }) => dnsActive),
  regionLane(frame, 'Database writer', ({ writer }) => writer),
  lagLane(frame),
  tasksLane(frame),
  ...(frame.panel.id === 'loss' ? [phaseLane(frame)] : []),
];

/** Lanes one below the other, and where the next one would begin. */
function stack(lanes: readonly Lane[], top: number): { readonly drawn: string; readonly next: number } {
  let next = top;
  const drawn = lanes.map((lane) => {
    const group = `<g>${lane.draw(next)}</g>`;
    next += lane.height + BETWEEN;
    return group;
  });
  return { drawn: drawn.join('\n'), next };
}

/** The picture in words, for those who do not see it. */
function described(frame: Frame, marks: readonly Mark[]): string {
  return [
    story(frame.result),
    `Shown ${panelText(frame.panel)}: writes and reads per second, the region that DNS answers, the database writer's region, replication lag and running tasks.`,
    `RTO for writes ${secondsText(frame.result.rto.writesSeconds)}, for reads ${secondsText(frame.result.rto.readsSeconds)}.`,
    ...marks.map(({ words }) => `${words}.`),
  ].join(' ');
}

/** One panel, to stand in a page whose styles name its classes. */
export function pictureSvg(result: DrillResult, panel: Panel): string {
  const frame = frameOf(result, panel);
  const marks = marksOf(frame);
  const rows = Math.max(1, ...marks.map(({ row }) => row + 1));
  const top = rows * MARK_ROW + 12;
  const traffic = stack(trafficLanes(frame), top);
  const state = stack(stateLanes(frame), traffic.next);
  const bottom = state.next - BETWEEN + 10;
  const height = bottom + AXIS;
  const named = `aria-labelledby="picture-${panel.id}-title picture-${panel.id}-words"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${WIDTH} ${place(height)}" role="img" ${named}>`,
    `<title id="picture-${panel.id}-title">${markup(`${panel.title}, ${panelText(panel)}`)}</title>`,
    `<desc id="picture-${panel.id}-words">${markup(described(frame, marks))}</desc>`,
    patterns(panel.id),
    outage(frame, top - 6, bottom - top + 6),
    traffic.drawn,
    // Lines cross the bars, but what is written on bands stays readable.
    ...marks.map((mark) => line(mark.x, markY(mark, rows) - 11, mark.x, bottom, `mark mark-${mark.name}`)),
    limit(frame, top - 6, bottom),
    state.drawn,
    axis(frame, bottom),
    ...marks.map((mark) => markLabel(mark, rows)),
    tooltips(frame, top - 6, bottom - top + 6),
    '</svg>',
  ].join('\n');
}

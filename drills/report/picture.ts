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
}

/** Labels in as many rows as they need not to lie upon one another. */
function marksOf(frame: Frame): readonly Mark[] {
  const { fromSeconds, toSeconds } = frame.panel;
  const taken: [number, number][][] = [];
  return momentsOf(frame.result)
    .filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds <= toSeconds)
    .map((moment) => {
      const x = frame.x(moment.atSeconds);
      const words = `${countText(Math.round(moment.atSeconds))} s ${moment.label}`;
      const width = textWidth(words, 13) + 14;
      const leftwards = x + width > RIGHT + 20;
      const [from, to] = leftwards ? [x - width, x] : [x, x + width];
      let row = 0;
      while (taken[row]?.some(([a, b]) => from < b && to > a)) row++;
      taken[row] = [...(taken[row] ?? []), [from, to]];
      return { ...moment, x, row, words, leftwards };
    });
}

function drawMark(mark: Mark, rows: number, bottom: number): string {
  const y = (rows - 1 - mark.row) * MARK_ROW + 16;
  const kind = `mark mark-${mark.name}`;
  return (
    line(mark.x, y - 11, mark.x, bottom, kind) +
    text(mark.leftwards ? mark.x - 5 : mark.x + 5, y, mark.words, `mark-label halo label-${mark.name}`, {
      anchor: mark.leftwards ? 'end' : 'start',
    })
  );
}

/** Where no write succeeded for good: from the loss until recovery. */
function outage(frame: Frame, top: number, height: number): string {
  const until = frame.result.rto.writesSeconds ?? frame.panel.toSeconds;
  if (until <= Math.max(0, frame.panel.fromSeconds)) return '';
  const left = frame.x(0);
  return rect(left, top, frame.x(until) - left, height, 'outage');
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
    text(LEFT - 158, top + 19, 'AWS seconds since the loss', 'axis')
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

function lanesOf(frame: Frame): readonly Lane[] {
  return [
    trafficLane(frame, 'writes'),
    trafficLane(frame, 'reads'),
    regionLane(frame, 'DNS answers', ({ dnsActive }) => dnsActive),
    regionLane(frame, 'Database writer', ({ writer }) => writer),
    lagLane(frame),
    tasksLane(frame),
    ...(frame.panel.id === 'loss' ? [phaseLane(frame)] : []),
  ];
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
  const lanes: string[] = [];
  let y = top;
  for (const lane of lanesOf(frame)) {
    lanes.push(`<g>${lane.draw(y)}</g>`);
    y += lane.height + BETWEEN;
  }
  const bottom = y - BETWEEN + 10;
  const height = bottom + AXIS;
  const named = `aria-labelledby="picture-${panel.id}-title picture-${panel.id}-words"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${WIDTH} ${place(height)}" role="img" ${named}>`,
    `<title id="picture-${panel.id}-title">${markup(`${panel.title}, ${panelText(panel)}`)}</title>`,
    `<desc id="picture-${panel.id}-words">${markup(described(frame, marks))}</desc>`,
    patterns(panel.id),
    outage(frame, top - 6, bottom - top + 6),
    ...lanes,
    axis(frame, bottom),
    ...marks.map((mark) => drawMark(mark, rows, bottom)),
    tooltips(frame, top - 6, bottom - top + 6),
    '</svg>',
  ].join('\n');
}

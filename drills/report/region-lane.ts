/**
 * Which region it is, over time: a row for each region, and the band lies in the row of the one that it is.
 * What is neither of them (no answer, no writer) lies between the rows, hatched.
 */
import type { Sighting } from '../result.ts';
import { bands } from './bands.ts';
import { shortSubject } from './escape.ts';
import { momentText } from './figures.ts';
import { type Frame, type Lane, LEFT, laneNote, laneTitle, nothing, RIGHT } from './lane.ts';
import { line, path, place, rect, text, textWidth } from './svg.ts';

const ROW = 21;
const TITLE = 20;

export function regionClass(frame: Frame, region: string): 'lost' | 'survivor' | 'other' {
  const { regions } = frame.result;
  if (region === regions.survivor) return 'survivor';
  return region === regions.lost ? 'lost' : 'other';
}

/** The lost region first: its row is the upper one, and the way back leads up again. */
export function regionsOf(frame: Frame): readonly string[] {
  return [...new Set([frame.result.regions.lost, frame.result.regions.survivor])];
}

function label(left: number, width: number, y: number, words: string, kind: string): string {
  return textWidth(words, 12.5) + 12 < width
    ? text(left + width / 2, y, words, `band-label ${kind}`, { anchor: 'middle' })
    : '';
}

export function regionLane(frame: Frame, title: string, value: (sighting: Sighting) => string): Lane {
  const rows = regionsOf(frame);
  const height = TITLE + rows.length * ROW + 4;
  return {
    height,
    draw: (top) => {
      const { fromSeconds, toSeconds } = frame.panel;
      const found = bands(frame.result.sightings, value, fromSeconds, toSeconds);
      const rowTop = (n: number): number => top + TITLE - 2 + n * ROW;
      const drawn = found.map((band) => {
        const left = frame.x(band.fromSeconds);
        const width = Math.max(1, frame.x(band.toSeconds) - left);
        const title = `${band.value} from ${momentText(band.fromSeconds)} to ${momentText(band.toSeconds)}`;
        const row = rows.indexOf(band.value);
        if (row >= 0)
          return (
            rect(left, rowTop(row), width, ROW - 3, `band-${regionClass(frame, band.value)}`, {
              round: 3,
              title,
            }) + label(left, width, rowTop(row) + ROW - 7, band.value, 'on-band')
          );
        const all = rows.length * ROW - 3;
        return (
          rect(left, rowTop(0), width, all, 'band-ground', { title }) +
          path(
            `M${place(left)} ${place(rowTop(0))}h${place(width)}v${place(all)}h${place(-width)}z`,
            'band-other',
            ` style="fill:url(#unknown-${frame.panel.id})"`,
          ) +
          label(left, width, rowTop(0) + all / 2 + 4, shortSubject(band.value), 'halo')
        );
      });
      return [
        laneTitle(top - 3, title),
        ...rows.map(
          (region, n) =>
            laneNote(rowTop(n) + 14, region, 'lane-note mono') +
            line(LEFT, rowTop(n) + ROW / 2 - 1, RIGHT, rowTop(n) + ROW / 2 - 1, 'grid'),
        ),
        ...(found.length ? drawn : [nothing(rowTop(0), rows.length * ROW)]),
      ].join('');
    },
  };
}

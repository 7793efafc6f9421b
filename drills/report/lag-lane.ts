/** How far the standby's data is behind, on a logarithmic scale; a gap where nobody knows. */
import { pieces } from './bands.ts';
import { givenSeconds } from './figures.ts';
import { type Frame, type Lane, LEFT, laneNote, laneTitle, nothing, RIGHT } from './lane.ts';
import { greatest, logarithmic } from './scale.ts';
import { line, path, place, text } from './svg.ts';

const HEIGHT = 84;
const LEAST_MS = 1;
const MOST_MS = 100_000;
const LEAST_TOP_MS = 10_000;

const decadeText = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

export function lagLane(frame: Frame): Lane {
  const { sightings, budget } = frame.result;
  const { fromSeconds, toSeconds } = frame.panel;
  return {
    height: HEIGHT,
    draw: (top) => {
      const most = greatest(sightings.map(({ lagMs }) => lagMs ?? 0));
      const cap = Math.min(MOST_MS, Math.max(LEAST_TOP_MS, 10 ** Math.ceil(Math.log10(Math.max(1, most)))));
      const y = logarithmic(LEAST_MS, cap, top + HEIGHT, top);
      // A point for each unit of width is as fine as it can be seen.
      const step = (toSeconds - fromSeconds) / (RIGHT - LEFT);
      const found = pieces(sightings, ({ lagMs }) => lagMs, fromSeconds, toSeconds, step);
      const d = found
        .map((piece) =>
          piece
            .map(
              ({ atSeconds, value }, n) => `${n ? 'L' : 'M'}${place(frame.x(atSeconds))} ${place(y(value))}`,
            )
            .join('')
            .concat(piece.length === 1 ? 'h0' : ''),
        )
        .join('');
      const decades = [1, 100, 10_000].filter((ms) => ms <= cap);
      const limitMs = budget.rpoSeconds * 1000;
      const limitY = y(limitMs);
      return [
        laneTitle(top, 'Lag'),
        laneNote(top + 30, 'log scale;'),
        laneNote(top + 46, 'gap: unknown'),
        ...decades.map(
          (ms) =>
            line(LEFT, y(ms), RIGHT, y(ms), 'grid') +
            text(LEFT - 8, y(ms) + 4, decadeText(ms), 'axis', { anchor: 'end' }),
        ),
        line(LEFT, limitY, RIGHT, limitY, 'limit'),
        text(LEFT - 8, limitY + 4, givenSeconds(budget.rpoSeconds), 'axis strong', { anchor: 'end' }),
        found.length ? path(d, 'lag') : nothing(top, HEIGHT),
      ].join('');
    },
  };
}

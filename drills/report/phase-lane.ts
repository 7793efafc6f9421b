/** The phases of the recovery end to end from the loss on, and below them the budget's, end to end too. */
import { PHASES, type PhaseName } from '../result.ts';
import { givenSeconds, secondsText, within } from './figures.ts';
import { type Frame, type Lane, laneNote, laneTitle } from './lane.ts';
import { rect, text, textWidth } from './svg.ts';

const ROW = 26;
const TITLE = 4;

interface Stretch {
  readonly phase: PhaseName;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly over: boolean;
}

/** What was not seen takes no room. */
function stretches(
  took: Readonly<Record<PhaseName, number | null>>,
  allowed: Readonly<Record<PhaseName, number>>,
): readonly Stretch[] {
  const found: Stretch[] = [];
  let reached = 0;
  for (const phase of PHASES) {
    const seconds = took[phase];
    if (seconds === null || seconds === 0) continue;
    found.push({
      phase,
      fromSeconds: reached,
      toSeconds: reached + seconds,
      over: !within(seconds, allowed[phase]),
    });
    reached += seconds;
  }
  return found;
}

function row(frame: Frame, top: number, found: readonly Stretch[], given: boolean): string {
  return found
    .map(({ phase, fromSeconds, toSeconds, over }) => {
      const left = frame.x(fromSeconds);
      const width = frame.x(toSeconds) - left;
      const seconds = toSeconds - fromSeconds;
      const figure = given ? givenSeconds(seconds) : secondsText(seconds);
      const long = `${phase} ${figure}${over ? ' ▲ over' : ''}`;
      const words = [long, `${phase}${over ? ' ▲' : ''}`].find((one) => textWidth(one, 12.5) + 8 < width);
      return (
        // Budgets are tinted lightly: a ground below keeps lines out of their words.
        (given ? rect(left, top, width - 1.5, ROW - 5, 'band-ground', { round: 3 }) : '') +
        rect(
          left,
          top,
          Math.max(2, width - 1.5),
          ROW - 5,
          `phase phase-${phase}${given ? ' given' : ''}${over ? ' over' : ''}`,
          {
            round: 3,
            title: `${phase}: ${given ? 'budget ' : ''}${figure}${over ? ', over its budget' : ''}`,
          },
        ) +
        (words
          ? text(left + width / 2, top + 15, words, given ? 'phase-label quiet' : 'phase-label', {
              anchor: 'middle',
            })
          : '')
      );
    })
    .join('');
}

/** In the budget's row, on the side of the limit that is free. */
function limitLabel(frame: Frame, y: number, takenUntilSeconds: number): string {
  const { rtoSeconds } = frame.result.budget;
  const words = `limit ${givenSeconds(rtoSeconds)}`;
  const x = frame.x(rtoSeconds);
  return x - frame.x(takenUntilSeconds) > textWidth(words, 13.5) + 10
    ? text(x - 6, y, words, 'axis strong', { anchor: 'end' })
    : text(x + 6, y, words, 'axis strong');
}

export function phaseLane(frame: Frame): Lane {
  const { rto, budget } = frame.result;
  return {
    height: TITLE + ROW * 2 + 12,
    draw: (top) => {
      const took = stretches(rto.phases, budget.phases);
      const given = stretches(budget.phases, budget.phases);
      const y = top + TITLE;
      return [
        laneTitle(y + 2, 'Phases'),
        laneNote(y + 15 + ROW, 'budget'),
        took.length
          ? row(frame, y, took, false)
          : text(frame.x(0) + 6, y + 15, 'no phase was seen', 'lane-note'),
        row(frame, y + ROW, given, true),
        limitLabel(frame, y + ROW + 15, given.at(-1)?.toSeconds ?? 0),
      ].join('');
    },
  };
}

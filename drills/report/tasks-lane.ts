/** Running tasks in each region, as steps with their numbers: the survivor's line is solid, the lost one's dashed. */
import { type Band, bands } from './bands.ts';
import { type Frame, GUTTER, type Lane, LEFT, laneTitle, nothing, RIGHT } from './lane.ts';
import { regionClass, regionsOf } from './region-lane.ts';
import { greatest, linear, type Scale } from './scale.ts';
import { line, path, place, text } from './svg.ts';

const HEIGHT = 74;
const NUMBER_APART = 16;
/** The sample of a line beside its name. */
const KEY = 26;

function steps(frame: Frame, found: readonly Band<number | null>[], y: Scale, aside: number): string {
  let d = '';
  let open = false;
  for (const { fromSeconds, toSeconds, value } of found) {
    if (value === null) {
      open = false;
      continue;
    }
    const level = place(y(value) + aside);
    d += open ? `V${level}` : `M${place(frame.x(fromSeconds))} ${level}`;
    d += `H${place(frame.x(toSeconds))}`;
    open = true;
  }
  return d;
}

/** A number where the count changes, if there is room for it. */
function numbers(
  frame: Frame,
  found: readonly Band<number | null>[],
  y: Scale,
  kind: string,
  below: boolean,
): string {
  let free = Number.NEGATIVE_INFINITY;
  return found
    .map(({ fromSeconds, value }) => {
      const x = frame.x(fromSeconds) + 4;
      if (value === null || x < free || x > RIGHT - NUMBER_APART) return '';
      free = x + NUMBER_APART;
      return text(x, y(value) + (below ? 15 : -5), String(value), `count ${kind}`);
    })
    .join('');
}

export function tasksLane(frame: Frame): Lane {
  const regions = regionsOf(frame);
  return {
    height: HEIGHT,
    draw: (top) => {
      const { fromSeconds, toSeconds } = frame.panel;
      const most = greatest(
        frame.result.sightings.flatMap(({ tasks }) => regions.map((region) => tasks[region] ?? 0)),
        2,
      );
      const y = linear(0, most, top + HEIGHT - 6, top + 18);
      const drawn = regions.map((region, n) => {
        const found = bands(
          frame.result.sightings,
          ({ tasks }) => tasks[region] ?? null,
          fromSeconds,
          toSeconds,
        );
        const kind = regionClass(frame, region);
        return (
          // Two lines on one level lie beside each other.
          path(steps(frame, found, y, n * 3), `tasks-${kind}`) +
          numbers(frame, found, y, `count-${kind}`, n > 0)
        );
      });
      const any = frame.result.sightings.some(({ tasks }) => Object.keys(tasks).length > 0);
      return [
        laneTitle(top, 'Tasks'),
        ...regions.map((region, n) => {
          const level = top + 31 + n * 17;
          const kind = regionClass(frame, region);
          return (
            line(GUTTER, level - 4, GUTTER + KEY, level - 4, `tasks-${kind}`) +
            text(GUTTER + KEY + 6, level, region, `lane-note mono count-${kind}`)
          );
        }),
        line(LEFT, y(0), RIGHT, y(0), 'base'),
        text(LEFT - 8, y(0) + 4, '0', 'axis', { anchor: 'end' }),
        ...(any ? drawn : [nothing(top, HEIGHT)]),
      ].join('');
    },
  };
}

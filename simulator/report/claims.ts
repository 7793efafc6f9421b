// What may be said of a summary in a sentence, and no more: that no run broke an invariant is a bound, not a proof.

import { countText, perThousandText, plural } from './figures.ts';
import type { Summary } from './summary.ts';

/** With 95 % confidence no more than three in n, where none was seen in n (the “rule of three”). */
const NONE_SEEN = 3;
const LEAST_TO_SAY = 30;

export function verdictText({ runs, violatedRuns, violations }: Summary): string {
  if (runs === 0) return 'no run was made';
  if (violatedRuns > 0)
    return `${countText(violatedRuns)} of ${plural(runs, 'run')} broke ${
      violations.length === 0 ? 'an invariant' : plural(violations.length, 'invariant')
    }`;
  const bound = perThousandText((NONE_SEEN * 1000) / runs);
  const confidence =
    runs < LEAST_TO_SAY
      ? 'too few to say more'
      : `with 95 % confidence fewer than ${bound} in a thousand would`;
  return `${plural(runs, 'run')}, no invariant broken (${confidence})`;
}

const UNITS = [
  [365.25 * 86_400, 'years'],
  [86_400, 'days'],
] as const;

export function sizeText({ lossRuns, healedRuns, steps, simulatedSeconds }: Summary): string {
  const [unit, name] = UNITS.find(([one]) => simulatedSeconds >= one) ?? [3600, 'hours'];
  return [
    `a region was lost to its viewers in ${plural(lossRuns, 'run')}`,
    ...(healedRuns > 0 ? [`${plural(healedRuns, 'run')} had a second phase to recover in`] : []),
    `${plural(steps, 'step')} in ${(simulatedSeconds / unit).toFixed(1)} ${name} of AWS time`,
  ].join('; ');
}

/** In how many runs the figure was never reached; empty if in none. */
export function neverText({ figures }: Summary): string {
  const parts = (
    [
      ['rtoWrites', 'writes never came back for good within the run'],
      ['rtoReads', 'reads never came back for good'],
      ['told', 'nobody was told'],
      ['converged', 'not everything was well again in time'],
    ] as const
  ).flatMap(([figure, words]) => {
    const { count, never } = figures[figure];
    return never === 0 ? [] : [`${words} in ${countText(never)} of ${countText(count + never)}`];
  });
  return parts.join('; ');
}

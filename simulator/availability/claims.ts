// The design claims “99.99 % availability through multi-AZ deployment” and “99.9 % availability through multi-region
// failover”. Each is held against the simulated years and against what AWS promises; the verdict is on the years alone,
// and only where the confidence interval leaves no doubt.

import type { ArchitectureReport } from './availability.ts';
import { CLOUDFRONT } from './service-levels.ts';
import type { Architecture } from './year.ts';

export type Verdict = 'kept' | 'contradicted' | 'undecided';

export interface Claim {
  readonly claim: string;
  readonly architecture: Architecture;
  readonly level: number;
  readonly verdict: Verdict;
  readonly sentence: string;
}

type Reports = Readonly<Record<Architecture, ArchitectureReport>>;

const CLAIMED = [
  {
    claim: '99.99 % availability through multi-AZ deployment',
    architecture: 'multi-zone',
    level: 0.9999,
  },
  {
    claim: '99.9 % availability through multi-region failover',
    architecture: 'multi-region',
    level: 0.999,
  },
  {
    claim: '99.99 % for the application, with the second region',
    architecture: 'multi-region',
    level: 0.9999,
  },
] as const satisfies readonly Omit<Claim, 'verdict' | 'sentence'>[];

export function judgeClaims(reports: Reports): readonly Claim[] {
  return CLAIMED.map((claimed) => {
    const { low, high } = reports[claimed.architecture].writes.availability;
    const verdict: Verdict =
      low >= claimed.level ? 'kept' : high < claimed.level ? 'contradicted' : 'undecided';
    return { ...claimed, verdict, sentence: sentenceOf(claimed, verdict, reports[claimed.architecture]) };
  });
}

function sentenceOf(
  { architecture, level }: Pick<Claim, 'architecture' | 'level'>,
  verdict: Verdict,
  report: ArchitectureReport,
): string {
  const { availability, yearsKeeping } = report.writes;
  const years = yearsKeeping[level === 0.9999 ? '99.99 %' : '99.9 %'].value;
  const verb = {
    kept: 'keeps',
    contradicted: 'does not keep',
    undecided: 'is too near to tell (simulate more years) from',
  }[verdict];
  const simulated =
    `On average ${architecture} ${verb} ${percent(level, 2)} for writes: ${percent(availability.value)}, between ` +
    `${percent(availability.low)} and ${percent(availability.high)}; ${percent(years, 1)} of the years stay within it.`;
  return `${simulated} ${onPaper(level, report.promised.endToEnd)}`;
}

/** Two regions’ promises differ from CloudFront’s own by less than a ten-millionth: that is not a shortfall. */
function onPaper(level: number, endToEnd: number): string {
  const sum = `AWS’s promises in series come to ${percent(endToEnd, 2)}`;
  if (Math.abs(level - endToEnd) < 1e-6)
    return `${sum} if moving took no time: all of it is CloudFront’s own, with nothing to spare.`;
  return level > endToEnd ? `${sum}: it cannot be passed on as a promise.` : `${sum}, which would carry it.`;
}

/** The ceiling, and what the front door took in the simulated years. */
export function ceilingSentences(reports: Reports): readonly string[] {
  const { budget, minutesDown } = reports['multi-region'].writes;
  const minutesOf = (...causes: readonly string[]): number =>
    budget
      .filter(({ cause }) => causes.includes(cause))
      .reduce((sum, { minutesAYear }) => sum + minutesAYear, 0);
  const front = minutesOf('cloudfront-event', 'dns-event');
  const people = minutesOf('bad-deployment', 'operator-mistake', 'overload');
  const saved = reports['multi-zone'].writes.minutesDown.mean.value - minutesDown.mean.value;
  return [
    `CloudFront promises ${percent(CLOUDFRONT.monthly, 2)}: 526 minutes a year, 44 a month, may be lost at the front door ` +
      'before AWS owes anything, and no second region behind it gives them back. Whatever stands behind, no more than ' +
      `${percent(CLOUDFRONT.monthly, 2)} can be promised to viewers.`,
    `Of multi-region’s ${minutesDown.mean.value.toFixed(0)} minutes a year, ${front.toFixed(0)} are CloudFront’s and DNS’s ` +
      `and ${people.toFixed(0)} are releases, mistakes and overload, which both regions share. The second region saves ` +
      `${saved.toFixed(0)} minutes a year over one region with several zones.`,
  ];
}

/** Never rounded up to a whole: 99.9996 % of the time is not 100 %. */
export function percent(share: number, digits = 4): string {
  const text = (100 * share).toFixed(digits);
  const honest = share < 1 && Number(text) === 100 ? (100 - 10 ** -digits).toFixed(digits) : text;
  return `${honest.includes('.') ? honest.replace(/\.?0+$/, '') : honest} %`;
}

// What many simulated runs found out, for a terminal: one summary with each figure beside what is allowed, or
// several side by side. No line is wider than the terminal.

import { type Judgement, PHASES } from '../result.ts';
import { budgetBar } from './bar.ts';
import { neverText, sizeText, verdictText } from './claims.ts';
import { comparisonLines } from './comparison-text.ts';
import { countText, percentText, perThousandText, plural, secondsText } from './figures.ts';
import { type Distribution, PERCENTILES, type Percentile } from './histogram.ts';
import { beside, type Line, type Look, padded, padLeft, printed, words } from './lines.ts';
import { settingText } from './settings.ts';
import type { NamedCount, Summary } from './summary.ts';
import { FIGURE_NAMES } from './tally.ts';

/** The command that runs a seed again under the policy of that label. */
export type Replay = (seed: number, label: string) => string;

const NAME = 17;
const FIGURE = 9;
const MOST_BAR = 30;
/** What is shown where there is room for no more. */
const NARROWER: readonly (readonly Percentile[])[] = [PERCENTILES, ['p50', 'p90', 'p99', 'p99.9']];
const NARROWEST: readonly Percentile[] = ['p50', 'p99', 'p99.9'];
const LEAST_BAR = 8;

interface Frame {
  readonly which: readonly Percentile[];
  readonly bar: number;
  readonly columns: number;
}

function frameOf(columns: number): Frame {
  const room = (which: readonly Percentile[]): number => columns - 2 - NAME - FIGURE * (which.length + 1) - 4;
  const which = NARROWER.find((one) => room(one) >= LEAST_BAR) ?? NARROWEST;
  return { which, bar: Math.max(0, Math.min(MOST_BAR, room(which))), columns };
}

const heading = (title: string, frame: Frame, last: string): Line => [
  words(`  ${padded(title, NAME)}`, 'bold'),
  words([...frame.which, last].map((one) => padLeft(one, FIGURE)).join(''), 'dim'),
];

const missing = ({ never }: Distribution): string => (never > 0 ? 'never' : '–');

/** The bar is the 99th percentile of what `most` allows to be drawn. */
function budgetRow(name: string, of: Distribution, most: number, frame: Frame): Line {
  const none = of.count + of.never === 0;
  const p99 = of.percentiles.p99;
  const ok = none || (p99 !== null && of.budget !== null && p99 <= of.budget);
  return [
    words(`  ${padded(name, NAME)}`),
    words(
      frame.which.map((one) => padLeft(secondsText(of.percentiles[one], missing(of)), FIGURE)).join(''),
      ok ? 'plain' : 'bad',
    ),
    words(padLeft(percentText(of.shareWithinBudget), FIGURE), 'bold'),
    words(` ${none ? ' ' : ok ? '✓' : '✗'} `, ok ? 'good' : 'bad'),
    words(none ? '' : budgetBar(p99, of.budget, most, frame.bar), ok ? 'good' : 'bad'),
  ];
}

/** Room for what lies beyond the budget. */
const BEYOND = 1.25;

const mostOf = (all: readonly Distribution[]): number =>
  Math.max(...all.flatMap(({ percentiles, budget }) => [percentiles.p99 ?? 0, (budget ?? 0) * BEYOND]));

function recovery({ figures, phases, budget }: Summary, frame: Frame): readonly Line[] {
  const rto = [figures.rtoWrites, figures.rtoReads];
  const most = mostOf(rto);
  const mostPhase = mostOf(PHASES.map((phase) => phases[phase]));
  return [
    heading('', frame, 'within'),
    budgetRow(`RTO writes <${budget.rtoSeconds}s`, figures.rtoWrites, most, frame),
    budgetRow(`RTO reads  <${budget.rtoSeconds}s`, figures.rtoReads, most, frame),
    budgetRow(`RPO        <${budget.rpoSeconds}s`, figures.rpo, mostOf([figures.rpo]), frame),
    [],
    heading('Phases', frame, 'within'),
    ...PHASES.map((phase) =>
      budgetRow(`${padded(phase, 10)} <${budget.phases[phase]}s`, phases[phase], mostPhase, frame),
    ),
  ];
}

/** Figures without a budget. */
function plainRow(
  name: string,
  of: Distribution,
  frame: Frame,
  word: (value: number | null, none: string) => string,
): Line {
  return [
    words(`  ${padded(name, NAME)}`),
    words(frame.which.map((one) => padLeft(word(of.percentiles[one], missing(of)), FIGURE)).join('')),
    words(padLeft(word(of.max, '–'), FIGURE), 'bold'),
  ];
}

function others({ figures, succeeded }: Summary, frame: Frame): readonly Line[] {
  const counted = (value: number | null, none: string): string => (value === null ? none : countText(value));
  return [
    heading('', frame, 'most'),
    plainRow(FIGURE_NAMES.lostWrites, figures.lostWrites, frame, counted),
    plainRow('of them rescued', figures.rescuedWrites, frame, counted),
    plainRow('told after', figures.told, frame, secondsText),
    plainRow('converged after', figures.converged, frame, secondsText),
    [],
    ...beside(
      [words(`  ${padded('Requests', NAME)}`, 'bold')],
      `${percentText(succeeded.all)} succeeded: writes ${percentText(succeeded.writes)}, reads ${percentText(succeeded.reads)}, assets ${percentText(succeeded.assets)}`,
      'plain',
      frame.columns,
    ),
  ];
}

const JUDGED: readonly (readonly [Judgement, string, 'good' | 'bad' | 'dim'])[] = [
  ['right', 'moved, rightly', 'good'],
  ['wrong', 'moved, wrongly', 'bad'],
  ['missed', 'missed', 'bad'],
  ['none-needed', 'none needed', 'dim'],
];

function judgement({ judgements }: Summary, frame: Frame): readonly Line[] {
  const wide = Math.min(MOST_BAR, frame.columns - NAME - FIGURE * 2 - 4);
  return [
    [
      words(`  ${padded('Judgement', NAME)}`, 'bold'),
      words(padLeft('‰', FIGURE) + padLeft('runs', FIGURE), 'dim'),
    ],
    ...JUDGED.map(([judged, name, tone]): Line => {
      const { perThousand, runs } = judgements[judged];
      return [
        words(`  ${padded(name, NAME)}`),
        words(padLeft(perThousandText(perThousand), FIGURE), tone === 'bad' && runs > 0 ? 'bad' : 'bold'),
        words(padLeft(countText(runs), FIGURE)),
        words(`  ${budgetBar(perThousand, null, 1000, wide)}`, tone),
      ];
    }),
  ];
}

function named(
  title: string,
  counts: readonly NamedCount[],
  summary: Summary,
  look: Look,
  replay: Replay | null,
) {
  if (counts.length === 0) return [];
  const lines = counts.flatMap(({ name, runs, perThousand, seeds }): readonly Line[] => [
    ...beside([words('  ✗ ', 'bad')], name, 'bold', look.columns),
    ...beside(
      [words('      ')],
      `${plural(runs, 'run')}, ${perThousandText(perThousand)} ‰; seeds ${seeds.join(', ')}`,
      'plain',
      look.columns,
    ),
    ...(replay === null
      ? []
      : seeds
          .slice(0, 1)
          .flatMap((seed) => beside([words('      ')], replay(seed, summary.label), 'place', look.columns))),
  ]);
  return [[], [words(`  ${title}`, 'bold')], ...lines];
}

function worst(summary: Summary, look: Look, replay: Replay): readonly Line[] {
  if (summary.worst.length === 0) return [];
  const wide = Math.max(...summary.worst.map(({ seed }) => String(seed).length));
  return [
    [],
    [words('  Worst runs', 'bold')],
    ...summary.worst.flatMap(({ seed, headline }) => [
      ...beside([words(`  ${String(seed).padStart(wide)}  `, 'bold')], headline, 'plain', look.columns),
      ...beside([words(' '.repeat(wide + 4))], replay(seed, summary.label), 'place', look.columns),
    ]),
  ];
}

function head(summary: Summary, look: Look): readonly Line[] {
  const safe = summary.verdict === 'safe';
  const never = neverText(summary);
  const note = (text: string, tone: 'dim' | 'warning') => beside([words('  ')], text, tone, look.columns);
  return [
    ...beside(
      [words(safe ? '✓ SAFE' : '✗ VIOLATED', safe ? 'good-badge' : 'bad-badge'), words('  ')],
      `${summary.label}: ${verdictText(summary)}`,
      'bold',
      look.columns,
    ),
    ...note(settingText(summary.setting), 'dim'),
    ...note(sizeText(summary), 'dim'),
    ...(never === '' ? [] : note(never, 'warning')),
  ];
}

const findings = (summary: Summary, look: Look, replay: Replay): readonly Line[] => [
  ...named('Broken invariants', summary.violations, summary, look, replay),
  ...named('Still missing at the end', summary.missing, summary, look, null),
  ...worst(summary, look, replay),
];

function single(summary: Summary, look: Look, replay: Replay): readonly Line[] {
  const frame = frameOf(look.columns);
  return [
    ...head(summary, look),
    [],
    ...recovery(summary, frame),
    [],
    ...judgement(summary, frame),
    [],
    ...others(summary, frame),
    ...findings(summary, look, replay),
  ];
}

/** One summary in full; several side by side on what should be the same seeds. */
export function simulationText(summaries: readonly Summary[], look: Look, replay: Replay): string {
  const [first, ...more] = summaries;
  if (!first) return 'no summary';
  if (more.length === 0) return printed(single(first, look, replay), look);
  const lines = [
    ...summaries.flatMap((summary) => head(summary, look)),
    [],
    ...comparisonLines(summaries, look),
    ...summaries.flatMap((summary) => {
      const found = findings(summary, look, replay);
      return found.length === 0 ? [] : [[], [words(`${summary.label}`, 'bold')], ...found];
    }),
  ];
  return printed(lines, look);
}

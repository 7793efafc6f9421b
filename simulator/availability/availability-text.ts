// The report for a terminal: the verdict first, then the three architectures side by side, where their minutes go, and
// what the figures stand on. At most 110 columns; colour only where it is asked for.

import type { AvailabilityReport, Figures } from './availability.ts';
import { percent } from './claims.ts';
import type { CauseName } from './failure-rates.ts';
import type { Charge } from './outages.ts';
import type { Estimate } from './statistics.ts';
import type { Architecture } from './year.ts';
import { ARCHITECTURES } from './year.ts';

const WIDTH = 110;
const LABEL = 31;
const COLUMN = 25;

interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

export function availabilityText(report: AvailabilityReport, { color }: { readonly color: boolean }): string {
  const paint = paintFor(color);
  return [
    paint.bold(`Availability: ${grouped(report.years)} simulated years each, seed ${report.seed}`),
    '',
    ...report.claims.flatMap((claim) => {
      const kept = claim.verdict === 'kept';
      const mark = { kept: '✓', contradicted: '✗', undecided: '?' }[claim.verdict];
      const title = `${mark} “${claim.claim}”: ${claim.verdict}`;
      return [(kept ? paint.good : paint.bad)(title), ...wrapped(claim.sentence, '  ')];
    }),
    '',
    ...comparison(report, paint),
    '',
    ...budget(report, paint),
    '',
    paint.bold('The ceiling'),
    ...report.ceiling.flatMap((sentence) => wrapped(sentence, '  ')),
    '',
    paint.bold('What this stands on'),
    ...standing(report).flatMap((sentence) => wrapped(sentence, '  ').map(paint.dim)),
    '',
  ].join('\n');
}

function comparison(report: AvailabilityReport, paint: Paint): readonly string[] {
  const row = (label: string, cell: (writes: Figures, architecture: Architecture) => string): string =>
    line(
      label,
      ARCHITECTURES.map((one) => cell(report.architectures[one].writes, one)),
    );
  const minutes = (value: number): string => `${grouped(value)} min`;
  return [
    paint.bold(line('', ARCHITECTURES)),
    row('writes, mean', ({ availability }) => percent(availability.value)),
    row('  95 % confidence', ({ availability }) => range(availability, (value) => percent(value))),
    row('reads, mean', (_, one) => percent(report.architectures[one].reads.availability.value)),
    row('minutes down a year, mean', ({ minutesDown }) =>
      range(minutesDown.mean, (value) => value.toFixed(1)),
    ),
    row('  half of the years below', ({ minutesDown }) => minutes(minutesDown.p50)),
    row('  nine of ten below', ({ minutesDown }) => minutes(minutesDown.p90)),
    row('  99 of 100 below', ({ minutesDown }) => minutes(minutesDown.p99)),
    row('years that keep 99.99 %', ({ yearsKeeping }) => percent(yearsKeeping['99.99 %'].value, 1)),
    row('years that keep 99.9 %', ({ yearsKeeping }) => percent(yearsKeeping['99.9 %'].value, 1)),
    ...report.sensitivity.map(({ factor, availability }) =>
      line(
        `mean, every rate × ${factor}`,
        ARCHITECTURES.map((one) => percent(availability[one].value)),
      ),
    ),
    row('AWS’s promises in series', (_, one) => percent(report.architectures[one].promised.endToEnd, 2)),
  ];
}

function budget(report: AvailabilityReport, paint: Paint): readonly string[] {
  const minutesOf = (architecture: Architecture, cause: Charge): number =>
    report.architectures[architecture].writes.budget.find((one) => one.cause === cause)?.minutesAYear ?? 0;
  const causes = new Set(
    ARCHITECTURES.flatMap((one) => report.architectures[one].writes.budget.map(({ cause }) => cause)),
  );
  const largest = (cause: Charge): number => Math.max(...ARCHITECTURES.map((one) => minutesOf(one, cause)));
  return [
    paint.bold('Where the minutes go (writes, mean minutes a year)'),
    ...[...causes]
      .sort((one, other) => largest(other) - largest(one))
      .map((cause) =>
        line(
          `${cause}${rateOf(report, cause)}`,
          ARCHITECTURES.map((one) => (minutesOf(one, cause) === 0 ? '·' : minutesOf(one, cause).toFixed(2))),
        ),
      ),
  ];
}

function rateOf(report: AvailabilityReport, cause: Charge): string {
  return cause === 'failback' ? '' : ` ${report.table.causes[cause satisfies CauseName].eventsPerYear}/y`;
}

function standing({ recovery, table }: AvailabilityReport): readonly string[] {
  const { writes, reads, missedShare } = recovery;
  const judged = Object.values(table.causes).filter(({ source }) => /judgement/i.test(source)).length;
  return [
    `Recovery from the loss of a region, from ${grouped(writes.runs)} simulated failovers: writes ` +
      `${writes.p50Seconds.toFixed(0)} s (p95 ${writes.p95Seconds.toFixed(0)} s), reads ${reads.p50Seconds.toFixed(0)} s ` +
      `(p95 ${reads.p95Seconds.toFixed(0)} s); ${percent(missedShare, 2)} missed or held.`,
    `Rates are events a year of one unit (“/y”); ${judged} of ${Object.keys(table.causes).length} rows rest on judgement in ` +
      'part or whole, and each row says so. The confidence intervals are those of the dice, not of the table: a line of ' +
      'the budget grows as its rate does. Put your own figures over them with --rates.',
    'An outage is the time in which fewer than 99 % of requests that reach the application succeed; pages that an edge ' +
      'has cached are not counted. Both regions have the same rates.',
  ];
}

function line(label: string, cells: readonly string[]): string {
  return `  ${label.padEnd(LABEL)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}`;
}

function range({ low, high }: Estimate, shown: (value: number) => string): string {
  return `${shown(low).replace(' %', '')} to ${shown(high)}`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current && indent.length + current.length + 1 + word.length > WIDTH) {
      lines.push(indent + current);
      current = word;
    } else current = current ? `${current} ${word}` : word;
  }
  return [...lines, indent + current];
}

function paintFor(color: boolean): Paint {
  const code =
    (number: number) =>
    (text: string): string =>
      color ? `\u001b[${number}m${text}\u001b[0m` : text;
  return { bold: code(1), dim: code(2), good: code(32), bad: code(33) };
}

// The tables of the page: each picture's figures, comparisons, what was broken, what was chosen, and a run's trace.

import type { RunResult } from '../result.ts';
import { type ComparedRow, comparable, comparedRows } from './comparison.ts';
import { markup } from './escape.ts';
import { countText, givenSeconds, percentText, perThousandText, secondsText } from './figures.ts';
import { PERCENTILES } from './histogram.ts';
import type { Series } from './histogram-picture.ts';
import { choices, differing } from './settings.ts';
import type { NamedCount, Summary } from './summary.ts';
import type { Replay } from './text.ts';

interface Cell {
  readonly html: string;
  readonly kind?: string;
}

export type CellOf = string | Cell;

const cell = (tag: 'td' | 'th', of: CellOf, scope = ''): string => {
  const { html, kind } = typeof of === 'string' ? { html: markup(of), kind: undefined } : of;
  return `<${tag}${scope}${kind ? ` class="${kind}"` : ''}>${html}</${tag}>`;
};

export const number = (text: string): Cell => ({ html: markup(text), kind: 'number' });
export const mono = (text: string): Cell => ({ html: markup(text), kind: 'mono' });

/** The first cell of each row is its heading. */
export function table(
  caption: string,
  head: readonly CellOf[],
  rows: readonly (readonly CellOf[])[],
): string {
  const body = rows.map(
    ([first = '', ...others]) =>
      `<tr>${cell('th', first, ' scope="row"')}${others.map((one) => cell('td', one)).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${markup(caption)}"><table><caption>${markup(caption)}</caption><thead><tr>${head
    .map((one) => cell('th', one, ' scope="col"'))
    .join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

export function percentilesTable(caption: string, series: readonly Series[]): string {
  const head = ['', ...PERCENTILES, 'mean', 'most', 'cases', 'never', 'within budget'].map((name, n) =>
    n === 0 ? name : number(name),
  );
  const rows = series.map(({ label, of }): readonly CellOf[] => {
    const word = (value: number | null): string => {
      if (value === null) return of.never > 0 ? 'never' : '–';
      return of.scale === 'log-count' ? countText(value) : secondsText(value);
    };
    const share = of.shareWithinBudget;
    return [
      label,
      ...PERCENTILES.map((which) => number(word(of.percentiles[which]))),
      number(of.mean === null ? '–' : word(of.mean)),
      number(of.max === null ? '–' : word(of.max)),
      number(countText(of.count + of.never)),
      number(countText(of.never)),
      number(of.budget === null ? '–' : `${percentText(share)} of ${givenSeconds(of.budget)}`),
    ];
  });
  return table(caption, head, rows);
}

const changed = ({ difference, verdict }: ComparedRow): Cell => ({
  html: `${markup(difference)}${verdict === '' ? '' : verdict === 'better' ? ' <b class="good">✓ better</b>' : ' <b class="bad">✗ worse</b>'}`,
  kind: 'number',
});

export function comparisonTable(summaries: readonly Summary[]): string {
  const two = comparable(summaries);
  const head = ['', ...summaries.map(({ label }) => number(label)), ...(two ? [number('difference')] : [])];
  const rows = comparedRows(summaries).map((row): readonly CellOf[] => [
    `${row.group}: ${row.name}`,
    ...row.texts.map(number),
    ...(two ? [changed(row)] : []),
  ]);
  return table('Figure by figure; what bins cannot tell apart is called the same', head, rows);
}

export function namedTable(
  caption: string,
  counts: readonly NamedCount[],
  { label }: Summary,
  replay: Replay | null,
): string {
  const head = ['', number('runs'), number('per thousand'), 'seeds', ...(replay ? ['to see it'] : [])];
  const rows = counts.map(({ name, runs, perThousand, seeds }): readonly CellOf[] => [
    name,
    number(countText(runs)),
    number(perThousandText(perThousand)),
    mono(seeds.join(', ')),
    ...(replay && seeds[0] !== undefined ? [mono(replay(seeds[0], label))] : []),
  ]);
  return table(caption, head, rows);
}

export function settingsTable(summaries: readonly Summary[]): string {
  const settings = summaries.map(({ setting }) => setting);
  const different = new Set(differing(settings).map(({ name }) => name));
  const names = [...new Set(settings.flatMap((setting) => choices(setting).map(([name]) => name)))];
  const all = settings.map((setting) => new Map(choices(setting)));
  const rows = names.map((name): readonly CellOf[] => [
    { html: `${markup(name)}${different.has(name) ? ' <b>≠</b>' : ''}`, kind: 'mono' },
    ...all.map((one) => one.get(name) ?? '–'),
  ]);
  return table(
    'What was chosen; the rest is drawn from each seed',
    ['', ...summaries.map(({ label }) => label)],
    rows,
  );
}

/** A page of several runs is still to be mailed. */
const MOST_ROWS = 400;

export function traceTable({ trace, seed }: RunResult): string {
  const rows = trace
    .slice(0, MOST_ROWS)
    .map(({ atMs, where, event, subject, because }): readonly CellOf[] => [
      number((atMs / 1000).toFixed(2)),
      where,
      mono(event),
      subject,
      because,
    ]);
  const more = trace.length - rows.length;
  const note = more > 0 ? `<p class="note">${countText(more)} more in the replay.</p>` : '';
  return `${table(`Trace of seed ${seed}`, [number('seconds'), 'where', 'event', 'subject', 'because'], rows)}${note}`;
}

// Summaries side by side for a terminal: what was chosen differently, then row by row what came of it.

import { type ComparedRow, comparable, comparedRows } from './comparison.ts';
import { beside, cut, type Line, type Look, padded, padLeft, words } from './lines.ts';
import { differing } from './settings.ts';
import type { Summary } from './summary.ts';

const NAME = 27;
const LEAST = 10;
const MOST = 20;
/** A list of faults is long; the page has it whole. */
const LONGEST = 40;

const widthFor = ({ columns }: Look, cells: number): number =>
  Math.max(LEAST, Math.min(MOST, Math.floor((columns - 2 - NAME) / cells) - 1));

function choices(summaries: readonly Summary[], look: Look): readonly Line[] {
  const found = differing(summaries.map(({ setting }) => setting));
  if (found.length === 0) return [[words('  The settings are the same.', 'dim')], []];
  return [
    [words('  Chosen differently', 'bold')],
    ...found.flatMap(({ name, values }) =>
      beside(
        [words(`  ${padded(name, NAME)} `)],
        values.map((value) => cut(value ?? '–', LONGEST)).join('  →  '),
        'bold',
        look.columns,
      ),
    ),
    [],
  ];
}

function rowLine({ name, texts, difference, verdict }: ComparedRow, wide: number): Line {
  return [
    words(`    ${padded(name, NAME - 2)}`),
    ...texts.map((text) => words(` ${padLeft(text, wide)}`)),
    words(
      difference === '' ? '' : ` ${padLeft(`${difference}${verdict === '' ? '' : ` ${verdict}`}`, wide + 2)}`,
      verdict === 'better' ? 'good' : verdict === 'worse' ? 'bad' : 'dim',
    ),
  ];
}

export function comparisonLines(summaries: readonly Summary[], look: Look): readonly Line[] {
  const two = comparable(summaries);
  const wide = widthFor(look, summaries.length + (two ? 1 : 0));
  const rows = comparedRows(summaries);
  const groups = [...new Set(rows.map(({ group }) => group))];
  return [
    ...choices(summaries, look),
    [
      words(`  ${padded('', NAME)}`),
      ...summaries.map(({ label }) => words(` ${padLeft(label, wide)}`, 'bold')),
      words(two ? ` ${padLeft('difference', wide + 2)}` : '', 'dim'),
    ],
    ...groups.flatMap((group) => [
      [words(`  ${group}`, 'bold')],
      ...rows.filter((row) => row.group === group).map((row) => rowLine(row, wide)),
    ]),
  ];
}

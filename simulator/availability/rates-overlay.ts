// A person's own figures over the default table: a JSON text with the parts that differ. Everything it may not say is
// refused by name, all at once, with what is allowed there: a misspelt cause that is ignored would be believed.

import type { FailureTable } from './failure-rates.ts';

export type RatesRead =
  | { readonly ok: true; readonly table: FailureTable }
  | { readonly ok: false; readonly problems: readonly string[] };

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  readonly what: string;
}

const YEAR_SECONDS = 31_536_000;
const FIGURES = {
  eventsPerYear: { low: 0, high: 10_000, whole: false, what: 'events a year of one unit' },
  medianSeconds: { low: 0, high: YEAR_SECONDS, whole: false, what: 'seconds' },
  sigma: { low: 0, high: 3, whole: false, what: 'the logarithm’s standard deviation' },
  zones: { low: 2, high: 6, whole: true, what: 'Availability Zones' },
  tasks: { low: 1, high: 100, whole: true, what: 'tasks' },
} as const satisfies Record<string, Bounds>;
type Figure = keyof typeof FIGURES;

const CAUSE_FIGURES: readonly Figure[] = ['eventsPerYear', 'medianSeconds', 'sigma'];
const HEALING_FIGURES: readonly Figure[] = ['medianSeconds', 'sigma'];
const TOPOLOGY_FIGURES: readonly Figure[] = ['zones', 'tasks'];
const YOURS = 'from the rates file; it names no source';

export function readRates(text: string, base: FailureTable): RatesRead {
  const problems: string[] = [];
  const parsed = parseJson(text, problems);
  const top = section(parsed, 'the rates file', ['causes', 'healing', 'topology'], problems);
  const table: FailureTable = {
    causes: overlayRows(base.causes, top['causes'], 'causes', CAUSE_FIGURES, problems),
    healing: overlayRows(base.healing, top['healing'], 'healing', HEALING_FIGURES, problems),
    topology: { ...base.topology, ...figuresOf(top['topology'], 'topology', TOPOLOGY_FIGURES, problems) },
  };
  return problems.length > 0 ? { ok: false, problems } : { ok: true, table };
}

function parseJson(text: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.push(`the rates file is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

function overlayRows<Name extends string, Row extends { readonly source: string }>(
  base: Readonly<Record<Name, Row>>,
  found: unknown,
  where: string,
  figures: readonly Figure[],
  problems: string[],
): Readonly<Record<Name, Row>> {
  const names = Object.keys(base) as Name[];
  const rows = section(found ?? {}, where, names, problems);
  const result: Record<Name, Row> = { ...base };
  for (const name of names) {
    const row = rows[name];
    if (row === undefined) continue;
    const changed = figuresOf(row, `${where}.${name}`, figures, problems, ['source']);
    const source = isRow(row) ? (row['source'] ?? YOURS) : YOURS;
    if (typeof source !== 'string')
      problems.push(
        `${where}.${name}.source is ${shown(source)}; allowed: a text that says where it is from`,
      );
    else result[name] = { ...base[name], ...changed, source };
  }
  return result;
}

function figuresOf(
  found: unknown,
  where: string,
  figures: readonly Figure[],
  problems: string[],
  texts: readonly string[] = [],
): Partial<Record<Figure, number>> {
  const row = section(found ?? {}, where, [...figures, ...texts], problems);
  const result: Partial<Record<Figure, number>> = {};
  for (const figure of figures) {
    const value = row[figure];
    if (value === undefined) continue;
    const { low, high, whole, what } = FIGURES[figure];
    const fits = typeof value === 'number' && value >= low && value <= high;
    if (fits && (!whole || Number.isInteger(value))) result[figure] = value;
    else
      problems.push(
        `${where}.${figure} is ${shown(value)}; allowed: a ${whole ? 'whole ' : ''}number from ${low} to ${high} (${what})`,
      );
  }
  return result;
}

function section(
  found: unknown,
  where: string,
  allowed: readonly string[],
  problems: string[],
): Readonly<Record<string, unknown>> {
  if (!isRow(found)) {
    problems.push(`${where} is ${shown(found)}; allowed: an object with ${allowed.join(', ')}`);
    return {};
  }
  for (const name of Object.keys(found))
    if (!allowed.includes(name))
      problems.push(`${where} has “${name}”, which is not known here; allowed: ${allowed.join(', ')}`);
  return found;
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

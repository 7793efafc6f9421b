/**
 * Rescued rows as lines for people: by transaction, the table, the key, what was there and what came after.
 * Values come from a database that anyone may have written to, so nothing of them reaches the terminal raw.
 */
import { type Finding, keyOf, type Verdict } from '@understudy/engine/rds/rescue-chain';
import type { Rescued, RescuedRow, RescueFile } from '@understudy/engine/rds/rescue-rows';
import { bold, cyan, dim, green, red, yellow } from './terminal.ts';

/** A change with its position in the file, from 1. */
export interface Numbered {
  readonly number: number;
  readonly change: Rescued;
}

/** The changes of one table, or all of them; definitions are of no table. */
export function numbered(file: RescueFile, table: string | undefined): readonly Numbered[] {
  const all = file.changes.map((change, n): Numbered => ({ number: n + 1, change }));
  if (table === undefined) return all;
  return all.filter(({ change }) => change.operation !== 'statement' && isTable(change.table, table));
}

/** `storefront.orders`, or `orders` alone. */
function isTable(full: string, asked: string): boolean {
  return full === asked || full.slice(full.indexOf('.') + 1) === asked;
}

export function linesOf(file: RescueFile, shown: readonly Numbered[]): readonly string[] {
  let gtid: string | undefined;
  return shown.flatMap(({ change }) => {
    const heading = change.gtid === gtid ? [] : [`${bold(`transaction ${change.gtid}`)} ${dim(change.time)}`];
    gtid = change.gtid;
    return [...heading, ...changeLines(file, change)];
  });
}

function changeLines(file: RescueFile, change: Rescued): readonly string[] {
  if (change.operation === 'statement') return [`  ${yellow('definition')} ${quoted(change.sql)}`];
  return [`  ${titleOf(file, change)}`, ...valueLines(file, change).map((line) => `      ${line}`)];
}

export function titleOf(file: RescueFile, row: RescuedRow): string {
  const colour = { insert: green, update: yellow, delete: red }[row.operation];
  const key = Object.entries(keyOf(file, row)).map(([name, value]) => `${plain(name)} ${quoted(value)}`);
  return `${colour(row.operation)} ${cyan(plain(row.table))} ${key.join(', ')}`;
}

/** Of an update, the columns that changed; of an insert or a delete, those that the title does not name. */
function valueLines(file: RescueFile, row: RescuedRow): readonly string[] {
  const { before, after } = row;
  const names = Object.keys({ ...before, ...after });
  if (before && after)
    return names
      .filter((name) => before[name] !== after[name])
      .map((name) => `${plain(name)}: ${quoted(before[name])} → ${quoted(after[name])}`);
  const key = keyOf(file, row);
  const others = names.filter((name) => !Object.hasOwn(key, name));
  return after
    ? others.map((name) => `${plain(name)}: → ${quoted(after[name])}`)
    : others.map((name) => `${plain(name)}: ${quoted(before?.[name])} →`);
}

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  applies: 'would apply',
  same: 'there already',
  missing: 'not there any more',
  conflict: 'changed since',
  'by-hand': 'for a person',
};

export function findingLine(file: RescueFile, { number, change }: Numbered, finding: Finding): string {
  const { verdict, because } = finding;
  const colour = verdict === 'applies' || verdict === 'same' ? green : red;
  const what = change.operation === 'statement' ? quoted(change.sql) : titleOf(file, change);
  return `${dim(`${number}`.padStart(5))} ${colour(VERDICTS[verdict].padEnd(18))} ${what}${dim(`: ${because}`)}`;
}

const LONGEST = 200;

function quoted(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  const text = JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  return escaped(text);
}

/** Names too may hold anything. */
function plain(name: string): string {
  return escaped(name);
}

/** Control and formatting characters (RFC 8259 leaves DEL, C1 and the directional ones as they are). */
function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

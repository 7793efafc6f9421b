/**
 * A rescue file as SQL that can be run against the present writer, more than once, without undoing what came
 * later: an insert leaves a row that is there alone, an update or a delete touches a row only while every
 * column still is what it was before the change. Values and names are escaped by mysql2, whose backslashes
 * need a session without NO_BACKSLASH_ESCAPES: the first lines see to it. Pure.
 */
import { escapeId, escape as escapeValue } from 'mysql2';
import { BYTES, type Column, type RescuedRow, type RescueFile, type Values } from './rescue-rows.ts';

/** What the literals below mean depends on these; a session that runs or checks them says them first. */
export const SESSION: readonly string[] = [
  'SET NAMES utf8mb4',
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'",
  "SET SESSION time_zone = '+00:00'",
];

const NUMBERS: ReadonlySet<string> = new Set(
  'tinyint smallint mediumint int bigint decimal float double year enum'.split(' '),
);
const BITS: ReadonlySet<string> = new Set(['bit', 'set']);
const TEXTS: ReadonlySet<string> = new Set('char varchar tinytext text mediumtext longtext json'.split(' '));
const TIMES: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'timestamp']);

/** A row as one statement, or why it is left to a person. */
export type Replay = { readonly sql: string } | { readonly byHand: string };

/** The columns that a statement may name; or why there can be no statement. */
export function columnsOf(
  file: RescueFile,
  row: RescuedRow,
): readonly Column[] | { readonly byHand: string } {
  const shape = file.tables?.[row.table];
  if (!shape) return { byHand: 'the file does not say how the table is made' };
  const named = Object.keys({ ...row.before, ...row.after });
  const stranger = named.find((name) => !shape.some((column) => column.name === name));
  if (stranger !== undefined) return { byHand: `the table had another shape by then (column ${stranger})` };
  const columns = shape.filter((column) => !column.generated && named.includes(column.name));
  const odd = columns.find(
    ({ type }) => ![NUMBERS, BITS, TEXTS, TIMES, BYTES].some((types) => types.has(type)),
  );
  if (odd) return { byHand: `column ${odd.name} is of type ${odd.type}` };
  return columns;
}

export function replayOf(file: RescueFile, row: RescuedRow): Replay {
  const columns = columnsOf(file, row);
  if ('byHand' in columns) return columns;
  const table = tableName(row.table);
  const { before, after } = row;
  if (before === null) return { sql: insert(table, after!, columns) };
  const where = guard(before, columns);
  const once = hasKey(columns) ? '' : ' LIMIT 1';
  if (after === null) return { sql: `DELETE FROM ${table} WHERE ${where}${once}` };
  const changed = columns.filter(({ name }) => before[name] !== after[name]);
  if (changed.length === 0) return { byHand: 'nothing that can be seen was changed' };
  const set = changed.map((column) => `${escapeId(column.name, true)} = ${valueIn(after, column)}`);
  return { sql: `UPDATE ${table} SET ${set.join(', ')} WHERE ${where}${once}` };
}

function insert(table: string, after: Values, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => escapeId(name, true)).join(', ');
  const values = columns.map((column) => valueIn(after, column)).join(', ');
  if (hasKey(columns)) return `INSERT IGNORE INTO ${table} (${names}) VALUES (${values})`;
  // Nothing but the whole row says that it is there already.
  return `INSERT INTO ${table} (${names}) SELECT ${values} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${guard(after, columns)})`;
}

/** `schema.table`, as the file has it. */
export function tableName(table: string): string {
  const dot = table.indexOf('.');
  return `${escapeId(table.slice(0, dot), true)}.${escapeId(table.slice(dot + 1), true)}`;
}

export function hasKey(columns: readonly Column[]): boolean {
  return columns.some(({ key }) => key);
}

/** The key's columns; all of them where there is no primary key. */
export function keyColumns(columns: readonly Column[]): readonly Column[] {
  return hasKey(columns) ? columns.filter(({ key }) => key) : columns;
}

/** True of a row whose columns are all these: texts byte by byte, the key by its index. */
export function guard(values: Values, columns: readonly Column[]): string {
  const compared = columns
    // The binary log's reader prints six digits of a FLOAT: equality would never hold.
    .filter((column) => column.type !== 'float' || values[column.name] === null)
    .map((column) => {
      const collation =
        TEXTS.has(column.type) && !column.key && values[column.name] !== null ? ' COLLATE utf8mb4_bin' : '';
      return `${escapeId(column.name, true)} <=> ${valueIn(values, column)}${collation}`;
    });
  return compared.length === 0 ? 'FALSE' : compared.join(' AND ');
}

function valueIn(values: Values, column: Column): string {
  return literal(values[column.name] ?? null, column.type);
}

/** A value as its type is written. What does not look like its type is written as text, escaped. */
export function literal(value: string | null, type: string): string {
  if (value === null) return 'NULL';
  if (NUMBERS.has(type) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return value;
  if (BITS.has(type) && /^[01]{1,64}$/.test(value)) return BigInt(`0b${value}`).toString();
  if (BYTES.has(type) && /^0x([0-9a-f]{2})*$/.test(value))
    return escapeValue(Buffer.from(value.slice(2), 'hex'));
  if (type === 'timestamp')
    return escapeValue(value.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z$/, '$1 $2'));
  return escapeValue(value);
}

/** The whole file, in the order in which it was committed, a transaction each. */
export function sqlOf(file: RescueFile): string {
  const lines = [
    ...comment(
      `What ${file.region} had accepted and ${file.newWriterRegion} never received: after ${file.fromGtid || 'the beginning'}, up to ${file.toGtid}.`,
    ),
    ...comment(`Set aside ${file.exportedAt}, epoch ${file.epoch}.`),
    ...comment('A row that is there is not overwritten, one that was changed since is left alone;'),
    ...comment(
      'what is left to a person stands in a comment. Check first: understudy rescue apply --dry-run.',
    ),
    ...SESSION.map((line) => `${line};`),
  ];
  let gtid: string | undefined;
  for (const change of file.changes) {
    if (change.gtid !== gtid) {
      if (gtid !== undefined) lines.push('COMMIT;');
      gtid = change.gtid;
      lines.push('', ...comment(`transaction ${gtid}, ${change.time}`), 'START TRANSACTION;');
    }
    if (change.operation === 'statement') {
      lines.push(...comment(`by hand, a definition:\n${change.sql}`));
      continue;
    }
    const replay = replayOf(file, change);
    if ('sql' in replay) lines.push(`${replay.sql};`);
    else
      lines.push(
        ...comment(
          `by hand (${replay.byHand}): ${change.operation} ${change.table} ${JSON.stringify({ before: change.before, after: change.after })}`,
        ),
      );
  }
  if (gtid !== undefined) lines.push('COMMIT;');
  return `${lines.join('\n')}\n`;
}

/** Text from a database never leaves the comment: every line of it is one. */
function comment(text: string): readonly string[] {
  return text.split(/\p{Cc}+/u).map((line) => `-- ${line}`);
}

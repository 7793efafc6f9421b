/** What GET /api/events asks for, read from a query and turned into SQL. Values are bound, never written into it. */
export interface EventAsk {
  /** Records after this number, oldest first. */
  readonly after?: number;
  /** Records before this number, the newest of them. */
  readonly before?: number;
  /** Passes over so many of those that match, from the oldest. */
  readonly offset?: number;
  readonly limit: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly text?: string;
  readonly where?: readonly string[];
  readonly event?: readonly string[];
}

export class AskError extends Error {}

const DEFAULT_LIMIT = 1000;
const MOST = 10_000;
const LONGEST_TEXT = 200;

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export function readEventAsk(query: Query): EventAsk {
  const after = wholeOf(query, 'after');
  const before = wholeOf(query, 'before');
  const offset = wholeOf(query, 'offset');
  const fromMs = numberOf(query, 'fromMs');
  const toMs = numberOf(query, 'toMs');
  const text = textOf(query, 'text');
  const where = listOf(query, 'where');
  const event = listOf(query, 'event');
  return {
    limit: Math.min(wholeOf(query, 'limit') ?? DEFAULT_LIMIT, MOST),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    ...(offset !== undefined && { offset }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(text !== undefined && { text }),
    ...(where && { where }),
    ...(event && { event }),
  };
}

export function numberOf(query: Query, name: string): number | undefined {
  const given = textOf(query, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isFinite(value)) throw new AskError(`${name} must be a number, found ${JSON.stringify(given)}`);
  return value;
}

function wholeOf(query: Query, name: string): number | undefined {
  const value = numberOf(query, name);
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
    throw new AskError(`${name} must be a whole number from 0, found ${value}`);
  return value;
}

/** An empty value asks for nothing. */
export function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new AskError(`${name} may be given once`);
  if (value.length > LONGEST_TEXT)
    throw new AskError(`${name} may have ${LONGEST_TEXT} characters, found ${value.length}`);
  return value;
}

const listOf = (query: Query, name: string): readonly string[] | undefined =>
  textOf(query, name)?.split(',').filter(Boolean);

export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Which records match; cursors, offset and limit are not part of it. */
export function conditionOf(ask: EventAsk): Condition {
  const parts: Condition[] = [];
  const add = (sql: string, ...values: (string | number)[]): void => void parts.push({ sql, values });
  if (ask.fromMs !== undefined) add('at_ms >= ?', ask.fromMs);
  if (ask.toMs !== undefined) add('at_ms <= ?', ask.toMs);
  if (ask.where) add(`place IN (${ask.where.map(() => '?').join(', ') || 'NULL'})`, ...ask.where);
  if (ask.event?.length) {
    const one = "(event = ? OR event LIKE ? ESCAPE '\\')";
    const values = ask.event.flatMap((name) => [name, `${escaped(name)}.%`]);
    add(`(${ask.event.map(() => one).join(' OR ')})`, ...values);
  }
  if (ask.text !== undefined) {
    const pattern = `%${escaped(ask.text)}%`;
    const like = ['event', 'subject', 'because'].map((column) => `${column} LIKE ? ESCAPE '\\'`);
    add(`(${like.join(' OR ')})`, pattern, pattern, pattern);
  }
  return {
    sql: parts.map(({ sql }) => sql).join(' AND ') || 'TRUE',
    values: parts.flatMap(({ values }) => [...values]),
  };
}

/** LIKE's own signs stand for themselves. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

/**
 * Reads what `mariadb-binlog --base64-output=decode-rows -v` prints and turns it into rows a person can read:
 * which transaction, when, which table, what was there before and after. The program prints columns by number
 * and unsigned numbers twice (`-1 (4294967295)`); names and types come from the server's catalogue. It prints
 * texts as the bytes they are, so a line is given here with one character for each byte (latin1). Pure.
 */
import type { JsonObject } from '../contract.ts';

export interface Column {
  readonly name: string;
  readonly unsigned: boolean;
  readonly type: string;
  /** Part of the primary key. */
  readonly key?: boolean;
  /** Computed by the server; no statement may give it a value. */
  readonly generated?: boolean;
  readonly charset?: string | null;
}

/** Columns in their order, by `schema.table`. */
export type Catalogue = ReadonlyMap<string, readonly Column[]>;

export type Values = Readonly<Record<string, string | null>>;

export interface RescuedRow {
  readonly gtid: string;
  /** UTC, to the second, as the binary log keeps it. */
  readonly time: string;
  readonly operation: 'insert' | 'update' | 'delete';
  readonly table: string;
  readonly before: Values | null;
  readonly after: Values | null;
}

export interface RescuedStatement {
  readonly gtid: string;
  readonly time: string;
  readonly operation: 'statement';
  readonly sql: string;
}

export type Rescued = RescuedRow | RescuedStatement;

export interface RescueFile {
  readonly globalClusterIdentifier: string;
  readonly clusterIdentifier: string;
  readonly region: string;
  readonly newWriterRegion: string;
  readonly epoch: number;
  /** The last transaction that the new writer has; everything after it is here. */
  readonly fromGtid: string;
  readonly toGtid: string;
  readonly exportedAt: string;
  readonly counts: JsonObject;
  /** The shape of every table that has rows here; absent in files of earlier versions. */
  readonly tables?: Readonly<Record<string, readonly Column[]>>;
  readonly changes: readonly Rescued[];
}

type Image = 'before' | 'after';

interface OpenRow {
  readonly operation: RescuedRow['operation'];
  readonly table: string;
  image: Image;
  readonly before: Record<string, string | null>;
  readonly after: Record<string, string | null>;
}

const OPERATIONS: Readonly<Record<string, RescuedRow['operation']>> = {
  'INSERT INTO': 'insert',
  UPDATE: 'update',
  'DELETE FROM': 'delete',
};

/** Takes the program's lines one by one; what it has understood is in `changes` after `end`. */
export function rescueReader(catalogue: Catalogue, hiddenSchema: string) {
  const changes: Rescued[] = [];
  let gtid = '';
  let time = '';
  let row: OpenRow | undefined;
  let statement: string[] | undefined;

  const closeRow = (): void => {
    if (row && !row.table.startsWith(`${hiddenSchema}.`)) {
      const { operation, table, before, after } = row;
      changes.push({
        gtid,
        time,
        operation,
        table,
        before: operation === 'insert' ? null : before,
        after: operation === 'delete' ? null : after,
      });
    }
    row = undefined;
  };
  const rowLine = (text: string): void => {
    const header = /^(INSERT INTO|UPDATE|DELETE FROM) `(.+?)`\.`(.+)`$/.exec(text);
    if (header) {
      closeRow();
      row = {
        operation: OPERATIONS[header[1]!]!,
        table: utf8(`${header[2]}.${header[3]}`),
        image: header[1] === 'INSERT INTO' ? 'after' : 'before',
        before: {},
        after: {},
      };
      return;
    }
    if (!row) return;
    if (text === 'WHERE') row.image = 'before';
    else if (text === 'SET') row.image = 'after';
    const value = /^ {2}@(\d+)=(.*)$/s.exec(text);
    if (!value) return;
    const column = catalogue.get(row.table)?.[Number(value[1]) - 1];
    row[row.image][column?.name ?? `@${value[1]}`] = readValue(value[2]!, column);
  };
  const statementLine = (line: string): void => {
    if (line === '/*!*/;') {
      const sql = utf8(statement!.join('\n').trim());
      if (isDefinition(sql)) changes.push({ gtid, time, operation: 'statement', sql });
      statement = undefined;
    } else if (!line.endsWith('/*!*/;')) statement!.push(line);
  };

  return {
    changes,
    line: (line: string): void => {
      if (line.startsWith('### ')) {
        rowLine(line.slice(4));
        return;
      }
      closeRow();
      const event = /^#(\d{2})(\d{2})(\d{2}) +(\d+):(\d{2}):(\d{2}) server id \d+ /.exec(line);
      if (event) {
        time = `20${event[1]}-${event[2]}-${event[3]}T${event[4]!.padStart(2, '0')}:${event[5]}:${event[6]}Z`;
        const started = /\tGTID (\d+-\d+-\d+)/.exec(line);
        if (started) gtid = started[1]!;
        statement = /\tQuery\t/.test(line) ? [] : undefined;
      } else if (statement) statementLine(line);
    },
    end: closeRow,
  };
}

/** The bookends of row transactions are statements too, but say nothing. */
function isDefinition(sql: string): boolean {
  return sql !== '' && !/^(START TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b/i.test(sql);
}

/** Types whose values are bytes rather than text; such a value reads `0x…`. */
export const BYTES: ReadonlySet<string> = new Set([
  'binary',
  'varbinary',
  'tinyblob',
  'blob',
  'mediumblob',
  'longblob',
]);

function readValue(text: string, column: Column | undefined): string | null {
  if (text === 'NULL') return null;
  const quoted = /^b?'(.*)'$/s.exec(text);
  if (quoted) {
    const bytes = unescapeBytes(quoted[1]!);
    if (column && BYTES.has(column.type)) return `0x${Buffer.from(bytes, 'latin1').toString('hex')}`;
    if (column?.type === 'date') return bytes.replaceAll(':', '-');
    return column?.charset === 'latin1' ? bytes : utf8(bytes);
  }
  const twice = /^(-?\d+) \((\d+)\)$/.exec(text);
  if (twice) return column?.unsigned ? twice[2]! : twice[1]!;
  const seconds = /^(\d+)(\.\d+)?$/.exec(text);
  if (column?.type === 'timestamp' && seconds) return timestampOf(Number(seconds[1]), seconds[2]);
  return text.trim();
}

/** Microseconds stay: a JavaScript date would round them. */
function timestampOf(seconds: number, fraction = '.000'): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, `${fraction}Z`);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * `\x0a` is a line break within a text; a backslash of the text itself stands as it is. The program writes
 * bytes below 0x20 so, and those alone; a text that spells out such a sequence cannot be told from one.
 */
function unescapeBytes(text: string): string {
  return text.replace(/\\x([01][0-9a-f])/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

export function countChanges(changes: readonly Rescued[]): {
  readonly transactions: number;
  readonly rows: number;
  readonly statements: number;
  readonly tables: Readonly<Record<string, number>>;
} {
  const tables: Record<string, number> = {};
  let rows = 0;
  for (const change of changes)
    if (change.operation !== 'statement') {
      rows++;
      tables[change.table] = (tables[change.table] ?? 0) + 1;
    }
  const transactions = new Set(changes.map((change) => change.gtid)).size;
  return { transactions, rows, statements: changes.length - rows, tables };
}

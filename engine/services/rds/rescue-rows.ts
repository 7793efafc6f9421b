/**
 * Reads what `mariadb-binlog --base64-output=decode-rows -v` prints and turns it into rows a person can read:
 * which transaction, when, which table, what was there before and after. The program prints columns by number
 * and unsigned numbers twice (`-1 (4294967295)`); names and types come from the server's catalogue. Pure.
 */
import type { JsonObject } from '../contract.ts';

export interface Column {
  readonly name: string;
  readonly unsigned: boolean;
  readonly type: string;
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
        table: `${header[2]}.${header[3]}`,
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
      const sql = statement!.join('\n').trim();
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

function readValue(text: string, column: Column | undefined): string | null {
  if (text === 'NULL') return null;
  const quoted = /^b?'(.*)'$/s.exec(text);
  if (quoted) return unescapeBytes(quoted[1]!);
  const twice = /^(-?\d+) \((\d+)\)$/.exec(text);
  if (twice) return column?.unsigned ? twice[2]! : twice[1]!;
  if (column?.type === 'timestamp' && /^\d+(\.\d+)?$/.test(text))
    return new Date(Number(text) * 1000).toISOString();
  return text;
}

/** `\x0a` is a line break within a text; a backslash of the text itself stands as it is. */
function unescapeBytes(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
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

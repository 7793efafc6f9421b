/**
 * The engine's own connections to a server: by Unix socket, opened when first needed, opened again after a
 * failure. Every statement has a deadline in real time; a server that does not answer within it loses the
 * connection, because an answer that comes later would be taken for the next statement's.
 */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { ENGINE_USER } from './secrets.ts';

export type Row = Readonly<Record<string, string | number | null>>;

export interface Sql {
  query(statement: string, values?: readonly (string | number | null)[], deadlineMs?: number): Promise<Row[]>;
  close(): void;
}

/** The server did not answer in time: it hangs, or waits for something. */
export class SqlDeadline extends Error {}

export const STATEMENT_DEADLINE_MS = 15_000;

export function openSql(socketPath: string, password: string): Sql {
  let connection: Promise<Connection> | undefined;
  // A destroyed connection forgets the statements that wait on it; they are told here.
  const waiting = new Set<(reason: Error) => void>();
  const drop = (reason: Error): void => {
    const dropped = connection;
    connection = undefined;
    for (const reject of [...waiting]) reject(reason);
    void dropped?.then(
      (open) => open.destroy(),
      () => {},
    );
  };
  const connect = (): Promise<Connection> => {
    const opening = createConnection({
      socketPath,
      user: ENGINE_USER,
      password,
      supportBigNumbers: true,
      dateStrings: true,
    });
    connection = opening;
    opening.then(
      (open) => {
        const lost = (): void => {
          if (connection === opening) connection = undefined;
        };
        open.on('error', lost);
        open.on('end', lost);
      },
      () => {
        if (connection === opening) connection = undefined;
      },
    );
    return opening;
  };
  return {
    query: async (statement, values = [], deadlineMs = STATEMENT_DEADLINE_MS) => {
      const work = (async () => {
        const open = await (connection ?? connect());
        const [rows] = await open.query<RowDataPacket[]>(statement, [...values]);
        return Array.isArray(rows) ? (rows as Row[]) : [];
      })();
      return await answered(work, deadlineMs, statement, waiting, drop);
    },
    close: () => drop(new Error('the connection was closed')),
  };
}

async function answered<T>(
  work: Promise<T>,
  deadlineMs: number,
  statement: string,
  waiting: Set<(reason: Error) => void>,
  drop: (reason: Error) => void,
): Promise<T> {
  work.catch(() => {});
  const { promise, reject } = Promise.withResolvers<never>();
  waiting.add(reject);
  const timer = setTimeout(
    () => drop(new SqlDeadline(`no answer within ${deadlineMs} ms to: ${statement.slice(0, 80)}`)),
    deadlineMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    waiting.delete(reject);
  }
}

/** The first column of the first row, as text; empty if there is none. */
export function firstText(rows: readonly Row[]): string {
  const value = rows[0] ? Object.values(rows[0])[0] : undefined;
  return value === null || value === undefined ? '' : String(value);
}

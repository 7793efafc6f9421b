/**
 * Asks a database what would become of rescued rows, and changes nothing: one read-only transaction on one
 * snapshot. The server compares, with the conditions that the replayable SQL carries.
 */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { type Chain, chainsOf, type Finding, findingsOf } from './rescue-chain.ts';
import type { RescueFile, Values } from './rescue-rows.ts';
import { guard, keyColumns, SESSION, tableName } from './rescue-sql.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const CONNECT_DEADLINE_MS = 5000;
/** States in one question; a counter may have thousands. */
const AT_ONCE = 40;

/** A finding for each change of the file, in its order. */
export async function checkRescue(file: RescueFile, database: DatabaseAddress): Promise<readonly Finding[]> {
  const { chains, byHand } = chainsOf(file);
  const found = new Map(byHand);
  const connection = await createConnection({ ...database, connectTimeout: CONNECT_DEADLINE_MS });
  try {
    for (const line of SESSION) await connection.query(line);
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    for (const chain of chains) {
      const findings = await find(connection, chain);
      for (const [n, position] of chain.changes.entries()) found.set(position, findings[n]!);
    }
    await connection.query('ROLLBACK');
  } finally {
    connection.destroy();
  }
  return file.changes.map((_, n) => found.get(n)!);
}

async function find(connection: Connection, chain: Chain): Promise<readonly Finding[]> {
  try {
    const present = (await whichExist(connection, chain, distinctKeys(chain))).includes(true);
    return findingsOf(chain, await standsAt(connection, chain, present), present);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== 'ER_NO_SUCH_TABLE' && code !== 'ER_BAD_FIELD_ERROR') throw error;
    return chain.changes.map(() => ({ verdict: 'by-hand', because: (error as Error).message }));
  }
}

async function standsAt(connection: Connection, chain: Chain, present: boolean): Promise<number | undefined> {
  const { states, columns } = chain;
  if (!present) {
    const absent = states.lastIndexOf(null);
    return absent === -1 ? undefined : absent;
  }
  for (let end = states.length; end > 0; end -= AT_ONCE) {
    const start = Math.max(0, end - AT_ONCE);
    const asked = states
      .slice(start, end)
      .map((values) => (values === null ? 'FALSE' : guard(values, columns)));
    const last = (await whichExist(connection, chain, asked)).lastIndexOf(true);
    if (last !== -1) return start + last;
  }
  return undefined;
}

function distinctKeys(chain: Chain): readonly string[] {
  const keys = keyColumns(chain.columns);
  const rows = chain.states.filter((values): values is Values => values !== null);
  return [...new Set(rows.map((values) => guard(values, keys)))];
}

/** For each condition, whether the table has such a row. */
async function whichExist(
  connection: Connection,
  chain: Chain,
  conditions: readonly string[],
): Promise<readonly boolean[]> {
  const table = tableName(chain.table);
  const questions = conditions.map((where, n) => `EXISTS(SELECT 1 FROM ${table} WHERE ${where}) AS q${n}`);
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${questions.join(', ')}`);
  return conditions.map((_, n) => Number(rows[0]?.[`q${n}`]) === 1);
}

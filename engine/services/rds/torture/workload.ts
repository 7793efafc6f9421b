/**
 * Clients that write through cluster endpoints and remember what they were told. Each stays with a region until
 * it is refused there, as an application does, so that an old writer that is cut off keeps its clients. Writes
 * are rows with keys of their own, and counters moved by compare-and-set, whose move is a row in the same
 * transaction. Each acknowledged write is looked for at once, and so is the latest of the others.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { seededRandom } from '../../../region/random.ts';
import { connectTo, type RegionUnderTest, until } from '../two-regions.ts';
import type { Acknowledged, StaleRead } from './ledger.ts';

const CLIENTS = 6;
export const COUNTERS = 3;
const QUERY_DEADLINE_MS = 10_000;
const PAUSE_MS = 15;
const MOVES_A_COUNTER = 0.35;

export const TABLES = [
  // The id is not the key: a write that was applied twice shall be seen.
  'CREATE TABLE ledger (entry BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, counter INT, value INT, KEY (id))',
  'CREATE TABLE counters (name INT PRIMARY KEY, value INT NOT NULL)',
  `INSERT INTO counters VALUES ${Array.from({ length: COUNTERS }, (_, name) => `(${name}, 0)`).join(', ')}`,
];

export interface Workload {
  readonly acknowledged: Map<number, Acknowledged>;
  readonly staleReads: StaleRead[];
  readonly counts: { refused: number; conflicts: number; reads: number; behindAtStandby: number };
  /** Real ms between two acknowledgements, at most, while clients were writing. */
  longestPauseMs: number;
  /** Acknowledgements of what was sent after this. */
  firstAfter(sinceMs: number): number | undefined;
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

export function epochOf(region: RegionUnderTest): number {
  const { clusters } = region.service.status!() as unknown as { clusters: { epoch: number | null }[] };
  return clusters[0]?.epoch ?? 0;
}

interface State extends Workload {
  running: boolean;
  paused: boolean;
  idle: number;
  lastAtMs: number | undefined;
  readonly latest: Map<string, number>;
  readonly sent: { readonly sentMs: number; readonly atMs: number }[];
}

export function startWorkload(regions: readonly RegionUnderTest[], seed: number): Workload {
  const state: State = {
    acknowledged: new Map(),
    staleReads: [],
    counts: { refused: 0, conflicts: 0, reads: 0, behindAtStandby: 0 },
    longestPauseMs: 0,
    running: true,
    paused: false,
    idle: 0,
    lastAtMs: undefined,
    latest: new Map(),
    sent: [],
    firstAfter: (sinceMs) => state.sent.find(({ sentMs }) => sentMs >= sinceMs)?.atMs,
    pause: async () => {
      state.paused = true;
      await until('every client is idle', () => state.idle === CLIENTS, 3 * QUERY_DEADLINE_MS);
    },
    resume: () => {
      state.lastAtMs = undefined;
      state.sent.length = 0;
      state.paused = false;
    },
    stop: async () => {
      state.running = false;
      await work;
    },
  };
  const work = Promise.all(
    Array.from({ length: CLIENTS }, (_, number) => runClient(state, regions, number + 1, seed)),
  );
  return state;
}

async function runClient(
  state: State,
  regions: readonly RegionUnderTest[],
  number: number,
  seed: number,
): Promise<void> {
  const random = seededRandom(seed, `client ${number}`);
  let at = number % regions.length;
  let connection: Connection | undefined;
  for (let id = number * 1_000_000_000; state.running; id++) {
    if (state.paused) await rest(state);
    const region = regions[at]!;
    try {
      connection ??= await connectTo(region.endpoint);
      const counter = random() < MOVES_A_COUNTER ? Math.floor(random() * COUNTERS) : undefined;
      const sentMs = performance.now();
      const epoch = epochOf(region);
      if (await write(connection, id, counter)) {
        acknowledge(state, { id, atMs: performance.now(), region: region.region, epoch }, sentMs);
        await lookFor(state, connection, region, id);
      } else state.counts.conflicts++;
      await realSleep(PAUSE_MS);
    } catch {
      state.counts.refused++;
      connection?.destroy();
      connection = undefined;
      at = (at + 1) % regions.length;
      await realSleep(PAUSE_MS * 2);
    }
  }
  connection?.destroy();
}

async function rest(state: State): Promise<void> {
  state.idle++;
  while (state.paused && state.running) await realSleep(PAUSE_MS);
  state.idle--;
}

function acknowledge(state: State, write: Acknowledged, sentMs: number): void {
  state.acknowledged.set(write.id, write);
  state.latest.set(write.region, write.id);
  state.sent.push({ sentMs, atMs: write.atMs });
  if (state.lastAtMs !== undefined)
    state.longestPauseMs = Math.max(state.longestPauseMs, write.atMs - state.lastAtMs);
  state.lastAtMs = write.atMs;
}

const asked = (sql: string, values: unknown[]) => ({ sql, values, timeout: QUERY_DEADLINE_MS });

/** False: another client had moved the counter meanwhile, and nothing was written. */
async function write(connection: Connection, id: number, counter: number | undefined): Promise<boolean> {
  if (counter === undefined) {
    await connection.query(asked('INSERT INTO ledger (id) VALUES (?)', [id]));
    return true;
  }
  await connection.query(asked('START TRANSACTION', []));
  const [rows] = await connection.query<RowDataPacket[]>(
    asked('SELECT value FROM counters WHERE name = ?', [counter]),
  );
  const value = Number(rows[0]!['value']);
  const [{ affectedRows }] = await connection.query<ResultSetHeader>(
    asked('UPDATE counters SET value = ? WHERE name = ? AND value = ?', [value + 1, counter, value]),
  );
  if (affectedRows === 1)
    await connection.query(
      asked('INSERT INTO ledger (id, counter, value) VALUES (?, ?, ?)', [id, counter, value + 1]),
    );
  await connection.query(asked(affectedRows === 1 ? 'COMMIT' : 'ROLLBACK', []));
  return affectedRows === 1;
}

/** A region that has become a standby may lag, and says that it is read-only. */
async function lookFor(
  state: State,
  connection: Connection,
  region: RegionUnderTest,
  own: number,
): Promise<void> {
  const ids = [...new Set([own, state.latest.get(region.region)!])];
  const [rows] = await connection.query<RowDataPacket[]>(
    asked(
      'SELECT @@read_only AS standby, ledger.id FROM (SELECT 1) one LEFT JOIN ledger ON ledger.id IN (?)',
      [ids],
    ),
  );
  state.counts.reads++;
  const found = new Set(rows.map((row) => Number(row['id'])));
  const missing = ids.filter((id) => !found.has(id));
  if (Number(rows[0]!['standby']) === 1) state.counts.behindAtStandby += missing.length;
  else
    for (const id of missing) state.staleReads.push({ id, atMs: performance.now(), region: region.region });
}

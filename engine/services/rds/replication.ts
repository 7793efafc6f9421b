/**
 * Makes one server play the part that the plan gives it, and says where it stands. Only statements; who plays
 * which part is decided in `replication-plan.ts`. Every step may be repeated.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import type { Place } from '../contract.ts';
import { formatPosition, type GtidPosition, laterPosition, parsePosition, reached } from './gtid.ts';
import type { InstanceProcess } from './instance-process.ts';
import { ENGINE_USER, REPLICATION_USER } from './secrets.ts';
import { firstText, type Row } from './sql.ts';

export interface FollowerState {
  readonly ioRunning: boolean;
  /** Not even trying to connect. */
  readonly receiverEnded: boolean;
  readonly sqlRunning: boolean;
  readonly ioErrorNumber: number;
  readonly sqlErrorNumber: number;
  readonly lastError: string;
  /** Received from the source, applied or not. */
  readonly received: GtidPosition;
}

export async function positionOf(
  server: InstanceProcess,
  purpose: 'control' | 'probe' | 'upkeep' = 'control',
  deadlineMs = 15_000,
): Promise<GtidPosition> {
  const rows = await server
    .sql(purpose)
    .query('SELECT @@gtid_binlog_pos AS log, @@gtid_slave_pos AS applied', [], deadlineMs);
  return laterPosition(parsePosition(String(rows[0]?.['log'])), parsePosition(String(rows[0]?.['applied'])));
}

export async function followerState(
  server: InstanceProcess,
  purpose: 'control' | 'probe' = 'control',
): Promise<FollowerState | undefined> {
  const row: Row | undefined = (await server.sql(purpose).query('SHOW SLAVE STATUS', [], 5000))[0];
  if (!row) return undefined;
  return {
    ioRunning: row['Slave_IO_Running'] === 'Yes',
    receiverEnded: row['Slave_IO_Running'] === 'No',
    sqlRunning: row['Slave_SQL_Running'] === 'Yes',
    ioErrorNumber: Number(row['Last_IO_Errno'] ?? 0),
    sqlErrorNumber: Number(row['Last_SQL_Errno'] ?? 0),
    lastError: String(row['Last_IO_Error'] || row['Last_SQL_Error'] || ''),
    received: parsePosition(String(row['Gtid_IO_Pos'] ?? '')),
  };
}

/** Follows a source from where this server stands. */
export async function follow(
  server: InstanceProcess,
  source: Place,
  options: { readonly password: string; readonly acknowledges: boolean },
): Promise<void> {
  const sql = server.sql('control');
  await sql.query('STOP SLAVE');
  await sql.query(`SET GLOBAL rpl_semi_sync_master_enabled=OFF`);
  await sql.query(`SET GLOBAL rpl_semi_sync_slave_enabled=${options.acknowledges ? 'ON' : 'OFF'}`);
  const position = await positionOf(server);
  const applied = parsePosition(firstText(await sql.query('SELECT @@gtid_slave_pos')));
  if (formatPosition(applied) !== formatPosition(position))
    await sql.query('SET GLOBAL gtid_slave_pos=?', [formatPosition(position)]);
  await sql.query(
    `CHANGE MASTER TO MASTER_HOST=?, MASTER_PORT=${source.port}, MASTER_USER=?, MASTER_PASSWORD=?,
     MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1`,
    [source.host, REPLICATION_USER, options.password],
  );
  await sql.query('START SLAVE');
}

/** Receives from its source again, after what it has received already, which stays. */
export async function receiveAgain(server: InstanceProcess): Promise<void> {
  await server.sql('control').query('START SLAVE IO_THREAD');
}

/** Takes nothing more from the source, applies what has arrived, and forgets the source. Returns where it stands. */
export async function drain(server: InstanceProcess, deadlineMs: number): Promise<GtidPosition> {
  const sql = server.sql('control');
  const state = await followerState(server);
  if (!state) return await positionOf(server);
  await sql.query('STOP SLAVE IO_THREAD');
  const received = (await followerState(server))?.received ?? [];
  await sql.query('START SLAVE SQL_THREAD');
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const position = await positionOf(server);
    const now = await followerState(server);
    if (reached(position, received) || now?.sqlErrorNumber) break;
    if (performance.now() > deadline)
      throw new Error(`${server.directory} did not apply what it had received within ${deadlineMs} ms`);
    await realSleep(5);
  }
  await sql.query('STOP SLAVE');
  await sql.query('RESET SLAVE ALL');
  return await positionOf(server);
}

/** Lets clients write. Nothing is followed any more. */
export async function openForWrites(server: InstanceProcess): Promise<void> {
  const sql = server.sql('control');
  if (await followerState(server)) {
    await sql.query('STOP SLAVE');
    await sql.query('RESET SLAVE ALL');
  }
  await sql.query('SET GLOBAL rpl_semi_sync_slave_enabled=OFF');
  await sql.query('SET GLOBAL read_only=OFF');
}

/**
 * Refuses writes and ends the clients' connections, so that none believes it still has the writer. Setting
 * read_only waits for running commits; a commit that waits in turn is ended with its connection.
 */
export async function closeForWrites(server: InstanceProcess): Promise<void> {
  let done = false;
  const closing = server
    .sql('control')
    .query('SET GLOBAL read_only=ON')
    .finally(() => {
      done = true;
    });
  closing.catch(() => {});
  for (let waited = 0; !done && waited < 10_000; waited += 50) {
    await realSleep(waited === 0 ? 5 : 50);
    if (!done && waited >= 500) await endClients(server);
  }
  await closing;
  await endClients(server);
}

/** Ends every connection but the engine's and the followers'. */
export async function endClients(server: InstanceProcess): Promise<number> {
  const sql = server.sql('probe');
  const rows = await sql.query(
    `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER NOT IN (?, ?, 'system user', 'event_scheduler')`,
    [ENGINE_USER, REPLICATION_USER],
  );
  // A connection that ended by itself meanwhile is as good.
  for (const row of rows) await sql.query(`KILL CONNECTION ${Number(row['id'])}`).catch(() => []);
  return rows.length;
}

export async function waitForReader(server: InstanceProcess, on: boolean): Promise<void> {
  // Through its own connection: `control` may be waiting for the very commit that this sets free.
  await server.sql('probe').query(`SET GLOBAL rpl_semi_sync_master_enabled=${on ? 'ON' : 'OFF'}`);
}

/** Waits until the server has applied everything up to a position. */
export async function waitForPosition(
  server: InstanceProcess,
  position: GtidPosition,
  deadlineMs: number,
): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (!reached(await positionOf(server), position)) {
    if (performance.now() > deadline) return false;
    await realSleep(5);
  }
  return true;
}

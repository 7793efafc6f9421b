/** A real server: what its binary log says comes back as SQL that makes the same rows, and undoes nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { openStore } from '../../region/store.ts';
import { dataDirectories } from './data-directory.ts';
import { formatPosition } from './gtid.ts';
import { createInstanceProcess } from './instance-process.ts';
import { positionOf } from './replication.ts';
import { readSurplus } from './rescue.ts';
import { checkRescue } from './rescue-check.ts';
import { countChanges, type RescueFile } from './rescue-rows.ts';
import { sqlOf } from './rescue-sql.ts';
import { openSecrets } from './secrets.ts';
import { findSoftware } from './software.ts';

const HOSTILE = '\'; DROP TABLE x; -- \\ " ` \n\r\0\x1a \u2028 é ☃ 😀 %_';

const TABLES = [
  `CREATE TABLE kinds (id BIGINT UNSIGNED PRIMARY KEY, small SMALLINT, e ENUM('a','b','c'), s SET('x','y','z'), b BIT(9),
     d DATE, dt DATETIME(3), ts TIMESTAMP(6) NULL, tm TIME(2), f FLOAT, db DOUBLE, de DECIMAL(10,2), bl BLOB,
     vb VARBINARY(20), tx TEXT, l VARCHAR(20) CHARACTER SET latin1, y YEAR, j JSON, g BIGINT AS (small + 1) STORED)`,
  'CREATE TABLE parts (region CHAR(9), id INT, count INT NOT NULL, PRIMARY KEY (region, id))',
  'CREATE TABLE log (line VARCHAR(200), at INT)',
];
const BASE = [
  "INSERT INTO parts VALUES ('east', 1, 10), ('east', 2, 20), ('west', 1, 30)",
  "INSERT INTO log VALUES ('kept', 1)",
];
const READ = [
  'SELECT * FROM kinds ORDER BY id',
  'SELECT * FROM parts ORDER BY 1, 2',
  'SELECT * FROM log ORDER BY at, line',
];

test('a rescue brings back what was lost, twice run is once done, and newer rows stay', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-rescue-'));
  const store = openStore(':memory:');
  const software = findSoftware();
  const port = await freePort();
  const server = createInstanceProcess({
    software,
    secrets: openSecrets(store, 'token'),
    directories: dataDirectories(software, folder),
    directory: join(folder, 'one'),
    host: '127.0.0.1',
    port,
    serverId: 1,
    ended: () => {},
  });
  t.after(async () => {
    await server.stop(5000);
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start({ asReplica: false });
  await server.sql('control').query("CREATE USER 'admin'@'%' IDENTIFIED BY 'secret'");
  await server.sql('control').query("GRANT ALL ON *.* TO 'admin'@'%'");
  await server.sql('control').query('CREATE DATABASE shop CHARACTER SET utf8mb4');
  const database = { host: '127.0.0.1', port, user: 'admin', password: 'secret' };
  const connection = await createConnection({
    ...database,
    database: 'shop',
    multipleStatements: true,
    dateStrings: true,
    timezone: 'Z',
  });
  t.after(() => connection.destroy());
  const run = async (
    sql: string,
    values: readonly (string | number | Buffer | null)[] = [],
  ): Promise<void> => {
    await connection.query(sql, [...values]);
  };
  const everything = async (): Promise<unknown> =>
    await Promise.all(READ.map(async (sql) => (await connection.query<RowDataPacket[]>(sql))[0]));
  for (const sql of [...TABLES, ...BASE]) await run(sql);

  // The lost tail.
  const fromGtid = formatPosition(await positionOf(server));
  await run(
    `INSERT INTO kinds (id, small, e, s, b, d, dt, ts, tm, f, db, de, bl, vb, tx, l, y, j) VALUES
     (18446744073709551615, -5, 'b', 'x,z', b'101', '2026-11-23', '2026-11-23 01:02:03.456', '2026-11-23 01:02:03.123456',
      '-01:02:03.50', 1.5, 0.1, -12.30, ?, ?, ?, 'é', 2026, ?)`,
    [Buffer.from([0, 255, 39, 92, 10, 13]), Buffer.from("\\'\0"), HOSTILE, JSON.stringify({ text: HOSTILE })],
  );
  await run('INSERT INTO kinds (id, tx) VALUES (1, ?)', ['']);
  await run("UPDATE kinds SET tx = 'A', e = 'c' WHERE id = 1");
  await run(
    "START TRANSACTION; UPDATE parts SET count = count - 1 WHERE region = 'east'; INSERT INTO log VALUES (?, 2); COMMIT",
    [HOSTILE],
  );
  await run("UPDATE parts SET id = 9 WHERE region = 'west' AND id = 1");
  await run("DELETE FROM parts WHERE region = 'east' AND id = 2");
  const lost = await everything();
  const { changes, tables } = await readSurplus(
    software.binlogReader,
    { identifier: 'one', server },
    fromGtid,
  );
  const file: RescueFile = {
    globalClusterIdentifier: '',
    clusterIdentifier: 'one',
    region: 'us-east-1',
    newWriterRegion: 'us-west-2',
    epoch: 2,
    fromGtid,
    toGtid: '',
    exportedAt: '',
    counts: countChanges(changes),
    tables,
    changes,
  };
  const verdicts = async (): Promise<readonly string[]> =>
    (await checkRescue(file, database)).map(({ verdict }) => verdict);
  const all = (verdict: string): readonly string[] => changes.map(() => verdict);
  assert.equal(changes.length, 8);

  // The new writer never saw it.
  await run('DELETE FROM kinds; DELETE FROM parts; DELETE FROM log');
  for (const sql of BASE) await run(sql);
  const unharmed = await everything();
  assert.deepEqual(await verdicts(), all('applies'));
  assert.deepEqual(await everything(), unharmed, 'looking changes nothing');
  await run(sqlOf(file));
  assert.deepEqual(await everything(), lost);
  assert.deepEqual(await verdicts(), all('same'));
  await run(sqlOf(file));
  assert.deepEqual(await everything(), lost, 'twice run is once done');

  // It went on by itself: another row of the same key, a text that differs by its case, a count of its own.
  await run('DELETE FROM kinds; DELETE FROM parts; DELETE FROM log');
  await run(`${BASE.join(';')}; INSERT INTO kinds (id, tx, e) VALUES (1, 'a', 'c')`);
  await run("UPDATE parts SET count = 7 WHERE region = 'east'; DELETE FROM parts WHERE region = 'west'");
  const newer = await verdicts();
  assert.deepEqual(
    changes.map((change, n) => [
      change.operation,
      change.operation !== 'statement' && change.table,
      newer[n],
    ]),
    [
      ['insert', 'shop.kinds', 'applies'],
      ['insert', 'shop.kinds', 'conflict'],
      ['update', 'shop.kinds', 'conflict'],
      ['update', 'shop.parts', 'conflict'],
      ['update', 'shop.parts', 'conflict'],
      ['insert', 'shop.log', 'applies'],
      ['update', 'shop.parts', 'missing'],
      ['delete', 'shop.parts', 'conflict'],
    ],
  );
  const parts = async (): Promise<unknown> => (await connection.query(READ[1]!))[0];
  const keptParts = await parts();
  await run(sqlOf(file));
  assert.deepEqual(await parts(), keptParts);
  const [kept] = await connection.query<RowDataPacket[]>('SELECT tx FROM kinds WHERE id = 1');
  assert.equal(kept[0]?.['tx'], 'a');
});

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

// A real database server for tests: mariadbd on a free loopback port, with a data directory of its own that
// goes away with it. It can be killed, frozen and started again, on the same port, with what it had on disk.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { until } from './until.ts';

export interface Database {
  readonly port: number;
  readonly root: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly remove: () => Promise<void>;
}

export const credentials = { user: 'storefront', password: 'stage-door', database: 'storefront' } as const;

/** A reason to skip, in words, or false. */
export const noMariadb: string | false =
  find('mariadbd') === null || find('mariadb-install-db') === null
    ? 'NOT TESTED: no mariadbd on this machine; install mariadb-server to run these tests'
    : false;

/** A `replicaOf` another server follows it by GTID from the start and is read-only, like a standby's cluster. */
export async function startDatabase(options: { readonly replicaOf?: Database } = {}): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'storefront-mariadb-'));
  const asRoot = userInfo().uid === 0 ? ['--user=root'] : [];
  const data = join(directory, 'data');
  // A starting server clears its temporary directory of what looks left over, other servers' files included.
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary);
  execFileSync(
    find('mariadb-install-db')!,
    [
      '--no-defaults',
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      ...asRoot,
    ],
    { stdio: 'pipe' },
  );
  const port = await freePort();
  let child: ChildProcess | null = null;

  const root = async (sql: string) => {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      connectTimeout: 1_000,
    });
    try {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      await connection.end();
    }
  };

  const start = async () => {
    const options = [
      '--no-defaults',
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(directory, 'socket')}`,
      `--pid-file=${join(directory, 'pid')}`,
      `--log-error=${join(directory, 'error')}`,
      `--server-id=${port}`,
      `--log-bin=${join(directory, 'binlog')}`,
      '--sync-binlog=1',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
      '--performance-schema=OFF',
      '--skip-name-resolve',
      ...asRoot,
    ];
    child = spawn(find('mariadbd')!, options, { stdio: 'ignore' });
    await until('mariadbd answers', 20_000, () => root('select 1')).catch((error: unknown) => {
      throw new Error(`${error}\n${readFileSync(join(directory, 'error'), 'utf8').slice(-2_000)}`);
    });
  };

  const kill = async () => {
    const dying = child;
    if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };

  await start();
  if (options.replicaOf === undefined) {
    await root(`create database ${credentials.database}`);
    await root(`create user '${credentials.user}'@'%' identified by '${credentials.password}'`);
    await root(`grant all on ${credentials.database}.* to '${credentials.user}'@'%'`);
  } else {
    await root('set global read_only = 1');
    await root(`change master to master_host = '127.0.0.1', master_port = ${options.replicaOf.port},
      master_user = 'root', master_use_gtid = slave_pos, master_connect_retry = 1`);
    await root('start slave');
  }

  return {
    port,
    root,
    kill,
    start: () => start(),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    remove: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function find(program: string): string | null {
  const places = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/bin',
    '/usr/local/sbin',
  ];
  return places.map((place) => join(place, program)).find((file) => existsSync(file)) ?? null;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * One database server as a child of the region process, in its process group, so that losing the region ends
 * it too. Knows how to start it, ask it to stop, kill it, and say that it ended; when to do so is decided
 * elsewhere. A server left over from a killed region process is ended before its data directory is used.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as realSleep } from 'node:timers/promises';
import type { DataDirectories } from './data-directory.ts';
import { initialUsers, type Secrets } from './secrets.ts';
import { countStart, serverNumber } from './server-number.ts';
import { serverArguments } from './server-options.ts';
import type { Setting } from './server-parameters.ts';
import type { Software } from './software.ts';
import { openSql, type Sql } from './sql.ts';

export interface InstanceProcess {
  readonly directory: string;
  readonly pid: number | undefined;
  /** Accepts statements. */
  readonly running: boolean;
  readonly socket: string;
  /** Connections by purpose, so that a statement that waits never holds up another purpose. */
  sql(purpose: 'control' | 'probe' | 'beat' | 'watch' | 'upkeep'): Sql;
  /** Resolves when it accepts statements. */
  start(options: { readonly asReplica: boolean }): Promise<void>;
  /** Graceful; killed after the grace. Its end is not reported. */
  stop(graceMs: number): Promise<void>;
  /** At once; its end is reported like any other failure. */
  kill(): void;
}

export interface InstanceProcessOptions {
  readonly software: Software;
  readonly secrets: Secrets;
  readonly directories: DataDirectories;
  /** A folder of its own. */
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly serverId: number;
  /** Asked at each start: what parameter groups say. */
  readonly settings?: () => readonly Setting[];
  /** It ended and nobody had asked for it. */
  readonly ended: (reason: string) => void;
}

const START_DEADLINE_MS = 60_000;
/** sockaddr_un holds 108 bytes, its terminating zero included (unix(7)). */
const SOCKET_PATH_BYTES = 107;

export function createInstanceProcess(options: InstanceProcessOptions): InstanceProcess {
  const { directory, secrets } = options;
  const socket = socketPath(directory);
  const pidFile = join(directory, 'server.pid');
  const initFile = join(directory, 'users.sql');
  const connections = new Map<string, Sql>();
  let child: ChildProcess | undefined;
  let running = false;
  let expected = false;

  const sql = (purpose: string): Sql => {
    const found = connections.get(purpose) ?? openSql(socket, secrets.enginePassword);
    connections.set(purpose, found);
    return found;
  };
  const closeConnections = (): void => {
    for (const connection of connections.values()) connection.close();
    connections.clear();
  };

  const launch = (data: string, asReplica: boolean): ChildProcess => {
    writeFileSync(initFile, initialUsers(secrets), { mode: 0o600 });
    const log = openSync(join(directory, 'server.log'), 'a', 0o600);
    const launched = spawn(
      options.software.server,
      serverArguments({
        dataDirectory: data,
        socket,
        pidFile: join(data, 'mariadbd.pid'),
        initFile,
        host: options.host,
        port: options.port,
        serverId: serverNumber(options.serverId, countStart(directory)),
        asReplica,
        settings: options.settings?.() ?? [],
        ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
      }),
      // One malloc arena instead of eight a core keeps a small server small.
      { stdio: ['ignore', log, log], env: { PATH: process.env['PATH'] ?? '', MALLOC_ARENA_MAX: '1' } },
    );
    closeSync(log);
    if (launched.pid) writeFileSync(pidFile, String(launched.pid));
    const gone = (reason: string): void => {
      if (child !== launched) return;
      child = undefined;
      running = false;
      closeConnections();
      if (!expected) options.ended(reason);
    };
    launched.once('error', (error) => gone(`could not be started: ${error.message}`));
    launched.once('exit', (code, signal) =>
      gone(signal ? `ended by ${signal}` : `ended with exit code ${code}`),
    );
    return launched;
  };

  const start = async (asReplica: boolean): Promise<void> => {
    if (child) throw new Error(`the server in ${directory} runs already`);
    const data = await options.directories.provide(directory);
    await endLeftover(pidFile, data);
    expected = true;
    const launched = launch(data, asReplica);
    child = launched;
    const deadline = performance.now() + START_DEADLINE_MS;
    while (child === launched) {
      try {
        await sql('probe').query('SELECT 1', [], 5000);
        running = true;
        expected = false;
        return;
      } catch (error) {
        if (performance.now() > deadline) {
          launched.kill('SIGKILL');
          throw error;
        }
        await realSleep(20);
      }
    }
    throw new Error(`the server in ${directory} ended while starting: ${lastWords(directory)}`);
  };

  return {
    directory,
    socket,
    sql,
    get pid() {
      return child?.pid;
    },
    get running() {
      return running;
    },
    start: ({ asReplica }) => start(asReplica),
    stop: async (graceMs) => {
      const stopping = child;
      if (!stopping) return;
      expected = true;
      running = false;
      closeConnections();
      const ended = new Promise<void>((resolve) => stopping.once('exit', () => resolve()));
      stopping.kill('SIGTERM');
      const timer = setTimeout(() => stopping.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
    kill: () => void child?.kill('SIGKILL'),
  };
}

/** Beside the data where the path is short enough, else in the temporary folder under a name that follows from it. */
function socketPath(directory: string): string {
  const beside = join(directory, 'server.sock');
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES) return beside;
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `understudy-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${name}.sock`);
}

/** Ends a server that still holds this data directory, and no other process: its command line must name it. */
async function endLeftover(pidFile: string, data: string): Promise<void> {
  const pid = readPid(pidFile);
  if (pid !== undefined && commandLine(pid).includes(`--datadir=${data}`)) {
    process.kill(pid, 'SIGKILL');
    const deadline = performance.now() + 10_000;
    while (commandLine(pid).includes(`--datadir=${data}`)) {
      if (performance.now() > deadline) throw new Error(`process ${pid} still holds ${data}`);
      await realSleep(10);
    }
  }
  rmSync(pidFile, { force: true });
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function lastWords(directory: string): string {
  const lines = readFileSync(join(directory, 'server.log'), 'utf8').trimEnd().split('\n');
  const errors = lines.slice(-40).filter((line) => line.includes('[ERROR]'));
  return (errors.length > 0 ? errors : lines).slice(-3).join(' | ');
}

/**
 * A guest: a program that is not ours (a task's application, a function's environment) as a child process.
 * It gets an environment of its own, never the engine's; its output comes line by line and slows down when
 * the reader does; and it stays in the region's process group, so that a lost region takes its guests along.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { descendantsOf, startTicksOf, type Usage, usageOf } from './proc.ts';

export type LineReader = (line: string, stream: 'stdout' | 'stderr') => void | Promise<void>;

export interface GuestOptions {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: LineReader;
  /** A channel for `send` and `onMessage`, beside the standard streams. */
  readonly onMessage?: (message: unknown) => void;
}

export interface GuestExit {
  /** As a shell and ECS count: 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}

export interface Guest {
  readonly pid: number;
  readonly startTicks: number | undefined;
  /** Resolves when the process has ended and its output has been read. */
  readonly exited: Promise<GuestExit>;
  /** True until the process has ended. */
  alive(): boolean;
  send(message: unknown): void;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM (or another), at most so many real milliseconds of patience, then SIGKILL for it and its descendants. */
  stop(patienceMs: number, signal?: NodeJS.Signals): Promise<GuestExit>;
  usage(): Usage | undefined;
}

/** CloudWatch Logs' limit of one event: a longer line comes in pieces. */
const LONGEST_LINE = 256 * 1024;
const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** What every program may expect to find; the guest's own variables come over it. */
export function basicEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['TMPDIR', 'LANG', 'SystemRoot'])
    if (process.env[name] !== undefined) kept[name] = process.env[name];
  return { ...kept, PATH: guestPath(), HOME: '/tmp', TZ: 'UTC' };
}

/** The engine's own Node first, so that `node` in a guest is the Node the engine runs on. */
function guestPath(): string {
  return [dirname(process.execPath), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter);
}

/** Rejects with a sentence when the program cannot be started. */
export async function startGuest(options: GuestOptions): Promise<Guest> {
  const [name, ...parameters] = options.argv;
  const environment = { ...basicEnvironment(), ...options.environment };
  const program = findProgram(name, environment['PATH']!, options.directory);
  const child = spawn(program, parameters, {
    cwd: options.directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.onMessage ? (['ipc'] as const) : [])],
    serialization: 'json',
    detached: false,
    shell: false,
    windowsHide: true,
  });
  await new Promise<void>((ready, failed) => {
    child.once('spawn', ready);
    child.once('error', (error: NodeJS.ErrnoException) =>
      failed(new Error(`cannot start ${program} in ${options.directory}: ${error.code ?? error.message}`)),
    );
  });
  if (options.onMessage) child.on('message', options.onMessage);
  return supervise(child, options.onLine);
}

function supervise(child: ChildProcess, onLine: LineReader): Guest {
  const pid = child.pid!;
  let ended = false;
  // After the start, an error is a failed kill or send: the exit that follows says what happened.
  child.on('error', () => {});
  const left = new Promise<GuestExit>((resolveExit) => {
    child.once('exit', (code, signal) => {
      ended = true;
      resolveExit({ exitCode: code ?? 128 + (signal ? (signalNumbers[signal] ?? 0) : 0), signal });
    });
  });
  const streams = [readLines(child.stdout!, 'stdout', onLine), readLines(child.stderr!, 'stderr', onLine)];
  const exited = left.then(async (exit) => {
    await drained(streams, child);
    return exit;
  });
  const signal = (name: NodeJS.Signals): void => {
    if (!ended) child.kill(name);
  };
  return {
    pid,
    startTicks: startTicksOf(pid),
    exited,
    alive: () => !ended,
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    signal,
    usage: () => usageOf(pid),
    stop: async (patienceMs, first = 'SIGTERM') => {
      const family = descendantsOf(pid).map((one) => ({ one, since: startTicksOf(one) }));
      if (patienceMs > 0) signal(first);
      const timer = setTimeout(() => signal('SIGKILL'), patienceMs);
      await left;
      clearTimeout(timer);
      for (const { one, since } of family) {
        if (since === undefined || startTicksOf(one) !== since) continue;
        try {
          process.kill(one, 'SIGKILL');
        } catch {
          // It ended with its parent.
        }
      }
      return await exited;
    },
  };
}

/** A grandchild may hold the pipe open after the guest itself is gone; its words are not waited for. */
async function drained(streams: readonly Promise<void>[], child: ChildProcess): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((done) => {
    timer = setTimeout(done, 1000);
  });
  await Promise.race([Promise.all(streams), patience]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function readLines(stream: Readable, name: 'stdout' | 'stderr', onLine: LineReader): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop()!;
      while (rest.length > LONGEST_LINE) {
        lines.push(rest.slice(0, LONGEST_LINE));
        rest = rest.slice(LONGEST_LINE);
      }
      for (const line of lines) {
        // Awaited only when the reader asks for it: the pipe fills, and the guest waits as it would for a slow disk.
        const wait = onLine(line.endsWith('\r') ? line.slice(0, -1) : line, name);
        if (wait) await wait;
      }
    }
  } catch {
    // The pipe was closed from our side: the guest is gone.
  }
  rest += decoder.end();
  if (rest !== '') await onLine(rest, name);
}

/** spawn() would search the engine's PATH and the engine's folder; a guest's program is sought in its own. */
export function findProgram(name: string, path: string, directory: string): string {
  if (name === 'node') return process.execPath;
  const places = name.includes('/')
    ? [isAbsolute(name) ? name : resolve(directory, name)]
    : path.split(delimiter).map((folder) => join(folder, name));
  for (const place of places) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // Not here: the next place.
    }
  }
  throw new Error(`program ${name} is not installed: looked in ${places.join(', ')}`);
}

/**
 * One process of the system (a region or the global data planes) and its life: started as the leader of a
 * process group, lost by SIGKILL to the group, frozen by SIGSTOP, restored. A death that nobody ordered is
 * healed: what is left of the group is ended and the process started again from its state on disk.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Channel, createChannel } from '../region/channel.ts';
import { groupMembers, killGroup, startTicksOf } from './process-table.ts';

export type MemberState = 'starting' | 'running' | 'lost' | 'frozen' | 'restarting' | 'stopped';

export interface Member {
  readonly name: string;
  state(): MemberState;
  pid(): number | undefined;
  startTicks(): number;
  request<O>(name: string, input?: unknown, deadlineMs?: number): Promise<O>;
  notify(name: string, data: unknown): void;
  start(): Promise<void>;
  lose(): void;
  freeze(): void;
  restore(): Promise<void>;
  stop(deadlineMs: number): Promise<void>;
}

export interface MemberOptions {
  readonly name: string;
  readonly entry: string;
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Input of the process's first request, made anew at every start. */
  setting(): unknown;
  notices: Readonly<Record<string, (data: never) => void>>;
  /** Called at each change, with the reason in words. */
  changed(state: MemberState, because: string): void;
}

const START_DEADLINE_MS = 60_000;
const FIRST_BACK_OFF_MS = 200;
const MAX_BACK_OFF_MS = 10_000;
/** A process that lived this long starts over with the shortest back-off. */
const STABLE_MS = 30_000;

export function createMember(options: MemberOptions): Member {
  let state: MemberState = 'stopped';
  let child: ChildProcess | undefined;
  let channel: Channel | undefined;
  let ticks = 0;
  let backOffMs = FIRST_BACK_OFF_MS;

  const set = (next: MemberState, because: string): void => {
    state = next;
    options.changed(next, because);
  };

  const spawn = async (): Promise<void> => {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, 'a');
    const started = fork(options.entry, [], {
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...options.environment },
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'],
    });
    closeSync(log);
    child = started;
    lastGroup = started.pid;
    ticks = started.pid ? startTicksOf(started.pid) : 0;
    channel = createChannel(started, options.name);
    channel.serve(options.notices);
    const bornMs = Date.now();
    started.once('exit', (code, signal) => {
      if (started.pid) killGroup(started.pid, 'SIGKILL');
      if (state !== 'running' && state !== 'restarting') return;
      if (Date.now() - bornMs > STABLE_MS) backOffMs = FIRST_BACK_OFF_MS;
      heal(
        started,
        `the process ended by itself (${signal ?? `exit code ${code}`}); its log is ${options.logFile}`,
      );
    });
    await channel.request('start', options.setting(), START_DEADLINE_MS);
  };

  /** One restart at a time: a process that dies while it starts is seen twice, by its exit and by its answer. */
  const heal = (dead: ChildProcess | undefined, because: string): void => {
    if (dead !== child) return;
    if (dead?.pid) killGroup(dead.pid, 'SIGKILL');
    child = undefined;
    set('restarting', `${because}; starting it again in ${backOffMs} ms`);
    setTimeout(() => {
      if (state === 'restarting' && child === undefined) void again();
    }, backOffMs);
    backOffMs = Math.min(backOffMs * 2, MAX_BACK_OFF_MS);
  };

  const again = async (): Promise<void> => {
    await gone();
    const starting = spawn();
    const mine = child;
    try {
      await starting;
      if (state === 'restarting' && child === mine) set('running', 'started again from its state on disk');
    } catch (error) {
      if (state === 'restarting') heal(mine, `it did not start: ${(error as Error).message}`);
    }
  };

  let lastGroup: number | undefined;
  const gone = async (): Promise<void> => {
    // The group is killed at once, but the kernel takes its time to let go of addresses and files.
    const group = lastGroup;
    const deadline = Date.now() + 5000;
    while (group && groupMembers(group).length && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  return {
    name: options.name,
    state: () => state,
    pid: () => child?.pid,
    startTicks: () => ticks,
    request: (name, input, deadlineMs) =>
      channel
        ? channel.request(name, input, deadlineMs)
        : Promise.reject(new Error(`${options.name} is not running`)),
    notify: (name, data) => channel?.notify(name, data),
    start: async () => {
      set('starting', 'asked to start');
      await spawn();
      set('running', 'started');
    },
    lose: () => {
      if (state === 'lost' || state === 'stopped') throw new Error(`${options.name} is ${state} already`);
      set('lost', 'every process of it was killed, as ordered');
      if (child?.pid) killGroup(child.pid, 'SIGKILL');
    },
    freeze: () => {
      if (state !== 'running') throw new Error(`${options.name} is ${state}; only what runs can be frozen`);
      set('frozen', 'every process of it was stopped where it stood, as ordered');
      if (child?.pid) killGroup(child.pid, 'SIGSTOP');
    },
    restore: async () => {
      if (state === 'frozen') {
        if (child?.pid) killGroup(child.pid, 'SIGCONT');
        set('running', 'goes on where it stood, as ordered');
        return;
      }
      if (state !== 'lost') throw new Error(`${options.name} is ${state}; there is nothing to restore`);
      await gone();
      set('starting', 'restored, as ordered');
      await spawn();
      set('running', 'started again from its state on disk');
    },
    stop: async (deadlineMs) => {
      const group = child?.pid;
      const before = state;
      set('stopped', 'asked to stop');
      if (!group) return await gone();
      if (before === 'frozen') killGroup(group, 'SIGCONT');
      const leader = child;
      if (leader && (before === 'running' || before === 'frozen')) {
        // The group's other processes may hold the channel open after their leader has gone: its exit counts.
        const exited = new Promise<void>((resolve) => leader.once('exit', () => resolve()));
        await Promise.race([
          channel?.request('stop', null, deadlineMs).then(
            () => exited,
            () => {},
          ),
          exited,
        ]);
      }
      killGroup(group, 'SIGKILL');
      await gone();
    },
  };
}

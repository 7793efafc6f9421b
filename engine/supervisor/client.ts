/**
 * The engine's door for programs: start a system and watch over it, or reach the one that runs in a
 * directory. The CLI, the drills and the console's server use this and nothing behind it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChannel } from '../region/channel.ts';
import type { ProgressNotice } from '../region/messages.ts';
import type { SystemSummary } from './control.ts';
import type { ControlledSystem } from './control-client.ts';
import { connect } from './control-client.ts';
import type { StackOutcome } from './deployment.ts';
import type { SupervisorArguments } from './main.ts';
import { isAlive } from './process-table.ts';
import { stateDirectory } from './state-directory.ts';

export type { ControlledSystem, StatusReport } from './control-client.ts';
export { connect, NotRunning } from './control-client.ts';
export type { NumberedRecord } from './journal-store.ts';
export type { MemberView } from './system.ts';
export type { ProgressNotice, StackOutcome, SupervisorArguments, SystemSummary };

export interface LaunchEvents {
  phase?(phase: SystemSummary['phase'], because: string): void;
  progress?(notice: ProgressNotice): void;
  stack?(outcome: StackOutcome): void;
  /** A resource type that is accepted and kept but has no behaviour here. */
  recorded?(note: { readonly type: string; readonly note: string; readonly count: number }): void;
  /** The supervisor died and was started again. */
  restarted?(because: string): void;
}

export interface Launched {
  /** Resolves when the site answers; rejects when the system cannot come up. */
  readonly up: Promise<ControlledSystem>;
  /** Resolves when everything is gone. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Another supervisor already runs this directory. */
export class AlreadyRunning extends Error {
  readonly controlUrl: string;
  readonly pid: number;
  constructor(directory: string, pid: number, controlUrl: string) {
    super(
      `a system already runs in ${directory} (process ${pid}, ${controlUrl}); stop it with understudy down`,
    );
    this.name = 'AlreadyRunning';
    this.pid = pid;
    this.controlUrl = controlUrl;
  }
}

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url));
const MAX_RESTARTS = 10;
const STOP_DEADLINE_MS = 40_000;

/** Starts a supervisor for a directory and starts it again if it dies; it ends with this process. */
export function launch(given: SupervisorArguments, events: LaunchEvents = {}): Launched {
  const settings = { ...given, directory: resolve(given.directory), assembly: resolve(given.assembly) };
  const state = stateDirectory(settings.directory);
  const before = state.run();
  if (before && isAlive(before.pid, before.startTicks))
    throw new AlreadyRunning(settings.directory, before.pid, before.controlUrl);

  let child: ChildProcess | undefined;
  let stopping = false;
  let restarts = 0;
  const up = Promise.withResolvers<ControlledSystem>();
  const ended = Promise.withResolvers<void>();
  up.promise.catch(() => {});

  const start = (): void => {
    mkdirSync(join(settings.directory, 'logs'), { recursive: true });
    const log = openSync(join(settings.directory, 'logs', 'supervisor.log'), 'a');
    const started = fork(ENTRY, [JSON.stringify(settings)], {
      serialization: 'advanced',
      stdio: ['ignore', log, log, 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'],
    });
    closeSync(log);
    child = started;
    let failed: string | undefined;
    createChannel(started, 'the supervisor').serve({
      phase: ({ phase, because }: { phase: SystemSummary['phase']; because: string }) => {
        events.phase?.(phase, because);
        if (phase === 'up') up.resolve(connect(settings.directory));
        if (phase === 'failed') {
          failed = because;
          up.reject(new Error(because));
        }
      },
      progress: (notice: ProgressNotice) => events.progress?.(notice),
      stack: (outcome: StackOutcome) => events.stack?.(outcome),
      recorded: (note: Parameters<NonNullable<LaunchEvents['recorded']>>[0]) => events.recorded?.(note),
    });
    started.once('exit', (code, signal) => {
      if (stopping || failed !== undefined || code === 0 || restarts >= MAX_RESTARTS) {
        up.reject(
          new Error(
            failed ?? `the supervisor ended (${signal ?? `exit code ${code}`}) before the system was up`,
          ),
        );
        ended.resolve();
        return;
      }
      restarts += 1;
      events.restarted?.(`the supervisor ended by itself (${signal ?? `exit code ${code}`})`);
      start();
    });
  };
  start();
  return {
    up: up.promise,
    ended: ended.promise,
    stop: async () => {
      stopping = true;
      const one = child;
      if (!one || one.exitCode !== null || one.signalCode !== null) return ended.promise;
      one.send({ kind: 'notice', name: 'stop', input: null });
      const timer = setTimeout(() => one.kill('SIGKILL'), STOP_DEADLINE_MS);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

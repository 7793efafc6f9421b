/**
 * Drills that the page starts. The supervisor knows none of them: `understudy up` hands it the command that runs
 * one and the list of those there are. The command says how far it is in JSON lines; it ends when its input closes,
 * so that it never outlives the supervisor. One at a time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CatalogueEntry, DrillProgress } from '../console/api.ts';
import { AskError } from './journal-range.ts';

/** How drills are run: an argument list, never a shell's line. */
export interface DrillCommand {
  readonly command: readonly string[];
  readonly catalogue: readonly CatalogueEntry[];
}

export type Started =
  | { readonly kind: 'started'; readonly progress: DrillProgress }
  | { readonly kind: 'busy'; readonly because: string };

export interface DrillRuns {
  catalogue(): readonly CatalogueEntry[];
  /** The drill that runs, or the last one that ran. */
  progress(): DrillProgress | null;
  start(drill: unknown, options: unknown): Started;
  stop(): string;
  close(): void;
}

export interface DrillRunsOptions {
  readonly directory: string;
  readonly regions: readonly string[];
  readonly drills: DrillCommand | undefined;
  now(): number;
  /** Something about a drill is new. */
  changed(): void;
}

const BUDGET = { detect: 90, decide: 30, promote: 60, redirect: 60, recover: 30, rto: 300, rpo: 1 };
const NO_PHASE = { detect: null, decide: null, promote: null, redirect: null, recover: null };

export function createDrillRuns(options: DrillRunsOptions): DrillRuns {
  const { catalogue, command } = options.drills ?? { catalogue: [], command: [] };
  let child: ChildProcess | undefined;
  let progress: DrillProgress | null = null;
  const set = (next: DrillProgress): void => {
    progress = next;
    options.changed();
  };
  const ended = (id: string, because: string): void => {
    if (progress?.id === id && progress.state === 'running') set({ ...progress, state: 'broken', because });
  };

  const begin = (drill: string, id: string, argv: readonly string[]): void => {
    const [program, ...first] = command;
    const log = openSync(join(options.directory, 'logs', 'drill.log'), 'a');
    const started = spawn(program!, [...first, ...argv], { stdio: ['pipe', 'pipe', log] });
    closeSync(log);
    child = started;
    started.stdin?.on('error', () => {});
    if (started.stdout)
      createInterface({ input: started.stdout }).on('line', (line) => {
        const said = readProgress(line, drill, id);
        if (said && child === started) set(said);
      });
    started.once('error', (error) => ended(id, `it could not be started: ${error.message}`));
    started.once('exit', (code, signal) => {
      if (child === started) child = undefined;
      ended(id, `it ended before it was over (${signal ?? `exit code ${code}`}); see logs/drill.log`);
    });
  };

  return {
    catalogue: () => catalogue,
    progress: () => progress,
    start: (drill, given) => {
      const chosen = catalogue.find(({ name }) => name === drill);
      if (!chosen) {
        const known = catalogue.map(({ name }) => name).join(', ') || 'none in this system';
        throw new AskError(`drill must be one of ${known}, found ${JSON.stringify(drill)}`);
      }
      const words = readOptions(given, options.regions);
      if (child)
        return { kind: 'busy', because: `${progress?.drill} is under way; one drill runs at a time` };
      const startedMs = Math.round(options.now());
      const id = `${stampOf(startedMs)}-${chosen.name}`;
      begin(chosen.name, id, [
        ...[chosen.name, '--attach', '--progress', 'json', '--id', id, '--directory', options.directory],
        ...words,
      ]);
      const beginning: DrillProgress = {
        ...{ id, drill: chosen.name, state: 'running', step: 'starting', startedMs, lossMs: null },
        ...{ phases: NO_PHASE, budgetSeconds: BUDGET, writesBackMs: null, readsBackMs: null },
        ...{ acknowledged: 0, lost: null, because: '' },
      };
      set(beginning);
      return { kind: 'started', progress: beginning };
    },
    stop: () => {
      if (!child) return 'no drill is under way';
      child.kill('SIGTERM');
      return `${progress?.drill} is being stopped; what it lost is restored`;
    },
    close: () => {
      child?.stdin?.end();
      child?.kill('SIGTERM');
    },
  };
}

/** 20261123-071502: sorts by time, and is a folder's name anywhere. */
export function stampOf(atMs: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split(/[T.]/);
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
}

/** What the command prints besides progress (a warning of Node's, say) is not for us. */
function readProgress(line: string, drill: string, id: string): DrillProgress | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const said = JSON.parse(line) as DrillProgress;
    return said.drill === drill && said.id === id && typeof said.phases === 'object' ? said : undefined;
  } catch {
    return undefined;
  }
}

/** The options that a page may give, as words of the command. */
export function readOptions(given: unknown, regions: readonly string[]): readonly string[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'object') throw new AskError('options must be an object');
  return Object.entries(given).flatMap(([name, value]): readonly string[] => {
    const wrong = (allowed: string): AskError =>
      new AskError(`option ${name} must be ${allowed}, found ${JSON.stringify(value)}`);
    switch (name) {
      case 'region':
        if (!regions.includes(value as string)) throw wrong(`one of ${regions.join(', ')}`);
        return ['--region', value as string];
      case 'fault':
        if (value !== 'lose' && value !== 'freeze') throw wrong('lose or freeze');
        return ['--fault', value];
      case 'orders':
      case 'reads':
        if (!(typeof value === 'number' && value >= 1 && value <= 1000))
          throw wrong('a number from 1 to 1000');
        return [`--${name}`, String(value)];
      case 'failback':
        if (typeof value !== 'boolean') throw wrong('true or false');
        return value ? [] : ['--no-failback'];
      default:
        throw new AskError(`there is no option ${name}; there are region, fault, orders, reads, failback`);
    }
  });
}

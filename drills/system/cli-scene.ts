/** The command line, as a user's shell calls it: a process, its words, what it prints and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inTime } from './scene.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'understudy');
const COMMAND_DEADLINE_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  stdout(): string;
  readonly ended: Promise<Ended>;
}

export function begin(words: readonly string[], environment: Record<string, string> = {}): Running {
  const child = spawn(PROGRAM, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  return {
    child,
    stdout: () => printed.stdout,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, ...printed }));
    }),
  };
}

export async function understudy(...words: readonly string[]): Promise<Ended> {
  const running = begin(words);
  return await inTime(`understudy ${words.join(' ')}`, running.ended, COMMAND_DEADLINE_MS).catch(
    (error: Error) => {
      running.child.kill('SIGKILL');
      throw error;
    },
  );
}

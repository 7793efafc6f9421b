/**
 * What /proc tells about a process and its descendants: when it started (a pid alone may have been given to
 * somebody else since) and how much processor and memory they use. Elsewhere than on Linux nothing is known.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

interface Stat {
  readonly parent: number;
  readonly ticks: number;
  readonly startTicks: number;
  readonly residentPages: number;
}

/** proc_pid_stat(5); the second field, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(text: string): Stat | undefined {
  const after = text.lastIndexOf(')');
  if (after < 0) return undefined;
  const field = text
    .slice(after + 2)
    .trim()
    .split(' ')
    .map(Number);
  if (field.length < 22) return undefined;
  return {
    parent: field[1]!,
    ticks: field[11]! + field[12]!,
    startTicks: field[19]!,
    residentPages: field[21]!,
  };
}

function stat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Ticks since boot at which the process started: with the pid, its identity. */
export function startTicksOf(pid: number): number | undefined {
  return stat(pid)?.startTicks;
}

/** The processes that this one started, and theirs, children before grandchildren. */
export function descendantsOf(pid: number): readonly number[] {
  const found: number[] = [];
  const look = (parent: number): void => {
    for (const child of childrenOf(parent)) {
      found.push(child);
      look(child);
    }
  };
  look(pid);
  return found;
}

function childrenOf(pid: number): readonly number[] {
  const children: number[] = [];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`))
      children.push(
        ...readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
          .split(' ')
          .filter(Boolean)
          .map(Number),
      );
  } catch {
    // The process ended meanwhile, or this is no Linux: no children to tell of.
  }
  return children;
}

const pageBytes = 4096;

/** Of the process and all its descendants; undefined when it is gone. */
export function usageOf(pid: number): Usage | undefined {
  const own = stat(pid);
  if (!own) return undefined;
  let { ticks, residentPages } = own;
  for (const child of descendantsOf(pid)) {
    const one = stat(child);
    ticks += one?.ticks ?? 0;
    residentPages += one?.residentPages ?? 0;
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, residentBytes: residentPages * pageBytes };
}

/** Ends a process left over from an earlier life of the region, if it is still the one that was recorded. */
export function killStray(pid: number, startTicks: number): boolean {
  if (startTicksOf(pid) !== startTicks) return false;
  for (const one of [...descendantsOf(pid), pid]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
  return true;
}

/** Facts about processes from /proc: whether a pid is still the process it was, and what a group uses. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks since boot at which the process started; 0 where /proc has none (other systems). */
export function startTicksOf(pid: number): number {
  const fields = statFields(pid);
  return fields ? Number(fields[19]) : 0;
}

export function isAlive(pid: number, startTicks: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startTicks === 0 || startTicksOf(pid) === startTicks;
}

/** Every living process of a group, the leader's included; a zombie holds nothing any more. */
export function groupMembers(group: number): readonly number[] {
  return procEntries().filter((pid) => {
    const fields = statFields(pid);
    return Number(fields?.[2]) === group && fields?.[0] !== 'Z';
  });
}

/** Resident memory in bytes; shared pages are divided among those who share them (PSS) where the kernel says. */
export function residentBytes(pid: number): { readonly rss: number; readonly pss: number } {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return { rss: of('Rss'), pss: of('Pss') };
  } catch {
    return { rss: 0, pss: 0 };
  }
}

/** Ends every process of a group; true when there was one. */
export function killGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

function procEntries(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Fields of /proc/<pid>/stat after the command's name: [0] is the state, [2] the group, [19] the start time. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

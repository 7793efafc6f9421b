/** Facts about processes from /proc: whether a pid is still the process it was, who is in a group. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks since boot at which the process started; 0 where /proc has none (other systems). */
export function startTicksOf(pid: number): number {
  const fields = statFields(pid);
  return fields ? Number(fields[19]) : 0;
}

/** Whether this process still runs: neither another one with its id nor a zombie that nobody has buried yet. */
export function isAlive(pid: number, startTicks: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (startTicks === 0) return true;
  const fields = statFields(pid);
  return Number(fields?.[19]) === startTicks && fields?.[0] !== 'Z';
}

/** Whether a process was stopped where it stood (SIGSTOP). */
export function isStopped(pid: number): boolean {
  return statFields(pid)?.[0] === 'T';
}

/** Every living process of a group, the leader's included; a zombie holds nothing any more. */
export function groupMembers(group: number): readonly number[] {
  return procEntries().filter((pid) => {
    const fields = statFields(pid);
    return Number(fields?.[2]) === group && fields?.[0] !== 'Z';
  });
}

/** Whether a process has this text among its arguments or in its environment. */
export function mentions(pid: number, text: string): boolean {
  return ['cmdline', 'environ'].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
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

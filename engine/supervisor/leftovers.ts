/**
 * What an earlier supervisor left running when it was killed (a frozen region, say, or databases whose region
 * died with it) is ended before anything new starts on the same files and ports.
 */

import { groupMembers, isAlive, killGroup, mentions } from './process-table.ts';
import type { RunRecord } from './state-directory.ts';

const DEADLINE_MS = 10_000;

export async function endLeftovers(directory: string, groups: RunRecord['groups']): Promise<void> {
  const left = new Map<number, string>();
  for (const { name, pid, startTicks } of groups) {
    if (isAlive(pid, startTicks)) {
      for (const member of groupMembers(pid)) left.set(member, name);
      killGroup(pid, 'SIGKILL');
      continue;
    }
    // Its leader is gone, so this may be a stranger's group by now: only who knows this directory is ours.
    for (const member of groupMembers(pid).filter((one) => mentions(one, directory))) {
      left.set(member, name);
      end(member);
    }
  }
  const deadline = Date.now() + DEADLINE_MS;
  const still = (): number[] => {
    const living = new Set(groups.flatMap(({ pid }) => groupMembers(pid)));
    return [...left.keys()].filter((pid) => living.has(pid));
  };
  for (let pids = still(); pids.length; pids = still()) {
    if (Date.now() > deadline)
      throw new Error(
        `of the last run in ${directory} there still are ${pids.map((pid) => `process ${pid} (${left.get(pid)})`).join(', ')}; end them and try again`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

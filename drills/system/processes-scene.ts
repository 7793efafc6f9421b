/**
 * What the kernel knows of a system's processes: the tree below one, whoever else carries its state
 * directory in command line or environment, and which sockets listen in its block of addresses (proc(5)).
 */
import { readdirSync, readFileSync } from 'node:fs';

/** A process that is told from a later one with the same id by its start time. */
export interface LivingProcess {
  readonly pid: number;
  readonly parent: number;
  readonly startTicks: number;
  readonly command: string;
}

function processOf(pid: number): LivingProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(fields[1]), startTicks: Number(fields[19]), command };
  } catch {
    return undefined;
  }
}

function everyProcess(): readonly LivingProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .flatMap((pid) => processOf(pid) ?? []);
}

/** The process and everything below it, itself first. */
export function treeOf(root: number): readonly LivingProcess[] {
  const all = everyProcess();
  const tree = all.filter(({ pid }) => pid === root);
  for (let n = 0; n < tree.length; n++) tree.push(...all.filter(({ parent }) => parent === tree[n]!.pid));
  return tree;
}

/** Processes that name this directory: in their arguments (databases) or their environment (tasks, functions). */
export function processesThatName(directory: string): readonly LivingProcess[] {
  return everyProcess().filter(({ pid, command }) => {
    if (pid === process.pid) return false;
    if (command.includes(directory)) return true;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });
}

export function stillAlive(processes: readonly LivingProcess[]): readonly LivingProcess[] {
  return processes.filter(({ pid, startTicks }) => processOf(pid)?.startTicks === startTicks);
}

/** Addresses with a port, in the sixteen /16 networks of a block (127.0.0.1 is everybody's), on which somebody listens (TCP) or is bound (UDP). */
export function listeningIn(block: number): readonly string[] {
  const LISTENS = '0A';
  const BOUND = '07';
  const found: string[] = [];
  for (const [table, state] of [
    ['tcp', LISTENS],
    ['udp', BOUND],
  ] as const)
    for (const line of readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local = '', , its] = line.trim().split(/\s+/);
      if (its !== state) continue;
      const [address = '', port = ''] = local.split(':');
      // The kernel prints an address as one number in the machine's own byte order.
      const bytes = Buffer.from(address, 'hex').reverse();
      if (bytes[0] !== 127 || bytes[1] === 0 || Math.floor(bytes[1]! / 16) !== block) continue;
      found.push(`${table} ${bytes.join('.')}:${Number.parseInt(port, 16)}`);
    }
  return found;
}

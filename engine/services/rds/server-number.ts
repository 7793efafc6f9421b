/**
 * The number under which a server writes to its binary log: another one at each start. A server ignores what it
 * receives under its own number, and one that restarts as a reader may have cut off transactions that it wrote
 * and others have (https://mariadb.com/kb/en/semisynchronous-replication/), or stand at a copy older than what
 * it wrote. Under its old number it would leave those out in silence and still state their position.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Above all numbers that instances have; four thousand of these fit into the 32 bits of a number. */
const STARTS_APART = 1_000_000;
const STARTS = 4000;

export function serverNumber(instanceNumber: number, startsBefore: number): number {
  return instanceNumber + STARTS_APART * (startsBefore % STARTS);
}

/** Counts a start, beside the data, and says how many there were before. */
export function countStart(directory: string): number {
  const file = join(directory, 'starts');
  const before = Number(textOf(file) ?? 0);
  writeFileSync(`${file}.new`, String(before + 1));
  renameSync(`${file}.new`, file);
  return before;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

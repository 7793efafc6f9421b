/**
 * For tests: what the regions under test are and last did, as text. A wait that fails prints it, so that one
 * failure in a hundred runs explains itself.
 */
import { inspect } from 'node:util';
import type { JournalEntry, Json } from '../contract.ts';

const LAST_RECORDS = 25;

interface KeptJournal {
  add(entry: JournalEntry): void;
  /** Where the state is asked for; the service behind it may have been started anew meanwhile. */
  describedBy(status: () => Json): void;
}

/** `atMs` is real time, as `performance.now()` tells it. */
export interface TimedRecord {
  readonly atMs: number;
  readonly entry: JournalEntry;
}

interface Kept {
  readonly records: TimedRecord[];
  status: () => Json;
}

const regions = new Map<string, Kept>();

export function keepJournal(region: string): KeptJournal {
  const kept: Kept = { records: [], status: () => null };
  regions.set(region, kept);
  return {
    add: (entry) => void kept.records.push({ atMs: performance.now(), entry }),
    describedBy: (status) => {
      kept.status = status;
    },
  };
}

/** What a region under test did so far. */
export function recordsOf(region: string): readonly TimedRecord[] {
  return regions.get(region)?.records ?? [];
}

export function explainRegions(): string {
  const now = performance.now();
  return [...regions].map(([region, kept]) => explain(region, kept, now)).join('\n');
}

function explain(region: string, { records, status }: Kept, now: number): string {
  const lines = records.slice(-LAST_RECORDS).map(({ atMs, entry }) => {
    const seconds = ((now - atMs) / 1000).toFixed(1).padStart(6);
    const data = entry.data === undefined ? '' : ` ${JSON.stringify(entry.data)}`;
    return `${seconds} s ago ${entry.event} ${entry.subject}: ${entry.because}${data}`;
  });
  const state = inspect(status(), { depth: 6, breakLength: 160, compact: 6 });
  return `${region} is ${state}\n${region} did\n${lines.join('\n')}`;
}

/** Gives each part of a process its own pen: entries get the time, the place and the writer's name. */
import type { Journal, JournalRecord } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';

export function journalFor(
  source: string,
  where: string,
  clock: Clock,
  send: (record: JournalRecord) => void,
): Journal {
  return { record: (entry) => send({ ...entry, atMs: Math.round(clock.now()), where, source }) };
}

/**
 * When a database server counts as hung, and how soon one that ended is started again. Pure; `monitor.ts` and
 * `in-region-failover.ts` do what is concluded here.
 */

/** A healthy server answers SELECT 1 in well under a millisecond; two seconds outlast a stalled disk. */
export const PROBE_DEADLINE_MS = 2000;
/** In a row. Three deadlines are 6 s, well within the half minute that Aurora takes for a failover. */
export const MISSES_UNTIL_HUNG = 3;
/** A server that lived this long did not end for the reason for which it ended the time before. */
const FORGIVEN_AFTER_MS = 60_000;
const FIRST_PAUSE_MS = 500;
/** A disk that was full and is not any more is noticed within a minute. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * After this many probes in a row without an answer. `stop-counting` comes one probe before `kill`, so that
 * what is killed is already written down as a reader that may lack commits.
 */
export type MissVerdict = 'ask-again' | 'stop-counting' | 'kill' | 'killed';

export function afterMiss(misses: number): MissVerdict {
  if (misses < MISSES_UNTIL_HUNG - 1) return 'ask-again';
  if (misses === MISSES_UNTIL_HUNG - 1) return 'stop-counting';
  // More misses are of a server that was killed and whose end is not known yet.
  return misses === MISSES_UNTIL_HUNG ? 'kill' : 'killed';
}

/** Unexpected ends in a row, this one included. */
export function failuresAfterEnd(failures: number, livedMs: number): number {
  return (livedMs > FORGIVEN_AFTER_MS ? 0 : failures) + 1;
}

/** Before the next start. The first end is answered at once; then each pause is twice the last. */
export function restartPauseMs(failures: number): number {
  return failures > 1 ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) : 0;
}

/** The source's binary log does not continue this server's history (ER_MASTER_FATAL_ERROR_READING_BINLOG). */
const FORKED = 1236;

export type FollowerVerdict = 'follows' | 'receive-again' | 'rebuild';

/**
 * What a follower's two threads say. The server connects again by itself after a lost connection, but a thread
 * that read nonsense from one that broke in the middle of an event (1743, 1595) ends for good: it is started
 * again from where it stands. Neither helps when the histories differ or an event cannot be applied.
 */
export function afterLook(state: {
  readonly receiverEnded: boolean;
  readonly ioErrorNumber: number;
  readonly sqlRunning: boolean;
  readonly sqlErrorNumber: number;
}): FollowerVerdict {
  if (state.ioErrorNumber === FORKED || (state.sqlErrorNumber !== 0 && !state.sqlRunning)) return 'rebuild';
  // Without an error it was stopped on purpose, by a change of roles that is under way.
  return state.receiverEnded && state.ioErrorNumber !== 0 ? 'receive-again' : 'follows';
}

/**
 * What became of an attempt to replicate, and when the next one is. A destination that cannot be reached or is
 * not there yet leaves everything PENDING, as an outage does on AWS; only an answer that would be the same
 * again is FAILED, and FAILED is not retried.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
 */
export type ReplicationOutcome =
  | { readonly outcome: 'replicated' }
  /** Nothing to send any more: the version is gone here, or (tags) there. */
  | { readonly outcome: 'dropped' }
  /** The destination as a whole: no answer, or no such bucket anywhere. */
  | { readonly outcome: 'unreachable'; readonly because: string }
  /** This one, now: throttling, a server error, a stale signature. */
  | { readonly outcome: 'again'; readonly because: string }
  | { readonly outcome: 'failed'; readonly because: string };

export interface SendFailure {
  readonly name?: string;
  readonly message?: string;
  /** Absent when nobody answered. */
  readonly status?: number | undefined;
}

/** Answers that a repeat would not change: the destination is not versioned, or the object is not acceptable. */
const final: readonly string[] = ['InvalidRequest', 'MethodNotAllowed', 'NotImplemented', 'AccessDenied'];
const goneThere: readonly string[] = ['NoSuchVersion', 'NoSuchKey'];

export function outcomeOf({ name = 'Error', message = '', status }: SendFailure): ReplicationOutcome {
  const because = message === '' ? name : `${name}: ${message}`;
  if (status === undefined) return { outcome: 'unreachable', because };
  if (name === 'NoSuchBucket') return { outcome: 'unreachable', because };
  if (goneThere.includes(name)) return { outcome: 'dropped' };
  if (final.includes(name)) return { outcome: 'failed', because };
  return { outcome: 'again', because };
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Doubling from a second to half a minute of AWS time; `random` in [0, 1) spreads it by a quarter. */
export function waitMs(attempts: number, random: number): number {
  const full = Math.min(FIRST_WAIT_MS * 2 ** Math.max(attempts - 1, 0), LONGEST_WAIT_MS);
  return full * (0.75 + random / 4);
}

/**
 * Everything that can go wrong in an exchange, as closed unions. A refusal is the client's mistake, found
 * while reading its request; a failure is the end of an exchange that had begun. What status either becomes
 * is for the load balancer or the edge to say.
 */
export type RefusalKind =
  | 'malformed'
  | 'line-too-long'
  | 'head-too-large'
  | 'transfer-coding-unknown'
  | 'version-unsupported'
  | 'head-timeout';

export interface Refusal {
  readonly kind: RefusalKind;
  /** What RFC 9110 / 6585 suggest: 400, 408, 414, 431, 501, 505. */
  readonly status: number;
  /** In words, for a log. */
  readonly because: string;
}

export type FailureKind =
  /** Nobody listens there, or there is no way to the address. */
  | 'connect-refused'
  | 'connect-timeout'
  | 'tls-failed'
  /** The upstream closed after taking the request, before a whole response head. */
  | 'reset-before-head'
  | 'reset-mid-body'
  /** No response head, or no further byte of the body, in time. */
  | 'head-timeout'
  | 'body-timeout'
  /** The upstream's answer is no HTTP/1.x message. */
  | 'malformed'
  /** The client closed, stalled, or sent a broken body. */
  | 'client-gone';

export interface Failure {
  readonly kind: FailureKind;
  readonly because: string;
}

export function failure(kind: FailureKind, because: string): Failure {
  return { kind, because };
}

/** A failure as an exception, for callers that await. */
export class ExchangeError extends Error {
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(`${reason.kind}: ${reason.because}`);
    this.name = 'ExchangeError';
    this.failure = reason;
  }
}

/**
 * What becomes of an origin that fails: try it again, go to the group's second origin, or say to the viewer
 * what happened. Pure.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
 */
import type { FailureKind } from '../../network/http/index.ts';

/** An attempt at one origin. */
export type Attempt =
  | { readonly kind: 'answered'; readonly status: number }
  /** The name has no address. */
  | { readonly kind: 'unresolved' }
  | { readonly kind: 'failed'; readonly failure: FailureKind };

/** Origin failover is for these only: other methods may have changed something. */
const FAILOVER_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
/** A response timeout is tried again for these only. */
const RETRY_METHODS: readonly string[] = ['GET', 'HEAD'];

export function mayFailOver(method: string, cachedMethods: readonly string[]): boolean {
  return method === 'OPTIONS' ? cachedMethods.includes('OPTIONS') : FAILOVER_METHODS.includes(method);
}

/**
 * The status that decides about failover: a connection that cannot be made needs 503 in the list, a response
 * that does not come in time 504.
 */
export function failoverStatus(attempt: Attempt): number {
  switch (attempt.kind) {
    case 'answered':
      return attempt.status;
    case 'unresolved':
      return 502;
    case 'failed':
      switch (attempt.failure) {
        case 'connect-refused':
        case 'connect-timeout':
          return 503;
        case 'head-timeout':
        case 'body-timeout':
          return 504;
        default:
          return 502;
      }
  }
}

export function failsOver(attempt: Attempt, statusCodes: readonly number[]): boolean {
  return statusCodes.includes(failoverStatus(attempt));
}

/** What the viewer gets where nobody answered. */
export function viewerStatus(attempt: Attempt): number {
  switch (attempt.kind) {
    case 'answered':
      return attempt.status;
    case 'unresolved':
      return 502;
    case 'failed':
      switch (attempt.failure) {
        case 'connect-timeout':
        case 'head-timeout':
        case 'body-timeout':
          return 504;
        default:
          return 502;
      }
  }
}

/**
 * Whether the same origin is asked once more. A connection that was not made has sent nothing, so any method
 * may try again.
 */
export function triesAgain(
  attempt: Attempt,
  method: string,
  attemptsMade: number,
  attemptsAllowed: number,
): boolean {
  if (attempt.kind !== 'failed' || attemptsMade >= attemptsAllowed) return false;
  switch (attempt.failure) {
    case 'connect-refused':
    case 'connect-timeout':
      return true;
    case 'head-timeout':
    case 'reset-before-head':
      return RETRY_METHODS.includes(method);
    default:
      return false;
  }
}

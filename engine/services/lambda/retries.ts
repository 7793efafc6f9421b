/**
 * When an asynchronous event is tried again. Pure. Lambda Developer Guide, “How Lambda handles errors and
 * retries with asynchronous invocation”: after a function error one minute, then two; after a throttle from
 * one second to five minutes, doubling; never longer than the maximum event age.
 */
import type { AcceptedEvent, EventInvokeRecord } from './model.ts';

export type Attempt = 'failed' | 'throttled';

export type NextStep =
  | { readonly step: 'retry'; readonly event: AcceptedEvent }
  | { readonly step: 'drop'; readonly because: string };

const FIRST_THROTTLE_MS = 1000;
const LONGEST_THROTTLE_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** A region that comes back finds events that nobody wants any more. */
export function isTooOld(event: AcceptedEvent, settings: EventInvokeRecord, nowMs: number): boolean {
  return nowMs - event.acceptedAtMs > settings.maximumEventAgeSeconds * 1000;
}

export function afterAttempt(
  event: AcceptedEvent,
  attempt: Attempt,
  settings: EventInvokeRecord,
  nowMs: number,
): NextStep {
  const failures = event.failures + (attempt === 'failed' ? 1 : 0);
  const throttles = attempt === 'throttled' ? event.throttles + 1 : 0;
  if (failures > settings.maximumRetryAttempts)
    return { step: 'drop', because: `the function failed ${failures} times` };
  const wait =
    attempt === 'failed'
      ? failures * MINUTE_MS
      : Math.min(LONGEST_THROTTLE_MS, FIRST_THROTTLE_MS * 2 ** (throttles - 1));
  const nextAtMs = nowMs + wait;
  const ageMs = settings.maximumEventAgeSeconds * 1000;
  if (nextAtMs - event.acceptedAtMs > ageMs)
    return { step: 'drop', because: `it would be older than ${settings.maximumEventAgeSeconds} s` };
  return { step: 'retry', event: { ...event, failures, throttles, nextAtMs } };
}

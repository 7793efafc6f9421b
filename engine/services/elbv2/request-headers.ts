/**
 * What a load balancer adds to a request on its way to a target: X-Forwarded-For, -Proto, -Port and
 * X-Amzn-Trace-Id (Application Load Balancer guide, “HTTP headers” and “Request tracing”). Pure.
 */
import type { LoadBalancerSettings } from './model.ts';

export interface Hop {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly protocol: 'http' | 'https';
  /** The listener's port as AWS knows it. */
  readonly port: number;
  readonly traceId: string;
}

/** More addresses than this in X-Forwarded-For are answered with 463. */
const FORWARDED_FOR_LIMIT = 30;

/** `headers` end to end; undefined if X-Forwarded-For names too many addresses. */
export function towardsTarget(
  headers: readonly string[],
  hop: Hop,
  settings: LoadBalancerSettings,
): string[] | undefined {
  const out: string[] = [];
  let forwardedFor: string | undefined;
  let trace: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1] as string;
    switch (name.length) {
      case 15:
        if (name.toLowerCase() === 'x-forwarded-for') {
          forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
          continue;
        }
        if (name.toLowerCase() === 'x-amzn-trace-id') {
          trace = value;
          continue;
        }
        break;
      case 16:
        if (name.toLowerCase() === 'x-forwarded-port') continue;
        break;
      case 17:
        if (name.toLowerCase() === 'x-forwarded-proto') continue;
        break;
    }
    if (settings.dropInvalidHeaderFields && !/^[A-Za-z0-9-]+$/.test(name)) continue;
    out.push(name, value);
  }
  if (forwardedFor !== undefined && forwardedFor.split(',').length > FORWARDED_FOR_LIMIT) return undefined;
  const chain = forwardedForValue(forwardedFor, hop, settings);
  if (chain !== undefined) out.push('X-Forwarded-For', chain);
  out.push('X-Forwarded-Proto', hop.protocol, 'X-Forwarded-Port', String(hop.port));
  out.push('X-Amzn-Trace-Id', traceValue(trace, hop.traceId));
  return out;
}

function forwardedForValue(
  given: string | undefined,
  hop: Hop,
  settings: LoadBalancerSettings,
): string | undefined {
  switch (settings.forwardedFor) {
    case 'remove':
      return undefined;
    case 'preserve':
      return given;
    case 'append': {
      const own = settings.forwardedForPort ? `${hop.clientAddress}:${hop.clientPort}` : hop.clientAddress;
      return given === undefined ? own : `${given}, ${own}`;
    }
  }
}

function traceValue(given: string | undefined, traceId: string): string {
  if (given === undefined) return `Root=${traceId}`;
  return given.includes('Root=') ? `Self=${traceId};${given}` : `Root=${traceId};${given}`;
}

/** `1-<8 hex digits: seconds>-<24 hex digits>`; `random` uniform in [0, 1). */
export function newTraceId(nowMs: number, random: () => number): string {
  const time = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `1-${time}-${hex(random)}${hex(random)}${hex(random)}`;
}

function hex(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

/** From values to places on a picture, and from many seconds to few bars. Pure. */
import type { SecondOfTraffic } from '../result.ts';

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

/** Values from..to on places start..end; what lies outside is drawn at the edge. */
export function linear(from: number, to: number, start: number, end: number): Scale {
  const span = to - from || 1;
  const place = (value: number): number =>
    start + ((Math.min(Math.max(value, from), to) - from) / span) * (end - start);
  return Object.assign(place, { from, to });
}

/** Decades take equal room; values at or below `from` are drawn at the edge, above `to` likewise. */
export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const inner = linear(Math.log10(from), Math.log10(to), start, end);
  return Object.assign((value: number): number => inner(Math.log10(Math.max(value, from))), { from, to });
}

/** The greatest of any number of values; `least` if there is none greater. */
export const greatest = (values: readonly number[], least = 0): number =>
  values.reduce((most, value) => Math.max(most, value), least);

const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** Round moments for an axis, at most `most` of them. */
export function ticks(from: number, to: number, most: number): readonly number[] {
  const step =
    STEPS_SECONDS.find((seconds) => (to - from) / seconds <= most) ??
    Math.max(1, Math.ceil((to - from) / most));
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at === 0 ? 0 : at);
  return found;
}

/** The next figure that reads well as a maximum and leaves little room empty. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor =
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}

/** Seconds from `atSeconds` on, together; counts are sums. */
export interface Bucket extends SecondOfTraffic {
  readonly widthSeconds: number;
}

/** The narrowest round bucket with which a span makes at most `most` of them. */
export function bucketSeconds(span: number, most: number): number {
  return STEPS_SECONDS.find((seconds) => span / seconds <= most) ?? Math.ceil(span / most);
}

const COUNTS = ['writesOk', 'writesRefused', 'writesFailed', 'readsOk', 'readsFailed'] as const;

export function buckets(
  seconds: readonly SecondOfTraffic[],
  from: number,
  to: number,
  widthSeconds: number,
): readonly Bucket[] {
  const found = new Map<number, { -readonly [K in keyof Bucket]: Bucket[K] }>();
  for (const second of seconds) {
    if (second.atSeconds < from || second.atSeconds >= to) continue;
    const atSeconds = Math.floor(second.atSeconds / widthSeconds) * widthSeconds;
    const bucket = found.get(atSeconds);
    if (!bucket) found.set(atSeconds, { ...second, atSeconds, widthSeconds });
    else for (const count of COUNTS) bucket[count] += second[count];
  }
  return [...found.values()].sort((a, b) => a.atSeconds - b.atSeconds);
}

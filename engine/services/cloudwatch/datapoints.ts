/**
 * Datapoints of one metric in bounded memory: a ring of buckets, one a minute and, for metrics stored at high
 * resolution, one a second beside it. A bucket keeps what every statistic needs, percentiles too. Pure.
 */
export interface Bucket {
  readonly atMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** value → how often. Exact for few values, rounded for many (see VALUES_EXACT). */
  readonly values: Map<number, number>;
  /** Samples that came as a statistic set, of which no percentile can be known. */
  unknown: number;
}

export interface Sample {
  readonly atMs: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Absent for a statistic set. */
  readonly values?: readonly (readonly [value: number, count: number])[];
}

export const MINUTE_MS = 60_000;
/** AWS keeps points of under a minute for 3 hours and longer ones for weeks; here all stay 3 hours. */
export const RETENTION_MS = 3 * 3_600_000;
/** A second's ring is shorter: 15 minutes, 90 evaluation periods of 10 s. */
export const FINE_RETENTION_MS = 15 * MINUTE_MS;

const VALUES_EXACT = 100;
const VALUES_LIMIT = 600;

export interface Series {
  readonly minutes: Map<number, Bucket>;
  readonly seconds: Map<number, Bucket>;
}

export function createSeries(): Series {
  return { minutes: new Map(), seconds: new Map() };
}

export function add(series: Series, sample: Sample, highResolution: boolean): void {
  addTo(series.minutes, MINUTE_MS, sample);
  if (highResolution) addTo(series.seconds, 1_000, sample);
}

function addTo(buckets: Map<number, Bucket>, widthMs: number, sample: Sample): void {
  const atMs = Math.floor(sample.atMs / widthMs) * widthMs;
  let bucket = buckets.get(atMs);
  if (!bucket) {
    bucket = { atMs, count: 0, sum: 0, min: sample.min, max: sample.max, values: new Map(), unknown: 0 };
    buckets.set(atMs, bucket);
  }
  bucket.count += sample.count;
  bucket.sum += sample.sum;
  bucket.min = Math.min(bucket.min, sample.min);
  bucket.max = Math.max(bucket.max, sample.max);
  if (sample.values) addValues(bucket.values, sample.values);
  else if (sample.min === sample.max) addValues(bucket.values, [[sample.min, sample.count]]);
  else bucket.unknown += sample.count;
}

function addValues(values: Map<number, number>, added: readonly (readonly [number, number])[]): void {
  for (const [value, count] of added) {
    const digits = values.size < VALUES_EXACT ? undefined : values.size < VALUES_LIMIT ? 3 : 2;
    const key = digits === undefined || values.has(value) ? value : Number(value.toPrecision(digits));
    values.set(key, (values.get(key) ?? 0) + count);
  }
}

/** Forgets what is older than the retention. */
export function expire(series: Series, nowMs: number): void {
  for (const atMs of series.minutes.keys()) if (atMs < nowMs - RETENTION_MS) series.minutes.delete(atMs);
  for (const atMs of series.seconds.keys()) if (atMs < nowMs - FINE_RETENTION_MS) series.seconds.delete(atMs);
}

/**
 * Buckets joined into periods, by the period's beginning; periods without data are absent. Periods begin at
 * `originMs` and its multiples: 0 for what people ask for, the range's own beginning for alarms, whose windows
 * slide with the minute.
 */
export function periods(
  series: Series,
  periodMs: number,
  fromMs: number,
  toMs: number,
  originMs = 0,
): Map<number, Bucket> {
  const joined = new Map<number, Bucket>();
  const source = periodMs < MINUTE_MS ? series.seconds : series.minutes;
  for (const bucket of source.values()) {
    if (bucket.atMs < fromMs || bucket.atMs >= toMs) continue;
    const atMs = originMs + Math.floor((bucket.atMs - originMs) / periodMs) * periodMs;
    const target = joined.get(atMs);
    if (target) merge(target, bucket);
    else joined.set(atMs, { ...bucket, atMs, values: new Map(bucket.values) });
  }
  return joined;
}

function merge(into: Bucket, bucket: Bucket): void {
  into.count += bucket.count;
  into.sum += bucket.sum;
  into.min = Math.min(into.min, bucket.min);
  into.max = Math.max(into.max, bucket.max);
  into.unknown += bucket.unknown;
  addValues(into.values, [...bucket.values]);
}

/**
 * All metrics of the region: which there are, their datapoints, and their way to disk. Memory is written in
 * batches, once a minute and at a stop, as blocks of ten minutes a metric; a killed region loses the minute
 * that was not written.
 */
import type { Store } from '../contract.ts';
import {
  add,
  type Bucket,
  createSeries,
  expire,
  MINUTE_MS,
  RETENTION_MS,
  type Sample,
  type Series,
} from './datapoints.ts';

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface Metric extends MetricName {
  readonly series: Series;
  unit: string;
  lastMs: number;
}

export interface Metrics {
  put(metric: MetricName, sample: Sample, unit: string, highResolution: boolean): void;
  find(metric: MetricName): Metric | undefined;
  all(): readonly Metric[];
  /** Writes what changed since the last time and forgets what is too old. */
  flush(nowMs: number): void;
}

const BLOCK_MS = 10 * MINUTE_MS;
/** Distinct values written a bucket; beyond that a percentile after a restart is of these. */
const VALUES_WRITTEN = 100;
const METRICS_LIMIT = 10_000;

type WrittenBucket = readonly [
  at: number,
  count: number,
  sum: number,
  min: number,
  max: number,
  unknown: number,
  values: readonly (readonly [number, number])[],
];

interface Block extends MetricName {
  readonly unit: string;
  readonly blockMs: number;
  readonly buckets: readonly WrittenBucket[];
}

export function dimensionsOf(
  given: readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined,
): readonly Dimension[] {
  return (given ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value }));
}

export function metricKey({ namespace, name, dimensions }: MetricName): string {
  const sorted = [...dimensions].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  return JSON.stringify([namespace, name, ...sorted.map(({ Name, Value }) => [Name, Value])]);
}

export function openMetrics(store: Store, nowMs: number): Metrics {
  const blocks = store.table<Block>('datapoints');
  const metrics = new Map<string, Metric>();
  const dirty = new Map<string, Set<number>>();
  for (const [id, block] of blocks.entries()) {
    if (block.blockMs < nowMs - RETENTION_MS - BLOCK_MS) blocks.delete(id);
    else restore(metrics, block);
  }
  return {
    put: (name, sample, unit, highResolution) => {
      const key = metricKey(name);
      const metric = metrics.get(key) ?? createMetric(metrics, key, name, unit);
      if (!metric) return;
      add(metric.series, sample, highResolution);
      metric.unit = unit;
      metric.lastMs = Math.max(metric.lastMs, sample.atMs);
      const changed = dirty.get(key) ?? new Set();
      dirty.set(key, changed.add(Math.floor(sample.atMs / BLOCK_MS) * BLOCK_MS));
    },
    find: (name) => metrics.get(metricKey(name)),
    all: () => [...metrics.values()],
    flush: (now) => {
      store.transaction(() => {
        for (const [key, changed] of dirty) {
          const metric = metrics.get(key);
          if (metric)
            for (const blockMs of changed) blocks.put(`${key}@${blockMs}`, blockOf(metric, blockMs));
        }
        for (const [id, block] of blocks.entries())
          if (block.blockMs < now - RETENTION_MS - BLOCK_MS) blocks.delete(id);
      });
      dirty.clear();
      for (const [key, metric] of metrics) {
        expire(metric.series, now);
        if (metric.series.minutes.size === 0) metrics.delete(key);
      }
    },
  };
}

function createMetric(
  metrics: Map<string, Metric>,
  key: string,
  name: MetricName,
  unit: string,
): Metric | undefined {
  if (metrics.size >= METRICS_LIMIT) return undefined;
  const { namespace, name: metricName, dimensions } = name;
  const sorted = [...dimensions].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  const metric: Metric = {
    namespace,
    name: metricName,
    dimensions: sorted,
    series: createSeries(),
    unit,
    lastMs: 0,
  };
  metrics.set(key, metric);
  return metric;
}

function blockOf(metric: Metric, blockMs: number): Block {
  const { namespace, name, dimensions, unit } = metric;
  const buckets = [...metric.series.minutes.values()]
    .filter(({ atMs }) => atMs >= blockMs && atMs < blockMs + BLOCK_MS)
    .map(
      ({ atMs, count, sum, min, max, unknown, values }): WrittenBucket => [
        atMs,
        count,
        sum,
        min,
        max,
        unknown,
        [...values].slice(0, VALUES_WRITTEN),
      ],
    );
  return { namespace, name, dimensions, unit, blockMs, buckets };
}

function restore(metrics: Map<string, Metric>, block: Block): void {
  const key = metricKey(block);
  const metric = metrics.get(key) ?? createMetric(metrics, key, block, block.unit);
  if (!metric) return;
  for (const [atMs, count, sum, min, max, unknown, values] of block.buckets) {
    const bucket: Bucket = { atMs, count, sum, min, max, unknown, values: new Map(values) };
    metric.series.minutes.set(atMs, bucket);
    metric.lastMs = Math.max(metric.lastMs, atMs);
  }
}

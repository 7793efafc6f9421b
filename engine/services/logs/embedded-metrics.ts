/**
 * CloudWatch embedded metric format: metrics that a log event brings along. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { parseJson } from './filter-pattern.ts';

export interface Extracted {
  readonly namespace: string;
  readonly data: readonly MetricDatum[];
}

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

const METRICS_LIMIT = 100;
const DIMENSIONS_LIMIT = 30;

/** `timestampMs` undefined: the event's own `_aws.Timestamp`. What does not follow the format brings no metric. */
export function embeddedMetrics(message: string, timestampMs: number | undefined): readonly Extracted[] {
  // Cheap for the many lines that are no EMF.
  if (!message.includes('"_aws"')) return [];
  const event = parseJson(message) as Record<string, unknown> | undefined;
  const about = event?.['_aws'] as { Timestamp?: unknown; CloudWatchMetrics?: unknown } | undefined;
  if (!event || typeof about !== 'object' || about === null || !Array.isArray(about.CloudWatchMetrics))
    return [];
  const atMs = timestampMs ?? (typeof about.Timestamp === 'number' ? about.Timestamp : undefined);
  if (atMs === undefined) return [];
  return about.CloudWatchMetrics.flatMap((directive: Directive) => extract(directive, event, new Date(atMs)));
}

function extract(directive: Directive, event: Record<string, unknown>, at: Date): readonly Extracted[] {
  const { Namespace, Dimensions, Metrics } = directive;
  if (typeof Namespace !== 'string' || !Array.isArray(Metrics)) return [];
  const sets = Array.isArray(Dimensions) && Dimensions.length > 0 ? Dimensions : [[]];
  const data = sets.flatMap((set: unknown) => {
    if (!Array.isArray(set) || set.length > DIMENSIONS_LIMIT) return [];
    const dimensions = set.map((name: string) => ({ Name: name, Value: String(event[name] ?? '') }));
    if (dimensions.some(({ Value }) => Value === '')) return [];
    return Metrics.slice(0, METRICS_LIMIT).flatMap((metric: unknown) => datum(metric, event, dimensions, at));
  });
  return data.length > 0 ? [{ namespace: Namespace, data }] : [];
}

function datum(
  metric: unknown,
  event: Record<string, unknown>,
  Dimensions: { Name: string; Value: string }[],
  Timestamp: Date,
): readonly MetricDatum[] {
  const { Name, Unit, StorageResolution } = (metric ?? {}) as {
    Name?: unknown;
    Unit?: unknown;
    StorageResolution?: unknown;
  };
  if (typeof Name !== 'string') return [];
  const target = event[Name];
  const values = (Array.isArray(target) ? target : [target]).filter((value) =>
    Number.isFinite(value),
  ) as number[];
  if (values.length === 0) return [];
  return [
    {
      MetricName: Name,
      Dimensions,
      Timestamp,
      ...(values.length === 1 ? { Value: values[0] } : { Values: values.slice(0, 150) }),
      ...(typeof Unit === 'string' ? { Unit: Unit as StandardUnit } : {}),
      ...(StorageResolution === 1 ? { StorageResolution: 1 } : {}),
    },
  ];
}

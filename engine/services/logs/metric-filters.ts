/** What the metric filters of a group make of a batch of events. Pure. */
import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { Extracted } from './embedded-metrics.ts';
import { parseFilterPattern, parseJson, parseSelector, select } from './filter-pattern.ts';
import type { MetricFilter, Transformation } from './model.ts';

export interface FilteredEvent {
  readonly atMs: number;
  readonly message: string;
}

export function filteredMetrics(
  filter: MetricFilter,
  events: readonly FilteredEvent[],
): readonly Extracted[] {
  const matches = parseFilterPattern(filter.pattern);
  const matched = events.filter(({ message }) => matches(message));
  return filter.transformations.flatMap((transformation) => {
    const data = matched.flatMap((event) => datum(transformation, event));
    const [first] = events;
    // The default speaks for times in which events came in and none matched.
    if (matched.length === 0 && transformation.defaultValue !== undefined && first)
      data.push(make(transformation, transformation.defaultValue, first.atMs, []));
    return data.length > 0 ? [{ namespace: transformation.metricNamespace, data }] : [];
  });
}

function datum(transformation: Transformation, { atMs, message }: FilteredEvent): MetricDatum[] {
  const event = parseJson(message);
  const value = transformation.metricValue.startsWith('$')
    ? Number(select(event, parseSelector(transformation.metricValue)) ?? Number.NaN)
    : Number(transformation.metricValue);
  if (!Number.isFinite(value)) return [];
  const dimensions = Object.entries(transformation.dimensions ?? {}).map(([Name, selector]) => ({
    Name,
    Value: String(select(event, parseSelector(selector)) ?? ''),
  }));
  if (dimensions.some(({ Value }) => Value === '')) return [];
  return [make(transformation, value, atMs, dimensions)];
}

function make(
  { metricName, unit }: Transformation,
  Value: number,
  atMs: number,
  Dimensions: { Name: string; Value: string }[],
): MetricDatum {
  return {
    MetricName: metricName,
    Value,
    Timestamp: new Date(atMs),
    Dimensions,
    ...(unit ? { Unit: unit as StandardUnit } : {}),
  };
}

/**
 * What CloudWatch hears of an invocation, when it is over, under the time at which it began. Sums need their
 * zeros: an error rate is Errors over Invocations.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { ServiceContext } from '../contract.ts';

export interface InvocationFigures {
  readonly functionName: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly ok: boolean;
}

export function invocationMetrics(figures: InvocationFigures): readonly MetricDatum[] {
  const { functionName, beganMs, endedMs, ok } = figures;
  const datum = (MetricName: string, Value: number, Unit: 'Count' | 'Milliseconds'): MetricDatum => ({
    MetricName,
    Value,
    Unit,
    Timestamp: new Date(beganMs),
    Dimensions: [{ Name: 'FunctionName', Value: functionName }],
  });
  return [
    datum('Invocations', 1, 'Count'),
    datum('Errors', ok ? 0 : 1, 'Count'),
    datum('Throttles', 0, 'Count'),
    datum('Duration', endedMs - beganMs, 'Milliseconds'),
  ];
}

/** A throttled request is no invocation. */
export function throttleMetric(functionName: string, atMs: number): MetricDatum {
  return {
    MetricName: 'Throttles',
    Value: 1,
    Unit: 'Count',
    Timestamp: new Date(atMs),
    Dimensions: [{ Name: 'FunctionName', Value: functionName }],
  };
}

/** Nobody waits for it: an invocation is over whether or not it was counted. */
export function publishMetrics(context: ServiceContext, data: readonly MetricDatum[]): void {
  const input: PutMetricDataCommandInput = { Namespace: 'AWS/Lambda', MetricData: [...data] };
  context.invoke('cloudwatch', 'PutMetricData', input).catch((error: unknown) =>
    context.journal.record({
      event: 'metrics.lost',
      subject: data[0]?.Dimensions?.[0]?.Value ?? 'lambda',
      because: error instanceof Error ? error.message : String(error),
    }),
  );
}

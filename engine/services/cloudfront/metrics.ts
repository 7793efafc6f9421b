/** A distribution's metrics, each minute, to us-east-1's CloudWatch: they exist nowhere else on AWS. */
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { GlobalContext } from '../contract.ts';
import type { Distribution } from './registry.ts';

const METRICS_REGION = 'us-east-1';

/** Takes the counters back to zero. Best effort: while us-east-1 is away a minute is lost. */
export async function publishMetrics(
  context: Pick<GlobalContext, 'clock' | 'invoke'>,
  distributions: readonly Distribution[],
): Promise<void> {
  const Timestamp = new Date(context.clock.now());
  const MetricData = distributions.flatMap((distribution) => metricsOf(distribution, Timestamp));
  if (MetricData.length === 0) return;
  await context.invoke<PutMetricDataCommandInput, unknown>(METRICS_REGION, 'cloudwatch', 'PutMetricData', {
    Namespace: 'AWS/CloudFront',
    MetricData,
  });
}

function metricsOf({ document, counters }: Distribution, Timestamp: Date): MetricDatum[] {
  const { requests, bytes, clientErrors, serverErrors } = counters;
  counters.requests = 0;
  counters.bytes = 0;
  counters.clientErrors = 0;
  counters.serverErrors = 0;
  if (requests === 0) return [];
  const Dimensions = [
    { Name: 'DistributionId', Value: document.id },
    { Name: 'Region', Value: 'Global' },
  ];
  const percent = (part: number): number => (100 * part) / requests;
  return [
    { MetricName: 'Requests', Value: requests, Unit: 'None' as const },
    { MetricName: 'BytesDownloaded', Value: bytes, Unit: 'None' as const },
    { MetricName: '4xxErrorRate', Value: percent(clientErrors), Unit: 'Percent' as const },
    { MetricName: '5xxErrorRate', Value: percent(serverErrors), Unit: 'Percent' as const },
    { MetricName: 'TotalErrorRate', Value: percent(clientErrors + serverErrors), Unit: 'Percent' as const },
  ].map((datum) => ({ ...datum, Dimensions, Timestamp }));
}

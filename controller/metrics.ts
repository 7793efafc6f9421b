// The two metrics the controller publishes. Latch feeds the alarm behind the primary's CALCULATED health check
// (1 = held: traffic stays away from the old region). Tick is the sign of life that a missing-data alarm watches.

import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';

export const namespace = 'Understudy/Failover';

/** Without a latch value only the sign of life is published: the health check then keeps its last known status. */
export function metricData(region: string, latch: 0 | 1 | null): PutMetricDataCommandInput {
  const Dimensions = [{ Name: 'Region', Value: region }];
  const tick = { MetricName: 'Tick', Dimensions, Value: 1, Unit: 'Count' } as const;
  if (latch === null) return { Namespace: namespace, MetricData: [tick] };
  return {
    Namespace: namespace,
    MetricData: [{ MetricName: 'Latch', Dimensions, Value: latch, Unit: 'None' }, tick],
  };
}

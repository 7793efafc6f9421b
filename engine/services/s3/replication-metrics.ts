/**
 * What CloudWatch hears of replication each minute, for every rule that has metrics on: the namespace, names
 * and dimensions are S3's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { Bucket } from './model.ts';
import type { Latency } from './replication.ts';
import type { Backlog } from './replication-queue.ts';
import { bucketOfArn } from './replication-rules.ts';

export const REPLICATION_NAMESPACE = 'AWS/S3';

export function replicationMetrics(
  buckets: readonly Bucket[],
  backlog: readonly Backlog[],
  latencies: readonly Latency[],
  nowMs: number,
): readonly MetricDatum[] {
  return buckets.flatMap((bucket) =>
    (bucket.replication?.Rules ?? []).flatMap((rule) => {
      const destination = bucketOfArn(rule.Destination?.Bucket);
      if (!destination || rule.Destination?.Metrics?.Status !== 'Enabled') return [];
      const isThis = (entry: { bucket: string; destination: string; ruleId: string }): boolean =>
        entry.bucket === bucket.name && entry.destination === destination && entry.ruleId === (rule.ID ?? '');
      const waiting = backlog.find(isThis);
      // How far the destination is behind: the oldest that waits, or the slowest that arrived.
      const behindMs = waiting
        ? nowMs - waiting.oldestMs
        : Math.max(0, ...latencies.filter(isThis).map(({ latencyMs }) => latencyMs));
      const datum = (MetricName: string, Value: number, Unit: MetricDatum['Unit']): MetricDatum => ({
        MetricName,
        Value,
        Unit,
        Timestamp: new Date(nowMs),
        Dimensions: [
          { Name: 'SourceBucket', Value: bucket.name },
          { Name: 'DestinationBucket', Value: destination },
          { Name: 'RuleId', Value: rule.ID ?? '' },
        ],
      });
      return [
        datum('ReplicationLatency', behindMs / 1000, 'Seconds'),
        datum('BytesPendingReplication', waiting?.bytes ?? 0, 'Bytes'),
        datum('OperationsPendingReplication', waiting?.operations ?? 0, 'Count'),
      ];
    }),
  );
}

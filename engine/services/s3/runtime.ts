/** What RUNS beside requests: replication, its metrics each minute, lifecycle rules each hour. */
import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { applyLifecycle } from './lifecycle.ts';
import { type Replication, startReplication } from './replication.ts';
import { REPLICATION_NAMESPACE, replicationMetrics } from './replication-metrics.ts';
import type { House } from './storage.ts';

export interface Runtime {
  readonly replication: Replication;
  stop(): Promise<void>;
}

const METRIC_PERIOD_MS = 60_000;
const LIFECYCLE_PERIOD_MS = 3_600_000;

export function startRuntime(house: House): Runtime {
  const { context, storage } = house;
  const replication = startReplication(context, storage);
  const metrics = context.clock.every(METRIC_PERIOD_MS, () => void publishMetrics(house, replication));
  let lifecycle = Promise.resolve();
  const hourly = context.clock.every(LIFECYCLE_PERIOD_MS, () => {
    lifecycle = lifecycle.then(() => runLifecycle(house));
  });
  replication.wake();
  return {
    replication,
    stop: async () => {
      metrics.stop();
      hourly.stop();
      replication.stop();
      await lifecycle;
    },
  };
}

async function publishMetrics({ context, storage }: House, replication: Replication): Promise<void> {
  const latencies = replication.takeLatencies();
  const MetricData = replicationMetrics(
    storage.buckets.all(),
    storage.queue.backlog(),
    latencies,
    context.clock.now(),
  );
  if (MetricData.length === 0) return;
  const input: PutMetricDataCommandInput = { Namespace: REPLICATION_NAMESPACE, MetricData: [...MetricData] };
  // S3 goes on when CloudWatch does not; the gap in the metric says so.
  await context.invoke('cloudwatch', 'PutMetricData', input).catch(() => {});
}

async function runLifecycle(house: House): Promise<void> {
  const { journal, region } = house.context;
  try {
    const { expired, removed, transitioned, aborted } = await applyLifecycle(house);
    if (expired + removed + transitioned + aborted === 0) return;
    journal.record({
      event: 'lifecycle.applied',
      subject: region,
      because: `${expired} objects expired, ${removed} versions removed, ${transitioned} moved to another storage class, ${aborted} uploads aborted`,
    });
  } catch (error) {
    journal.record({ event: 'lifecycle.failed', subject: region, because: (error as Error).message });
  }
}

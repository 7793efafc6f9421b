/**
 * AWS/ECS CPUUtilization and MemoryUtilization, measured: what the service's processes used in the last
 * minute against what its tasks reserve (ECS Developer Guide, “Amazon ECS CloudWatch metrics”). 1024 CPU
 * units are one core of this machine; Fargate caps a task at what it reserved, so no value is over 100.
 */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { Usage } from '../../guest/proc.ts';
import type { ServiceContext } from '../contract.ts';
import { cpuUnitsOf, memoryMiBOf } from './container.ts';
import { clusterNameOf, type EcsRecords, isLeaving, type ServiceRecord } from './model.ts';

export const METRIC_PERIOD_MS = 60_000;

interface Sample {
  readonly realMs: number;
  readonly cpuSeconds: number;
}

export interface Meter {
  /** Measures every running task and publishes. */
  sample(): Promise<void>;
}

export function createMeter(
  context: ServiceContext,
  records: EcsRecords,
  usageOfTask: (taskId: string) => Usage | undefined,
): Meter {
  let samples = new Map<string, Sample>();

  const measure = (service: ServiceRecord, next: Map<string, Sample>, timestamp: Date): MetricDatum[] => {
    const dimensions = [
      { Name: 'ClusterName', Value: clusterNameOf(service.clusterArn) },
      { Name: 'ServiceName', Value: service.name },
    ];
    const data: MetricDatum[] = [];
    for (const task of records.tasks.values()) {
      if (task.serviceArn !== service.arn || task.lastStatus !== 'RUNNING') continue;
      const usage = usageOfTask(task.id);
      if (!usage) continue;
      const { definition } = records.definitions.get(task.taskDefinitionArn)!;
      const now: Sample = { realMs: performance.now(), cpuSeconds: usage.cpuSeconds };
      const before = samples.get(task.id);
      next.set(task.id, now);
      const memory = usage.residentBytes / (memoryMiBOf(definition) * 1024 * 1024);
      data.push(percent('MemoryUtilization', memory, dimensions, timestamp));
      if (before && now.realMs > before.realMs)
        data.push(
          percent('CPUUtilization', cpuShare(before, now, cpuUnitsOf(definition)), dimensions, timestamp),
        );
    }
    return data;
  };

  return {
    sample: async () => {
      const next = new Map<string, Sample>();
      const timestamp = new Date(context.clock.now());
      for (const service of records.services.values()) {
        const data = measure(service, next, timestamp);
        await publish(context, 'AWS/ECS', data);
        if (insightsOn(records, service))
          await publish(context, 'ECS/ContainerInsights', counts(records, service, timestamp));
      }
      samples = next;
    },
  };
}

/** CPU units used, as a share of those reserved: cores are seconds of processor time a real second. */
export function cpuShare(before: Sample, now: Sample, reservedUnits: number): number {
  const cores = (now.cpuSeconds - before.cpuSeconds) / ((now.realMs - before.realMs) / 1000);
  return Math.max(0, (cores * 1024) / reservedUnits);
}

function percent(
  name: string,
  share: number,
  dimensions: MetricDatum['Dimensions'],
  timestamp: Date,
): MetricDatum {
  return {
    MetricName: name,
    Dimensions: dimensions,
    Unit: 'Percent',
    Timestamp: timestamp,
    Value: Math.min(100, share * 100),
  };
}

function insightsOn(records: EcsRecords, service: ServiceRecord): boolean {
  const settings = records.clusters.get(clusterNameOf(service.clusterArn))?.settings ?? [];
  return settings.some((one) => one.name === 'containerInsights' && one.value !== 'disabled');
}

function counts(records: EcsRecords, service: ServiceRecord, timestamp: Date): MetricDatum[] {
  const tasks = records.tasks.values().filter((one) => one.serviceArn === service.arn && !isLeaving(one));
  const running = tasks.filter((one) => one.lastStatus === 'RUNNING').length;
  const values = {
    DesiredTaskCount: service.desiredCount,
    RunningTaskCount: running,
    PendingTaskCount: tasks.length - running,
    DeploymentCount: service.deployments.length,
  };
  return Object.entries(values).map(([name, value]) => ({
    MetricName: name,
    Dimensions: [
      { Name: 'ClusterName', Value: clusterNameOf(service.clusterArn) },
      { Name: 'ServiceName', Value: service.name },
    ],
    Unit: 'Count',
    Timestamp: timestamp,
    Value: value,
  }));
}

async function publish(context: ServiceContext, namespace: string, data: MetricDatum[]): Promise<void> {
  if (data.length === 0) return;
  // A minute without this metric is what a missing one means; the next sample comes anyway.
  await context
    .invoke('cloudwatch', 'PutMetricData', { Namespace: namespace, MetricData: data })
    .catch(() => {});
}

/**
 * One dashboard a region: what users see, what the tasks do, how far the database is behind, whether the
 * controller is awake; above it all, the alarms.
 */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Observed } from './application.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

export function createDashboard(
  stack: RegionalStack,
  place: Place,
  observed: Observed,
  alarms: readonly cloudwatch.Alarm[],
): void {
  const { budget } = place.config;
  new cloudwatch.Dashboard(stack, 'Dashboard', {
    dashboardName: `${names.APP}-${place.region}`,
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new cloudwatch.TextWidget({
          width: 24,
          height: 2,
          markdown: `# ${place.region}\nBudget: RTO ${budget.rtoSeconds} s, RPO ${budget.rpoSeconds} s.`,
        }),
      ],
      [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', width: 24, height: 3, alarms: [...alarms] })],
      trafficRow(observed),
      capacityRow(observed),
      replicationRow(place, observed),
    ],
  });
}

const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
  new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6, period: Duration.minutes(1) });

const metric = (
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string,
): cloudwatch.Metric => new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic });

function trafficRow({ door }: Observed): cloudwatch.IWidget[] {
  const sum = { statistic: 'Sum' };
  return [
    graph('Requests', [door.balancer.metrics.requestCount(sum)]),
    graph('Server errors', [
      door.balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sum),
      door.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
    ]),
    graph('Latency', [
      door.targets.metrics.targetResponseTime({ statistic: 'p50' }),
      door.targets.metrics.targetResponseTime({ statistic: 'p95' }),
    ]),
  ];
}

function capacityRow({ door, storefront }: Observed): cloudwatch.IWidget[] {
  return [
    graph('Healthy and unhealthy tasks', [
      door.targets.metrics.healthyHostCount({ statistic: 'Minimum' }),
      door.targets.metrics.unhealthyHostCount({ statistic: 'Maximum' }),
    ]),
    graph('Task CPU', [storefront.cpu]),
    graph('Orders (from the application)', ordersFrom(storefront)),
  ];
}

/** Metrics that the application writes into its log in the embedded metric format. */
function ordersFrom({ region }: Observed['storefront']): cloudwatch.IMetric[] {
  return ['OrdersAccepted', 'OrdersReplayed', 'OrdersRefused'].map((name) =>
    metric(names.STOREFRONT_NAMESPACE, name, { Region: region }, 'Sum'),
  );
}

function replicationRow(place: Place, { controller }: Observed): cloudwatch.IWidget[] {
  const cluster = { DBClusterIdentifier: names.clusterId(place.region) };
  const database = graph(
    'Database',
    [metric('AWS/RDS', 'CPUUtilization', cluster, 'Average')],
    [metric('AWS/RDS', 'DatabaseConnections', cluster, 'Sum')],
  );
  if (place.peer === undefined || controller === undefined) return [database];
  const link = { ...cluster, SourceRegion: place.peer };
  return [
    database,
    graph('Behind the writer (published by the secondary)', [
      metric('AWS/RDS', 'AuroraGlobalDBRPOLag', link, 'Maximum'),
      metric('AWS/RDS', 'AuroraGlobalDBReplicationLag', link, 'Average'),
    ]),
    graph(
      'Controller: latch held, runs, errors',
      [metric(names.LATCH_METRIC.namespace, names.LATCH_METRIC.name, { Region: place.region }, 'Maximum')],
      [controller.handler.metricInvocations(), controller.handler.metricErrors()],
    ),
  ];
}

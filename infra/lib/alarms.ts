/**
 * Alarms of one region, all told to its topic. What silence means is decided for each:
 *
 * - counts of errors are published only when there are any, so silence is good news (notBreaching);
 * - healthy hosts and the controller's runs are published always, so silence is the bad news (breaching);
 * - replication lag is published in whichever region is the secondary at the moment. The template knows
 *   no roles, so silence is neither: the alarm says INSUFFICIENT_DATA, and tells people when a lag that
 *   was reported no longer is (the link broke, or this region has just become the writer).
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Observed } from './application.ts';
import { REPLICATION_RULE_ID } from './buckets.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';
import type { Routing } from './routing.ts';

const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;
const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const minute = { period: Duration.minutes(1) };

interface Rule {
  /** The alarm is `understudy-<name>`, in every region. */
  readonly name: string;
  readonly says: string;
  readonly metric: cloudwatch.Metric;
  readonly when: { readonly above: number } | { readonly below: number };
  /** Datapoints of a minute that must breach, of how many. */
  readonly points: readonly [breaching: number, of: number];
  readonly silence: cloudwatch.TreatMissingData;
}

export function createAlarms(
  stack: RegionalStack,
  place: Place,
  topic: sns.ITopic,
  observed: Observed,
  routing: Routing,
): readonly cloudwatch.Alarm[] {
  const tell = new SnsAction(topic);
  const rules = [
    ...serviceRules(place, observed),
    ...(place.peer === undefined ? [] : pairRules(stack, place, place.peer)),
    ...controllerRules(observed),
    ...routing.watched.map(healthCheckRule),
  ];
  return rules.map((rule) => {
    const alarm = createAlarm(stack, rule);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    if (rule.silence === MISSING) alarm.addInsufficientDataAction(tell);
    return alarm;
  });
}

function createAlarm(stack: RegionalStack, rule: Rule): cloudwatch.Alarm {
  const above = 'above' in rule.when;
  return new cloudwatch.Alarm(stack, `Alarm-${rule.name}`, {
    alarmName: `${names.APP}-${rule.name}`,
    alarmDescription: rule.says,
    metric: rule.metric,
    threshold: 'above' in rule.when ? rule.when.above : rule.when.below,
    comparisonOperator: above ? GREATER_THAN_THRESHOLD : LESS_THAN_THRESHOLD,
    datapointsToAlarm: rule.points[0],
    evaluationPeriods: rule.points[1],
    treatMissingData: rule.silence,
    // A percentile of five requests says nothing: the alarm keeps its state.
    ...(rule.metric.statistic.startsWith('p') ? { evaluateLowSampleCountPercentile: 'ignore' } : {}),
  });
}

function serviceRules(place: Place, { door, storefront }: Observed): readonly Rule[] {
  const { serverErrorsPerMinute, latencyP95Seconds, cpuPercent } = place.config.alarms;
  const errors = { when: { above: serverErrorsPerMinute }, points: [2, 3], silence: NOT_BREACHING } as const;
  return [
    {
      name: 'balancer-5xx',
      says: `The load balancer of ${place.region} itself answers 5xx: no healthy task, or tasks that break off`,
      metric: door.balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { ...minute, statistic: 'Sum' }),
      ...errors,
    },
    {
      name: 'tasks-5xx',
      says: `Tasks in ${place.region} answer 5xx`,
      metric: door.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
        ...minute,
        statistic: 'Sum',
      }),
      ...errors,
    },
    {
      name: 'latency',
      says: `One request in twenty in ${place.region} takes longer than ${latencyP95Seconds} s`,
      metric: door.targets.metrics.targetResponseTime({ ...minute, statistic: 'p95' }),
      when: { above: latencyP95Seconds },
      points: [3, 5],
      silence: NOT_BREACHING,
    },
    {
      name: 'healthy-hosts',
      says: `Fewer than ${place.config.tasks.minimum} healthy tasks in ${place.region}`,
      metric: door.targets.metrics.healthyHostCount({ ...minute, statistic: 'Minimum' }),
      when: { below: place.config.tasks.minimum },
      points: [2, 2],
      silence: BREACHING,
    },
    {
      name: 'cpu',
      says: `Tasks in ${place.region} are busier than scaling should allow: is the maximum reached?`,
      metric: storefront.cpu,
      when: { above: cpuPercent },
      points: [5, 5],
      // No task, no CPU: the healthy hosts say so already.
      silence: NOT_BREACHING,
    },
  ];
}

function pairRules(stack: RegionalStack, place: Place, peer: string): readonly Rule[] {
  const { alarms, budget } = place.config;
  const lagMs = alarms.replicationLagMs ?? budget.rpoSeconds * 1000;
  return [
    {
      name: 'replication-lag',
      says: `The database of ${place.region} is more than ${lagMs} ms behind: a loss of ${peer} now would cost that much`,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/RDS',
        metricName: 'AuroraGlobalDBRPOLag',
        // Listed under its source by RDS; only a secondary publishes it.
        dimensionsMap: { DBClusterIdentifier: names.clusterId(place.region), SourceRegion: peer },
        statistic: 'Maximum',
        ...minute,
      }),
      when: { above: lagMs },
      points: [3, 3],
      silence: MISSING,
    },
    {
      name: 'asset-replication',
      says: `Assets written in ${place.region} wait longer than ${alarms.assetReplicationSeconds} s for ${peer}`,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/S3',
        metricName: 'ReplicationLatency',
        dimensionsMap: {
          SourceBucket: names.bucketName('assets', stack.account, place.region),
          DestinationBucket: names.bucketName('assets', stack.account, peer),
          RuleId: REPLICATION_RULE_ID,
        },
        statistic: 'Maximum',
        ...minute,
      }),
      when: { above: alarms.assetReplicationSeconds },
      points: [1, 1],
      silence: NOT_BREACHING,
    },
  ];
}

function controllerRules({ controller }: Observed): readonly Rule[] {
  if (controller === undefined) return [];
  return [
    {
      name: 'controller-errors',
      says: 'The failover controller fails',
      metric: controller.handler.metricErrors({ ...minute, statistic: 'Sum' }),
      when: { above: 0 },
      points: [2, 3],
      silence: NOT_BREACHING,
    },
    {
      name: 'controller-silent',
      says: 'The failover controller has not run for three minutes: nobody would take over',
      metric: controller.handler.metricInvocations({ ...minute, statistic: 'Sum' }),
      when: { below: 1 },
      points: [3, 3],
      silence: BREACHING,
    },
  ];
}

function healthCheckRule({ region, healthCheckId }: Routing['watched'][number]): Rule {
  return {
    name: `health-check-${region}`,
    says: `Seen from the world, ${region} cannot play its part`,
    metric: new cloudwatch.Metric({
      namespace: 'AWS/Route53',
      metricName: 'HealthCheckStatus',
      dimensionsMap: { HealthCheckId: healthCheckId },
      statistic: 'Minimum',
      ...minute,
    }),
    when: { below: 1 },
    points: [1, 1],
    silence: BREACHING,
  };
}

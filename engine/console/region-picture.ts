/**
 * One region: its process and the boxes inside. A region that does not answer keeps the boxes it had, in the
 * condition that its process is in, so that nothing on the page changes place. Pure.
 */
import type { Condition, RegionPicture } from './api.ts';
import { databaseOf } from './database-picture.ts';
import {
  type MemberFacts,
  number,
  type ProcessFacts,
  plural,
  type Report,
  type Row,
  rows,
  text,
} from './facts.ts';
import { loadBalancerOf, serviceOf, tasksOf } from './tasks.ts';

export function conditionOf(member: MemberFacts): Condition {
  switch (member.state) {
    case 'running':
      return 'well';
    case 'frozen':
      return 'frozen';
    case 'lost':
    case 'stopped':
      return 'lost';
    default:
      return 'ailing';
  }
}

export function regionOf(report: Report, member: MemberFacts, facts: ProcessFacts): RegionPicture {
  const { name } = member;
  const { services } = facts;
  return {
    name,
    process: { id: name, label: name, condition: conditionOf(member), because: member.because },
    loadBalancer: loadBalancerOf(name, services),
    service: serviceOf(name, services),
    zones: zonesOf(facts),
    tasks: tasksOf(facts),
    database: databaseOf(name, facts),
    bucket: bucketOf(report, name, services),
    alarms: alarmsOf(name, services),
    notifications: notificationsOf(name, services),
    controller: controllerOf(report, name),
  };
}

/** Zones in which anything stands: nodes of load balancers, tasks, databases. */
function zonesOf({ services, guests }: ProcessFacts): readonly string[] {
  const nodes = rows(services, 'elbv2').flatMap((balancer) => rows(balancer, 'nodes'));
  const instances = rows(services, 'rds', 'clusters').flatMap((cluster) => rows(cluster, 'instances'));
  const named = [...nodes, ...instances].map((one) => text(one, 'zone'));
  return [...new Set([...named, ...guests.map(({ zone }) => zone)])].filter(Boolean).sort();
}

/** Replication takes seconds; what waits longer waits for something. */
const SLOW_REPLICATION_MS = 60_000;

function bucketOf(report: Report, region: string, services: Row): RegionPicture['bucket'] {
  const s3 = (services['s3'] ?? {}) as Row;
  const pending = rows(s3, 'buckets').reduce((sum, one) => sum + number(one, 'pendingReplication'), 0);
  const failed = number(s3, 'replicationFailed');
  const oldest = number(s3, 'oldestPendingMs');
  const waitsMs = pending > 0 && oldest > 0 ? report.system.awsNowMs - oldest : 0;
  const slow = waitsMs > SLOW_REPLICATION_MS;
  const objects = rows(s3, 'buckets').reduce((sum, one) => sum + number(one, 'objects'), 0);
  const because =
    failed > 0
      ? `${plural(failed, 'object')} could not be replicated`
      : pending > 0
        ? `${plural(pending, 'object')} on the way to the other region${slow ? `, the oldest for ${Math.round(waitsMs / 1000)} s` : ''}`
        : `${plural(objects, 'object')}, nothing waits for replication`;
  const condition = failed > 0 || slow ? 'ailing' : 'well';
  const figures = { replicationPending: pending, replicationFailed: failed };
  return { id: `${region}/bucket`, label: 'S3', condition, because, ...figures };
}

/** Scaling's own alarms stand whenever there is little to do; they are no news. */
export const isOwnAlarm = (name: string): boolean => !name.startsWith('TargetTracking-');

function alarmsOf(region: string, services: Row): RegionPicture['alarms'] {
  const own = rows(services, 'cloudwatch', 'alarms').filter((alarm) => isOwnAlarm(text(alarm, 'name')));
  const inAlarm = own.filter((alarm) => text(alarm, 'state') === 'ALARM').map((alarm) => text(alarm, 'name'));
  return {
    id: `${region}/alarms`,
    label: 'CloudWatch',
    condition: inAlarm.length > 0 ? 'ailing' : 'well',
    because:
      inAlarm.length > 0
        ? `in alarm: ${inAlarm.join(', ')}`
        : `none of ${plural(own.length, 'alarm')} stands`,
    inAlarm,
    total: own.length,
  };
}

function notificationsOf(region: string, services: Row): RegionPicture['notifications'] {
  const sns = (services['sns'] ?? {}) as Row;
  const mails = number(sns, 'mails');
  const published = number(sns, 'published');
  const topics = rows(sns, 'topics');
  const subscriptions = topics.reduce((sum, topic) => sum + number(topic, 'subscriptions'), 0);
  const because =
    subscriptions === 0
      ? `${plural(published, 'message')} published; nobody subscribes`
      : `${plural(published, 'message')} published, ${plural(mails, 'mail')} sent`;
  return { id: `${region}/notifications`, label: 'SNS', condition: 'well', because, published, mails };
}

/** Looks are seconds apart; one that is this old says that nobody looks. AWS time. */
const SILENT_MS = 180_000;

function controllerOf(report: Report, region: string): RegionPicture['controller'] {
  const box = { id: `${region}/controller`, label: 'controller' };
  const word = report.controllers[region];
  if (!word)
    return { ...box, condition: 'unknown', because: 'it has said nothing yet', phase: null, verdict: null };
  const { phase, verdict, because } = word;
  const silentMs = report.system.awsNowMs - word.atMs;
  if (silentMs > SILENT_MS) {
    const silent = `it has said nothing for ${Math.round(silentMs / 1000)} s; its last word: ${because}`;
    return { ...box, condition: 'ailing', because: silent, phase, verdict };
  }
  return {
    ...box,
    condition: verdict === 'hold' || verdict === 'warn' ? 'ailing' : 'well',
    because,
    phase,
    verdict,
  };
}

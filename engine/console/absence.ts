/**
 * What is drawn of a thing that does not answer: the boxes it had, in the condition it is in. Rates and figures
 * of the moment are gone with it; places and names stay. Pure.
 */
import type { Box, Condition, RegionPicture } from './api.ts';

function as<B extends Box>(box: B, condition: Condition, because: string): B {
  return { ...box, condition, because };
}

/** A region of which nothing has been seen yet. */
export function unseenRegion(name: string, because: string): RegionPicture {
  const box = (part: string, label: string): Box => ({
    id: `${name}/${part}`,
    label,
    condition: 'unknown',
    because,
  });
  return {
    name,
    process: { id: name, label: name, condition: 'unknown', because },
    loadBalancer: { ...box('load-balancer', 'load balancer'), healthyTargets: 0, targets: 0 },
    service: { ...box('service', 'service'), desired: 0, running: 0 },
    zones: [],
    tasks: [],
    database: {
      ...box('database', 'database'),
      ...{ role: 'unknown', status: '', instances: [], lagMs: null, resync: null },
    },
    bucket: { ...box('bucket', 'S3'), replicationPending: 0, replicationFailed: 0 },
    alarms: { ...box('alarms', 'CloudWatch'), inAlarm: [], total: 0 },
    notifications: { ...box('notifications', 'SNS'), published: 0, mails: 0 },
    controller: { ...box('controller', 'controller'), phase: null, verdict: null },
  };
}

/** Somebody else writes now: what was the writer is not it any more, wherever it is. */
export function deposed(region: RegionPicture): RegionPicture {
  const { database } = region;
  if (database.role !== 'writer') return region;
  const instances = database.instances.map((one) =>
    one.role === 'writer' ? { ...one, role: 'unknown' as const } : one,
  );
  return { ...region, database: { ...database, role: 'unknown', instances } };
}

export function absentRegion(last: RegionPicture, condition: Condition, because: string): RegionPicture {
  return {
    ...last,
    process: as(last.process, condition, because),
    loadBalancer: { ...as(last.loadBalancer, condition, because), healthyTargets: 0 },
    service: { ...as(last.service, condition, because), running: 0 },
    tasks: last.tasks.map((task) => ({ ...as(task, condition, because), health: 'unknown' as const })),
    database: {
      ...as(last.database, condition, because),
      ...{ lagMs: null, resync: null },
      instances: last.database.instances.map((one) => ({ ...as(one, condition, because), lagMs: null })),
    },
    bucket: as(last.bucket, condition, because),
    alarms: as(last.alarms, condition, because),
    notifications: as(last.notifications, condition, because),
    controller: { ...as(last.controller, condition, because), verdict: null },
  };
}

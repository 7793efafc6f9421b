/**
 * RDS events with AWS's numbers and words, kept for DescribeEvents (AWS keeps 14 days). The numbers are
 * those of “Amazon RDS event categories and event messages for Aurora” (Aurora User Guide, USER_Events.Messages).
 */
import type { Rds } from './house.ts';
import { type EventRecord, nextNumber } from './records.ts';

interface EventKind {
  readonly number: string;
  readonly source: EventRecord['sourceType'];
  readonly category: string;
  readonly message: (detail: string) => string;
}

const kind = (
  number: string,
  source: EventRecord['sourceType'],
  category: string,
  message: (detail: string) => string,
): EventKind => ({ number: `RDS-EVENT-${number}`, source, category, message });

export const events = {
  clusterCreated: kind('0170', 'db-cluster', 'creation', () => 'DB cluster created.'),
  clusterDeleted: kind('0171', 'db-cluster', 'deletion', () => 'DB cluster deleted.'),
  failoverStarted: kind(
    '0073',
    'db-cluster',
    'failover',
    (target) => `Started cross AZ failover to DB instance: ${target}`,
  ),
  failoverSameWriter: kind(
    '0070',
    'db-cluster',
    'failover',
    (target) => `Promoting previous primary again: ${target}`,
  ),
  failoverCompleted: kind(
    '0071',
    'db-cluster',
    'failover',
    (target) => `Completed failover to DB instance: ${target}`,
  ),
  failoverFailed: kind('0069', 'db-cluster', 'failover', (why) => `Cluster failover failed: ${why}`),
  globalSwitchoverStarted: kind(
    '0181',
    'db-cluster',
    'global failover',
    (target) => `Global switchover to DB cluster ${target} started.`,
  ),
  globalSwitchoverHeld: kind(
    '0182',
    'db-cluster',
    'global failover',
    () => 'Old primary DB cluster successfully shut down.',
  ),
  globalSwitchoverWaiting: kind(
    '0183',
    'db-cluster',
    'global failover',
    () => 'Waiting for data synchronization across global cluster members.',
  ),
  globalPromoted: kind(
    '0184',
    'db-cluster',
    'global failover',
    (cluster) => `New primary DB cluster ${cluster} was successfully promoted.`,
  ),
  globalSwitchoverFinished: kind(
    '0185',
    'db-cluster',
    'global failover',
    (cluster) => `Global switchover to DB cluster ${cluster} finished.`,
  ),
  globalSwitchoverCancelled: kind(
    '0186',
    'db-cluster',
    'global failover',
    (cluster) => `Global switchover to DB cluster ${cluster} is cancelled.`,
  ),
  globalSwitchoverFailed: kind(
    '0187',
    'db-cluster',
    'global failover',
    (why) => `Global switchover failed: ${why}`,
  ),
  globalFailoverCompleted: kind(
    '0238',
    'db-cluster',
    'global failover',
    (cluster) => `Global failover to DB cluster ${cluster} completed.`,
  ),
  globalFailoverFailed: kind(
    '0239',
    'db-cluster',
    'global failover',
    (why) => `Global failover failed: ${why}`,
  ),
  resyncStarted: kind(
    '0240',
    'db-cluster',
    'global failover',
    (cluster) => `Started resynchronizing members of DB cluster ${cluster} after global failover.`,
  ),
  resyncFinished: kind(
    '0241',
    'db-cluster',
    'global failover',
    (cluster) => `Finished resynchronizing members of DB cluster ${cluster} after global failover.`,
  ),
  instanceCreated: kind('0005', 'db-instance', 'creation', () => 'DB instance created'),
  instanceDeleted: kind('0003', 'db-instance', 'deletion', () => 'DB instance deleted'),
  instanceRestarted: kind('0006', 'db-instance', 'availability', () => 'DB instance restarted'),
  instanceShutdown: kind('0004', 'db-instance', 'availability', () => 'DB instance shutdown'),
} as const satisfies Record<string, EventKind>;

const KEPT_MS = 14 * 24 * 3600 * 1000;

export function recordEvent(
  rds: Rds,
  event: keyof typeof events,
  source: { readonly identifier: string; readonly arn: string },
  detail = '',
): void {
  const { number, source: sourceType, category, message } = events[event];
  const atMs = rds.context.clock.now();
  const id = String(nextNumber(rds.records, 'event')).padStart(10, '0');
  for (const old of rds.records.events.values())
    if (old.atMs < atMs - KEPT_MS) rds.records.events.delete(old.id);
  rds.records.events.put(id, {
    id,
    atMs,
    sourceType,
    sourceIdentifier: source.identifier,
    sourceArn: source.arn,
    number,
    categories: [category],
    message: message(detail),
  });
}

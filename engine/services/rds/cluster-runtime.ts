/**
 * Brings a recorded cluster to life and takes it down again: its two endpoints, its servers, its monitor. The
 * parts that servers play are given by `reconcile.ts`.
 */
import { join } from 'node:path';
import { startBinlogPurge } from './binlog-purge.ts';
import { createEndpointProxy, type EndpointTarget } from './endpoint-proxy.ts';
import { createHeartbeat } from './heartbeat.ts';
import {
  type Cluster,
  clusterRecord,
  clusterRole,
  feedingInstances,
  feedPort,
  type Instance,
  leaderOf,
  type Rds,
  reasonOf,
  serializer,
  servingInstances,
} from './house.ts';
import { instanceEnded, restart } from './in-region-failover.ts';
import { createInstanceProcess } from './instance-process.ts';
import { startMetrics } from './metrics.ts';
import { readerStates, startMonitor } from './monitor.ts';
import { publishNames } from './names.ts';
import { settingsFor } from './parameter-operations.ts';
import { readerChoices } from './reader-rotation.ts';
import { reconcile } from './reconcile.ts';
import type { ClusterRecord, InstanceRecord } from './records.ts';

const STOP_GRACE_MS = 15_000;
const timers = new WeakMap<Cluster, readonly { stop(): void }[]>();

/** Opens the endpoints; the instances are opened one by one. */
export async function openCluster(rds: Rds, record: ClusterRecord): Promise<Cluster> {
  const found = rds.clusters.get(record.identifier);
  if (found) return found;
  const readers = readerRotation();
  const cluster: Cluster = {
    identifier: record.identifier,
    instances: new Map(),
    writerEndpoint: createEndpointProxy({
      host: record.endpoint.host,
      port: record.port,
      choose: () => writerTarget(rds, cluster),
    }),
    readerEndpoint: createEndpointProxy({
      host: record.readerEndpoint.host,
      port: record.port,
      choose: () => readers(rds, cluster),
    }),
    feed: createEndpointProxy({
      host: record.endpoint.host,
      port: feedPort(record),
      choose: () => {
        const [first] = feedingInstances(rds, cluster);
        return first && targetOf(rds, cluster, first);
      },
    }),
    lagging: new Set(),
    heartbeat: createHeartbeat(rds.context),
    serialize: serializer(),
    status: 'available',
    settled: false,
    position: '',
  };
  rds.clusters.set(record.identifier, cluster);
  await Promise.all(
    [cluster.writerEndpoint, cluster.readerEndpoint, cluster.feed].map((proxy) => proxy.listen()),
  );
  timers.set(cluster, [
    startMonitor(rds, cluster),
    startMetrics(rds, cluster),
    startBinlogPurge(rds, cluster),
  ]);
  publishNames(rds, record);
  return cluster;
}

/** Makes the instance known and starts its server; resolves when it answers or has failed and will be retried. */
export async function openInstance(rds: Rds, cluster: Cluster, record: InstanceRecord): Promise<Instance> {
  const found = cluster.instances.get(record.identifier);
  if (found) return found;
  const instance: Instance = {
    identifier: record.identifier,
    server: createInstanceProcess({
      software: rds.software,
      secrets: rds.secrets,
      directories: rds.directories,
      directory: join(rds.context.directory, 'instances', record.identifier),
      host: record.endpoint.host,
      port: clusterRecord(rds, cluster).port,
      serverId: record.serverId,
      settings: () => {
        instance.settings = settingsFor(rds, record.identifier);
        return instance.settings;
      },
      ended: (reason) => instanceEnded(rds, cluster, instance, reason),
    }),
    status: 'creating',
    plan: undefined,
    lag: undefined,
    settings: [],
    following: false,
    misses: 0,
    failures: 0,
    startedAtMs: rds.context.clock.now(),
    busy: false,
  };
  cluster.instances.set(record.identifier, instance);
  if (record.rebuild) return instance;
  try {
    // Not as a replica, whatever it was: nothing may be undone before it is known who has what.
    await instance.server.start({ asReplica: false });
    instance.status = 'available';
  } catch (error) {
    instance.status = 'failed';
    instance.failures++;
    rds.context.journal.record({
      event: 'instance.start-failed',
      subject: record.identifier,
      because: reasonOf(error),
    });
    void restart(rds, cluster, instance, false);
  }
  return instance;
}

/** The first roles after a start or a creation; from here on the monitor keeps them. */
export async function settleCluster(rds: Rds, cluster: Cluster): Promise<void> {
  cluster.settled = true;
  await reconcile(rds, cluster);
}

export async function closeInstance(cluster: Cluster, instance: Instance): Promise<void> {
  cluster.instances.delete(instance.identifier);
  instance.status = 'deleting';
  await instance.server.stop(STOP_GRACE_MS);
}

export async function closeCluster(rds: Rds, cluster: Cluster): Promise<void> {
  for (const timer of timers.get(cluster) ?? []) timer.stop();
  cluster.heartbeat.stop();
  await Promise.all(
    [cluster.writerEndpoint, cluster.readerEndpoint, cluster.feed].map((proxy) => proxy.close()),
  );
  // Readers first: a writer that stops waits for its followers' connections.
  const leader = leaderOf(rds, cluster);
  const instances = [...cluster.instances.values()];
  await Promise.all(
    instances
      .filter((instance) => instance !== leader)
      .map((instance) => instance.server.stop(STOP_GRACE_MS)),
  );
  await leader?.server.stop(STOP_GRACE_MS);
  rds.clusters.delete(cluster.identifier);
}

function targetOf(rds: Rds, cluster: Cluster, instance: Instance): EndpointTarget | undefined {
  const record = rds.records.instances.get(instance.identifier);
  return record
    ? {
        identifier: instance.identifier,
        host: record.endpoint.host,
        port: clusterRecord(rds, cluster).port,
      }
    : undefined;
}

/** In a secondary the cluster endpoint leads to its head, which only reads: AWS's `inactive` endpoint. */
function writerTarget(rds: Rds, cluster: Cluster): EndpointTarget | undefined {
  const leader = leaderOf(rds, cluster);
  return leader && servingInstances(rds, cluster).includes(leader)
    ? targetOf(rds, cluster, leader)
    : undefined;
}

/** By connection, in turn. */
function readerRotation(): (rds: Rds, cluster: Cluster) => EndpointTarget | undefined {
  let turn = 0;
  return (rds, cluster) => {
    const choices = readerChoices(readerStates(rds, cluster), cluster.lagging, clusterRole(rds, cluster));
    const chosen = choices[turn++ % Math.max(1, choices.length)];
    const instance = chosen === undefined ? undefined : cluster.instances.get(chosen);
    return instance && targetOf(rds, cluster, instance);
  };
}

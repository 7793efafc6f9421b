/**
 * Aurora MySQL as MariaDB servers: clusters with a writer and readers, two endpoints, failover inside a
 * region, and global clusters over regions with failover, switchover and rejoin.
 */

import { setTimeout as realSleep } from 'node:timers/promises';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Json, Service, ServiceContext, ServiceDefinition } from '../contract.ts';
import { sendBackup } from './backup.ts';
import { clusterOperations } from './cluster-operations.ts';
import { closeCluster, openCluster, openInstance, settleCluster } from './cluster-runtime.ts';
import { dataDirectories } from './data-directory.ts';
import { acceptFence, carryOutFailover } from './global-failover.ts';
import { addMember, detach, removeMember } from './global-joining.ts';
import { acceptSwitchover, globalOperations } from './global-operations.ts';
import { acceptPromotion, acceptWithdrawal } from './global-promotion.ts';
import { settleInterruptedSwitchover } from './global-switchover.ts';
import { groupOperations } from './group-operations.ts';
import { formatPosition } from './gtid.ts';
import { type Cluster, clusterRole, globalOf, leaderOf, type Rds, whyWritesHeld } from './house.ts';
import { instanceOperations } from './instance-operations.ts';
import {
  absorb,
  askBeforeWriting,
  clusterInGlobal,
  ownExchange,
  startExchange,
} from './membership-exchange.ts';
import { instanceLagMs } from './metrics.ts';
import { publishInstanceName } from './names.ts';
import { parameterOperations } from './parameter-operations.ts';
import { createPeerClient } from './peer-client.ts';
import type { PeerHandlers } from './peer-messages.ts';
import { createPeerServer } from './peer-server.ts';
import { propertyFates } from './property-fates.ts';
import { instancesOf, openRecords } from './records.ts';
import { positionOf } from './replication.ts';
import { resourceHandlers } from './resources.ts';
import { openSecrets } from './secrets.ts';
import { findSoftware } from './software.ts';

/** Real time that the other services wait for a writer that waits for silent members. */
const START_PATIENCE_MS = 1500;
/** The secret that all regions of one system share; set for region processes. */
const PEER_TOKEN = 'UNDERSTUDY_PEER_TOKEN';

export const rds: ServiceDefinition = {
  name: 'rds',
  controlPlane: 'regional',
  api: {
    signingName: 'rds',
    protocols: ['query'],
    sdk: () => schemasOf('@aws-sdk/client-rds'),
  },
  types: {
    'AWS::RDS::GlobalCluster': { fate: 'runs', properties: propertyFates['AWS::RDS::GlobalCluster'] },
    'AWS::RDS::DBCluster': { fate: 'runs', properties: propertyFates['AWS::RDS::DBCluster'] },
    'AWS::RDS::DBInstance': { fate: 'runs', properties: propertyFates['AWS::RDS::DBInstance'] },
    'AWS::RDS::DBSubnetGroup': { fate: 'runs', properties: propertyFates['AWS::RDS::DBSubnetGroup'] },
    'AWS::RDS::DBClusterParameterGroup': {
      fate: 'runs',
      properties: propertyFates['AWS::RDS::DBClusterParameterGroup'],
    },
    'AWS::RDS::DBParameterGroup': {
      fate: 'runs',
      properties: propertyFates['AWS::RDS::DBParameterGroup'],
    },
  },
  create: (context) => createService(context, process.env[PEER_TOKEN]),
};

export function createService(context: ServiceContext, peerToken: string | undefined): Service {
  const software = findSoftware();
  const secrets = openSecrets(context.store, peerToken);
  const house: Rds = {
    context,
    records: openRecords(context.store),
    software,
    secrets,
    directories: dataDirectories(software, context.directory),
    clusters: new Map(),
    peers: createPeerClient(context.network, context.clock, secrets.peerToken),
    news: new Map(),
    stopping: false,
  };
  const operations = {
    ...groupOperations(house),
    ...parameterOperations(house),
    ...clusterOperations(house),
    ...instanceOperations(house),
    ...globalOperations(house),
  };
  const server = createPeerServer({
    host: new URL(context.network.endpoint).hostname,
    now: () => context.clock.now(),
    token: secrets.peerToken,
    handlers: peerHandlers(house),
    backup: async (clusterIdentifier, sink) => {
      const cluster = house.clusters.get(clusterIdentifier);
      const leader = cluster && leaderOf(house, cluster);
      if (!leader?.server.running) throw new Error(`${clusterIdentifier} has no running instance to copy`);
      await sendBackup(software, secrets, leader.server, sink);
    },
  });
  let exchange: { stop(): void } | undefined;
  return {
    operations,
    resources: resourceHandlers(house, operations),
    start: async () => {
      // First of all, so that regions that start together find each other at once.
      await server.listen();
      exchange = startExchange(house);
      await Promise.all(house.records.clusters.values().map((record) => resume(house, record.identifier)));
    },
    stop: async () => {
      house.stopping = true;
      exchange?.stop();
      await Promise.all([...house.clusters.values()].map((cluster) => closeCluster(house, cluster)));
      await server.close();
    },
    status: () => status(house),
    processes: () =>
      [...house.clusters.values()].flatMap((cluster) =>
        instancesOf(house.records, cluster.identifier).flatMap((record) => {
          const pid = cluster.instances.get(record.identifier)?.server.pid;
          return pid === undefined
            ? []
            : [{ kind: 'database' as const, id: record.identifier, pid, zone: record.availabilityZone }];
        }),
      ),
  };
}

/** Servers start without a part; the other members are asked meanwhile; then roles are given by the records. */
async function resume(house: Rds, clusterIdentifier: string): Promise<void> {
  const record = house.records.clusters.get(clusterIdentifier)!;
  const cluster = await openCluster(house, record);
  const opening = Promise.all(
    instancesOf(house.records, clusterIdentifier).map(async (instance) => {
      await openInstance(house, cluster, instance);
      publishInstanceName(house, instance);
    }),
  );
  const identifier = record.globalClusterIdentifier;
  const writes = clusterRole(house, cluster) === 'writer';
  const asking = identifier === undefined ? undefined : askBeforeWriting(house, identifier);
  await opening;
  // A writer may have to wait for silent members; the region goes on starting meanwhile.
  const settled = (async () => {
    if (writes) await asking;
    await settleCluster(house, cluster);
    await takeUpMove(house, cluster);
  })();
  await Promise.race([settled, realSleep(writes ? START_PATIENCE_MS : 10_000, undefined, { ref: false })]);
}

async function takeUpMove(house: Rds, cluster: Cluster): Promise<void> {
  const global = globalOf(house, cluster);
  const move = global && house.records.moves.get(global.identifier);
  if (!move) return;
  if (move.kind === 'failing-over' && move.to === house.context.region)
    void carryOutFailover(house, cluster, move);
  else void settleInterruptedSwitchover(house, move);
}

function peerHandlers(house: Rds): PeerHandlers {
  return {
    membership: async (theirs) => {
      absorb(house, theirs);
      const cluster = clusterInGlobal(house, theirs.identifier);
      const leader = cluster && leaderOf(house, cluster);
      // A planned move waits for this figure; the monitor's is up to a second old.
      if (cluster && leader?.server.running && theirs.move)
        cluster.position = formatPosition(await positionOf(leader.server));
      return ownExchange(house, theirs.identifier);
    },
    join: async ({ identifier, member }) => {
      addMember(house, identifier, member);
      return ownExchange(house, identifier);
    },
    leave: async ({ identifier, region }) => {
      removeMember(house, identifier, region);
      return ownExchange(house, identifier);
    },
    detach: async ({ identifier }) => {
      const cluster = clusterInGlobal(house, identifier);
      if (cluster) await detach(house, cluster);
      return { detached: cluster !== undefined };
    },
    fence: (input) => acceptFence(house, input),
    switchover: async ({ identifier, to }) => {
      const because = acceptSwitchover(house, identifier, to);
      return because === undefined ? { accepted: true } : { accepted: false, because };
    },
    promote: (input) => acceptPromotion(house, input),
    withdraw: (input) => acceptWithdrawal(house, input),
  };
}

function status(house: Rds): Json {
  return {
    clusters: [...house.clusters.values()].map((cluster) => ({
      identifier: cluster.identifier,
      status: cluster.status,
      role: clusterRole(house, cluster),
      held: whyWritesHeld(house, cluster) ?? null,
      epoch: globalOf(house, cluster)?.membership.epoch ?? null,
      gtid: cluster.position,
      surplus: house.records.surplus.get(cluster.identifier) !== undefined,
      instances: instancesOf(house.records, cluster.identifier).map((record) => {
        const instance = cluster.instances.get(record.identifier);
        const lag = instance && instanceLagMs(house, cluster, instance);
        return {
          identifier: record.identifier,
          address: record.endpoint.host,
          zone: record.availabilityZone,
          status: instance?.status ?? 'creating',
          role: instance?.plan?.role ?? null,
          pid: instance?.server.pid ?? null,
          lagMs: lag === undefined || instance?.plan?.role === 'writer' ? null : Math.round(lag),
          following: instance?.following ?? false,
          lagging: cluster.lagging.has(record.identifier),
          acknowledging: record.acknowledging,
          rebuild: record.rebuild,
        };
      }),
    })),
    globals: house.records.globals.values().map(({ identifier, membership }) => ({
      identifier,
      epoch: membership.epoch,
      writerRegion: membership.writerRegion ?? null,
      members: membership.members.map((member) => ({
        region: member.region,
        cluster: member.clusterIdentifier,
        synchronization: member.synchronization,
      })),
      move: house.records.moves.get(identifier)?.kind ?? null,
    })),
  };
}

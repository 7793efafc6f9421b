// One look of a controller at the world: every fact that it asks for, or why there is no answer. The same questions as
// the controller's own observe.ts asks of AWS.

import type { Fact, GlobalCluster, Observation, Side } from '@understudy/controller/observation';
import { known, unknown } from '@understudy/controller/observation';
import { peerOf } from '../faults.ts';
import { availableInstances } from './cluster.ts';
import { operationOf } from './global-database.ts';
import { probedByPeer } from './region-health.ts';
import { canAsk, clockOf, type RegionState, type World } from './state.ts';

const AWAY = unknown('timeout after 3000 ms');
const SILENT_MEMBER = null;

/** Whether some question had to wait for its timeout. */
export function isSlow(world: World, region: RegionState): boolean {
  return region.rdsApiAway > 0 || region.isolated > 0 || !canAsk(world, region.index, peerOf(region.index));
}

export function lookAround(world: World, region: RegionState): Observation {
  const peer = world.regions[peerOf(region.index)];
  const { cluster, service } = region;
  return {
    self: region.name,
    peer: peer.name,
    functionName: 'understudy-failover',
    dns: askDns(world, region),
    peerProbe: known(probedByPeer(world, peer)),
    selfProbe: known(region.opinion),
    global: region.rdsApiAway > 0 ? AWAY : known(describeGlobal(world, region, peer)),
    database:
      region.rdsApiAway > 0
        ? AWAY
        : known({
            status: cluster.failingOver ? 'failing-over' : 'available',
            availableInstances: availableInstances(region),
          }),
    targets: known({ healthy: region.healthyTargets, registered: service.tasks.length }),
    service: known({ desired: service.desired, running: region.runningTasks }),
    scaling: known({ min: service.minimum, max: service.maximum }),
    peerDesired: canAsk(world, region.index, peer.index) ? known(peer.service.desired) : AWAY,
    lag: lagOf(world, region),
  };
}

/** TXT active.<domain>, through the region's resolver, which keeps it for its TTL. */
function askDns(world: World, region: RegionState): Fact<Side> {
  const { controller } = region;
  const { nowMs } = world.agenda;
  if (nowMs >= controller.activeUntilMs) {
    if (region.isolated > 0) return unknown('queryTxt ETIMEOUT');
    controller.activeSaid = world.dns.active;
    controller.activeUntilMs = nowMs + world.options.dns.activeTtlSeconds * 1000;
  }
  return known(controller.activeSaid === region.index ? 'self' : 'peer');
}

function describeGlobal(world: World, region: RegionState, peer: RegionState): GlobalCluster {
  const { membership } = region.cluster;
  const operation = operationOf(world, region);
  const sync = (name: string): string | null =>
    membership.members.find((member) => member.region === name)?.synchronization ?? SILENT_MEMBER;
  return {
    status: operation ?? 'available',
    operation,
    writer:
      membership.writerRegion === region.name
        ? 'self'
        : membership.writerRegion === peer.name
          ? 'peer'
          : null,
    selfSync: sync(region.name),
    peerSync: sync(peer.name),
  };
}

/** The newest datapoint of ten minutes. */
function lagOf(world: World, region: RegionState): Observation['lag'] {
  const { lagPoint } = region.cluster;
  const now = clockOf(world, region);
  return lagPoint && now - lagPoint.at <= 600_000
    ? known(lagPoint)
    : unknown('no datapoint in the last 10 minutes');
}

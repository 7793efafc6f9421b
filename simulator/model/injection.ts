// Faults happening to the world, and healing. Whatever is counted is counted, so that two faults of one kind may
// overlap and the world is well again only when both are over.

import type { Fault, Region } from '../faults.ts';
import { describeFault, peerOf } from '../faults.ts';
import { resolve } from './clients.ts';
import { headOf, instanceEnded, instanceFroze, startAgain } from './cluster.ts';
import { command, freshBlind } from './controllers.ts';
import { overrule, returned } from './global-database.ts';
import { startLoops } from './loops.ts';
import { settleFollower } from './replication.ts';
import { stopTask } from './service.ts';
import { note, type RegionState, type World } from './state.ts';

/** Takes a fault away again. */
export type Healing = () => void;

/** The fault happens now. Undefined: there is nothing to take away again. */
export function inject(world: World, fault: Fault): Healing | undefined {
  note(world, 'run', 'fault', fault.kind, describeFault(fault));
  world.dirty = true;
  markLoss(world, fault);
  const healing = apply(world, fault);
  return (
    healing &&
    (() => {
      note(world, 'run', 'healed', fault.kind, describeFault(fault));
      world.dirty = true;
      world.exchangeDue = true;
      healing();
      if ('region' in fault) world.regions[fault.region].backAtMs = world.agenda.nowMs;
    })
  );
}

const TAKES_A_REGION: ReadonlySet<Fault['kind']> = new Set([
  'region-loss',
  'region-freeze',
  'region-isolation',
  'world-cut',
]);

/** The first loss of the region that serves: what RTO is counted from. */
function markLoss(world: World, fault: Fault): void {
  if (world.marks.lossMs !== null || !TAKES_A_REGION.has(fault.kind) || !('region' in fault)) return;
  if (fault.region !== world.dns.origin || !world.regions[fault.region].opinion.ok) return;
  world.marks.lossMs = world.agenda.nowMs;
  world.marks.lost = fault.region;
}

function apply(world: World, fault: Fault): Healing | undefined {
  switch (fault.kind) {
    case 'region-loss':
      return loseRegion(world, fault.region);
    case 'region-freeze':
      return freezeRegion(world, world.regions[fault.region]);
    case 'region-isolation':
      return counted(world.regions[fault.region], 'isolated', () => afterIsolation(world));
    case 'world-cut':
      return counted(world.regions[fault.region], 'worldCut');
    case 'zone-loss':
      return loseZone(world, world.regions[fault.region], fault.zone);
    case 'task-loss':
      for (const { id } of someTasks(world, fault.region, fault.share))
        stopTask(world, world.regions[fault.region], id);
      return undefined;
    case 'task-freeze':
      return freezeTasks(world, fault.region, fault.share);
    case 'writer-loss':
      instanceEnded(world, world.regions[fault.region], world.regions[fault.region].cluster.leader);
      return undefined;
    case 'writer-freeze':
      instanceFroze(world, world.regions[fault.region], world.regions[fault.region].cluster.leader);
      return undefined;
    case 'reader-loss':
      instanceEnded(
        world,
        world.regions[fault.region],
        world.regions[fault.region].cluster.leader === 0 ? 1 : 0,
      );
      return undefined;
    case 'controller-crash':
      world.regions[fault.region].controller.crashIn = fault.afterSteps;
      return undefined;
    case 'controller-freeze':
      return freezeController(world.regions[fault.region]);
    case 'memory-away':
      return counted(world.regions[fault.region].controller, 'memoryAway');
    case 'rds-api-away':
      return counted(world.regions[fault.region], 'rdsApiAway');
    case 'checkers-cut':
      return cutCheckers(world, fault.region, fault.checkers);
    case 'link-cut':
      return cutLink(world, fault.from, fault.both);
    case 'link-slow':
      return added(world.links, 'slowMs', fault.delayMs);
    case 'link-flap':
      return flap(world, fault.periodMs);
    case 'lag-spike':
      return added(world.links, 'lagMs', fault.lagMs);
    case 'resolvers-hold':
      return holdAnswers(world, fault.edges, fault.holdMs);
    case 'clock-skew':
      return added(world.regions[fault.region], 'skewMs', fault.skewMs);
    case 'demand-spike':
      return multiplied(world.clients, 'demandFactor', fault.factor);
    case 'promotion-slow':
      return multiplied(world.weather, 'promotionFactor', fault.factor);
    case 'promotion-fails':
      return counted(world.weather, 'promotionFails');
    case 'promotion-reports-late':
      return added(world.weather, 'reportLateMs', fault.byMs);
    case 'operator': {
      if (fault.command === 'overrule') {
        overrule(world, world.regions[fault.region]);
        return undefined;
      }
      const event =
        fault.command === 'failback'
          ? ({ command: 'failback', rescueExported: true, dryRun: false } as const)
          : { command: fault.command };
      command(world, world.regions[fault.region], event);
      return undefined;
    }
  }
}

type Numeric<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];

function counted<T, K extends Numeric<T>>(holder: T, name: K, after?: () => void): Healing {
  return added(holder, name, 1, after);
}

function added<T, K extends Numeric<T>>(holder: T, name: K, amount: number, after?: () => void): Healing {
  const change = (by: number): void => {
    (holder[name] as number) += by;
  };
  change(amount);
  return () => {
    change(-amount);
    after?.();
  };
}

function multiplied<T, K extends Numeric<T>>(holder: T, name: K, factor: number): Healing {
  (holder[name] as number) *= factor;
  return () => {
    (holder[name] as number) /= factor;
  };
}

function loseRegion(world: World, index: Region): Healing | undefined {
  const region = world.regions[index];
  if (!region.up) {
    // Two causes at once: it stays away until both are over.
    region.lostTwice += 1;
    return () => bringBack(world, region);
  }
  const peer = world.regions[peerOf(index)];
  settleFollower(world, peer);
  settleFollower(world, region);
  region.cluster.head = headOf(world, region);
  region.up = false;
  region.incarnation += 1;
  region.parked = [];
  for (const instance of region.cluster.instances) {
    instance.up = false;
    instance.frozen = false;
  }
  region.cluster.failingOver = false;
  region.cluster.fence = undefined;
  region.service.tasks = [];
  if (region.controller.running) region.controller.running.dead = true;
  region.controller.blind = freshBlind();
  return () => bringBack(world, region);
}

function bringBack(world: World, region: RegionState): void {
  if (region.lostTwice > 0) {
    region.lostTwice -= 1;
    return;
  }
  region.up = true;
  note(world, region.name, 'region.restored', region.name, 'its processes start from what is on disk');
  startAgain(world, region, 0);
  startAgain(world, region, 1);
  returned(world, region);
  startLoops(world, region);
}

function freezeRegion(world: World, region: RegionState): Healing {
  settleFollower(world, world.regions[peerOf(region.index)]);
  settleFollower(world, region);
  region.cluster.head = headOf(world, region);
  region.frozen += 1;
  return () => {
    region.frozen -= 1;
    if (region.frozen > 0) return;
    const { parked } = region;
    region.parked = [];
    for (const call of parked) call();
  };
}

function freezeController({ controller }: RegionState): Healing | undefined {
  const { running } = controller;
  if (!running || running.dead || running.frozen) return undefined;
  running.frozen = true;
  return () => {
    running.frozen = false;
    const { parked } = running;
    running.parked = [];
    for (const call of parked) call();
  };
}

function afterIsolation(world: World): void {
  for (const edge of world.clients.edges) if (edge.inside !== null) resolve(world, edge);
}

function loseZone(world: World, region: RegionState, zone: number): Healing {
  region.zonesDown[zone]! += 1;
  for (const which of [0, 1] as const)
    if (region.cluster.instances[which].zone === zone) instanceEnded(world, region, which);
  for (const task of region.service.tasks) if (task.zone === zone) stopTask(world, region, task.id);
  return () => {
    region.zonesDown[zone]! -= 1;
    if (region.zonesDown[zone]! > 0 || !region.up) return;
    for (const which of [0, 1] as const)
      if (!region.cluster.instances[which].up) startAgain(world, region, which);
  };
}

function someTasks(world: World, region: Region, share: number) {
  const { tasks } = world.regions[region].service;
  return tasks.filter(() => world.random.tasks.chance(share));
}

function freezeTasks(world: World, region: Region, share: number): Healing {
  const frozen = someTasks(world, region, share);
  for (const task of frozen) task.frozen = true;
  return () => {
    for (const task of frozen) task.frozen = false;
  };
}

function cutCheckers(world: World, region: Region, checkers: readonly number[]): Healing {
  const change = (by: number): void => {
    for (const n of checkers) world.dns.checkers[region][n]!.cut += by;
  };
  change(1);
  return () => change(-1);
}

function cutLink(world: World, from: Region, both: boolean): Healing {
  const change = (by: number): void => {
    world.links.cut[from] += by;
    if (both) world.links.cut[peerOf(from)] += by;
  };
  change(1);
  return () => change(-1);
}

function flap(world: World, periodMs: number): Healing {
  let over = false;
  let healing: Healing | undefined;
  const turn = (): void => {
    if (over) return;
    if (healing) healing();
    healing = healing ? undefined : cutLink(world, 0, true);
    world.dirty = true;
    world.exchangeDue = true;
    world.agenda.after(periodMs, turn);
  };
  turn();
  return () => {
    over = true;
    healing?.();
  };
}

function holdAnswers(world: World, edges: readonly number[], holdMs: number): Healing {
  const change = (by: number): void => {
    for (const n of edges) {
      const edge = world.clients.edges[n];
      if (edge) edge.holdMs += by;
    }
  };
  change(holdMs);
  return () => {
    change(-holdMs);
    for (const n of edges) if (world.clients.edges[n]) resolve(world, world.clients.edges[n]);
  };
}

// A tiny AWS for tests, with the semantics the controller relies on: a global database whose operations take time and
// refuse each other, compare-and-set objects, a service that scales, health checks that are late, regions that die.
// It answers the SDK's own commands, so observe.ts, act.ts and memory-store.ts run as they are. Time is virtual.

import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  SwitchoverGlobalClusterCommand,
} from '@aws-sdk/client-rds';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { Aws } from './aws.ts';
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import { known } from './observation.ts';
import type { Witnesses } from './observe.ts';

export const east = 'us-east-1';
export const west = 'us-west-2';
export type Region = typeof east | typeof west;

const account = '123456789012';
const other = (region: Region): Region => (region === east ? west : east);
const arnOf = (region: Region): string => `arn:aws:rds:${region}:${account}:cluster:understudy-${region}`;

interface Regional {
  alive: boolean;
  object: { body: string; etag: string } | null;
  min: number;
  max: number;
  desired: number;
  healthyTargets: number;
  latch: 0 | 1;
  readonly mail: string[];
}

interface Operation {
  readonly kind: 'failing-over' | 'switching-over';
  readonly target: Region;
  readonly endsAt: number;
}

export interface World {
  now: number;
  readonly regions: Record<Region, Regional>;
  writer: Region;
  operation: Operation | null;
  /** When the standby's copy is whole again; it is pending-resync until then. */
  connectedAt: number;
  /** How long rebuilding takes once both regions are alive. */
  resyncMs: number;
  linkCut: boolean;
  worldReachesEast: boolean;
  dns: Region;
  /** How long Route 53 has seen the opposite of what it answers. */
  eastHealthySince: number | null;
  eastSickSince: number | null;
  lostAt: number | null;
  /** Every accepted request that moves the writer. */
  readonly moves: string[];
  /** Every write the controllers made, in order: where a crash may fall. */
  writes: number;
  /** The write at which the process dies, before or after its effect. */
  crash: { readonly at: number; readonly effect: boolean; readonly died: () => void } | null;
}

export function createWorld(now: number): World {
  const region = (desired: number): Regional => ({
    alive: true,
    object: null,
    min: 2,
    max: 10,
    desired,
    healthyTargets: 2,
    latch: 0,
    mail: [],
  });
  return {
    now,
    regions: { [east]: region(4), [west]: region(2) },
    writer: east,
    operation: null,
    connectedAt: 0,
    resyncMs: 120_000,
    linkCut: false,
    worldReachesEast: true,
    dns: east,
    eastHealthySince: null,
    eastSickSince: null,
    lostAt: null,
    moves: [],
    writes: 0,
    crash: null,
  };
}

/** Route 53: three 30 s checks each way, then the TTL. PRIMARY is answered when both are unhealthy. */
const checkDelayMs = 95_000;
const promotionMs = 60_000;
const switchoverMs = 20_000;

export function advance(world: World, ms: number): void {
  world.now += ms;
  const { operation } = world;
  if (operation !== null && world.now >= operation.endsAt) {
    world.writer = operation.target;
    world.operation = null;
    if (operation.kind === 'failing-over') world.connectedAt = Number.POSITIVE_INFINITY;
  }
  const bothAlive = world.regions[east].alive && world.regions[west].alive;
  if (bothAlive && world.connectedAt === Number.POSITIVE_INFINITY)
    world.connectedAt = world.now + world.resyncMs;
  const healthy = world.regions[east].alive && world.worldReachesEast && world.regions[west].latch === 0;
  world.eastHealthySince = healthy ? (world.eastHealthySince ?? world.now) : null;
  world.eastSickSince = healthy ? null : (world.eastSickSince ?? world.now);
  if (world.eastHealthySince !== null && world.now - world.eastHealthySince >= checkDelayMs) world.dns = east;
  if (world.eastSickSince !== null && world.now - world.eastSickSince >= checkDelayMs)
    world.dns = world.regions[west].alive ? west : east;
}

export function lose(world: World, region: Region): void {
  world.regions[region].alive = false;
  world.lostAt = world.now;
}

export function restore(world: World, region: Region): void {
  world.regions[region].alive = true;
}

function fault(name: string, status = 400): Error {
  return Object.assign(new Error(`${name} from the model`), { name, $metadata: { httpStatusCode: status } });
}

function memberOf(world: World, region: Region) {
  const whole = region === world.writer || world.now >= world.connectedAt;
  return {
    DBClusterArn: arnOf(region),
    IsWriter: region === world.writer,
    SynchronizationStatus: whole ? 'connected' : 'pending-resync',
  };
}

function describeGlobal(world: World) {
  const { operation } = world;
  const members = [memberOf(world, east), memberOf(world, west)];
  return {
    GlobalClusters: [
      {
        GlobalClusterIdentifier: 'understudy',
        Status: operation?.kind ?? 'available',
        FailoverState: operation === null ? undefined : { Status: operation.kind },
        GlobalClusterMembers: members,
      },
    ],
  };
}

function targetOf(arn: string | undefined): Region {
  const target = [east, west].find((region) => arnOf(region as Region) === arn);
  if (target === undefined) throw fault('DBClusterNotFoundFault', 404);
  return target as Region;
}

function beginMove(world: World, kind: Operation['kind'], target: Region): void {
  if (world.operation !== null) throw fault('InvalidGlobalClusterStateFault');
  if (world.writer === target) throw fault('InvalidDBClusterStateFault');
  if (kind === 'switching-over') {
    const connected =
      world.now >= world.connectedAt && world.regions[east].alive && world.regions[west].alive;
    if (!connected) throw fault('InvalidDBClusterStateFault');
  }
  world.moves.push(`${kind} to ${target}`);
  world.operation = {
    kind,
    target,
    endsAt: world.now + (kind === 'failing-over' ? promotionMs : switchoverMs),
  };
}

function read(world: World, here: Region, command: unknown): unknown {
  const place = world.regions[here];
  if (command instanceof DescribeGlobalClustersCommand) return describeGlobal(world);
  if (command instanceof DescribeDBClustersCommand) return { DBClusters: [{ Status: 'available' }] };
  if (command instanceof DescribeDBInstancesCommand)
    return { DBInstances: [{ DBInstanceStatus: 'available' }] };
  if (command instanceof DescribeTargetHealthCommand) {
    const target = { TargetHealth: { State: 'healthy' } };
    return { TargetHealthDescriptions: Array.from({ length: place.healthyTargets }, () => target) };
  }
  if (command instanceof DescribeServicesCommand)
    return { services: [{ desiredCount: place.desired, runningCount: place.desired }] };
  if (command instanceof DescribeScalableTargetsCommand) {
    const bounds = { MinCapacity: place.min, MaxCapacity: place.max };
    return { ScalableTargets: [{ ScalableDimension: 'ecs:service:DesiredCount', ...bounds }] };
  }
  if (command instanceof GetMetricDataCommand) return lagOf(world, here);
  if (command instanceof GetObjectCommand) {
    const { object } = place;
    if (object === null) throw fault('NoSuchKey', 404);
    return { ETag: object.etag, Body: { transformToString: async () => object.body } };
  }
  return undefined;
}

/** The secondary's region alone has the metric; once the writer is gone it shows for how long. */
function lagOf(world: World, here: Region) {
  if (world.writer === here) return { MetricDataResults: [] };
  const at = world.now - (world.now % 60_000) - 60_000;
  const gone = world.regions[other(here)].alive ? 0 : Math.max(0, at + 60_000 - (world.lostAt ?? world.now));
  return { MetricDataResults: [{ Timestamps: [new Date(at)], Values: [180 + gone] }] };
}

function write(world: World, here: Region, command: unknown): unknown {
  const place = world.regions[here];
  if (command instanceof PutObjectCommand) {
    const { IfMatch, IfNoneMatch, Body } = command.input;
    const clash = IfNoneMatch === '*' ? place.object !== null : place.object?.etag !== IfMatch;
    if (clash) throw fault('PreconditionFailed', 412);
    place.object = { body: String(Body), etag: `"${world.writes}"` };
    return { ETag: place.object.etag };
  }
  if (command instanceof FailoverGlobalClusterCommand) {
    if (command.input.AllowDataLoss !== true) throw fault('InvalidGlobalClusterStateFault');
    beginMove(world, 'failing-over', targetOf(command.input.TargetDbClusterIdentifier));
    return {};
  }
  if (command instanceof SwitchoverGlobalClusterCommand) {
    if (world.writer !== here) throw fault('InvalidDBClusterStateFault');
    beginMove(world, 'switching-over', targetOf(command.input.TargetDbClusterIdentifier));
    return {};
  }
  if (command instanceof RegisterScalableTargetCommand) {
    place.min = command.input.MinCapacity ?? place.min;
    place.max = command.input.MaxCapacity ?? place.max;
    place.desired = Math.max(place.desired, place.min);
    return {};
  }
  if (command instanceof UpdateServiceCommand) {
    place.desired = command.input.desiredCount ?? place.desired;
    return {};
  }
  if (command instanceof PutMetricDataCommand) {
    const latch = command.input.MetricData?.find(({ MetricName }) => MetricName === 'Latch')?.Value;
    if (latch === 0 || latch === 1) place.latch = latch;
    return {};
  }
  if (command instanceof PublishCommand) {
    place.mail.push(command.input.Subject ?? '');
    return {};
  }
  throw new Error(`the model has no ${String((command as object).constructor.name)}`);
}

/** Asks the region `here`; when the process is to die at this write, nobody hears of it any more. */
async function send(world: World, here: Region, command: unknown): Promise<unknown> {
  if (!world.regions[here].alive) throw new Error(`connect ECONNREFUSED ${here}`);
  const answer = read(world, here, command);
  if (answer !== undefined) return answer;
  world.writes += 1;
  const dies = world.crash?.at === world.writes ? world.crash : null;
  if (dies === null) return write(world, here, command);
  if (dies.effect) write(world, here, command);
  dies.died();
  return new Promise(() => {});
}

export function awsFrom(world: World, self: Region): Aws {
  const at = (region: Region) => ({ send: (command: unknown) => send(world, region, command) });
  const here = at(self);
  const there = at(other(self));
  return {
    rds: here,
    mover: here,
    peerMover: there,
    ecs: here,
    peerEcs: there,
    scaling: here,
    elb: here,
    cloudwatch: here,
    sns: here,
    s3: here,
  } as unknown as Aws;
}

export function eyesFrom(world: World, self: Region): Witnesses {
  return {
    world: async () => known(world.dns === self ? 'self' : 'peer'),
    probe: async (asked) => {
      const region = asked as Region;
      const reached = world.regions[region].alive && (region === self || !world.linkCut);
      if (!reached) return known({ ok: false, role: null, lagMs: null, because: 'connect ECONNREFUSED' });
      const role = region === world.writer ? 'writer' : 'standby';
      return known({ ok: true, role, lagMs: role === 'standby' ? 180 : null, because: 'status 200' });
    },
  };
}

export function configOf(self: Region, policy: Readonly<Record<string, unknown>> = {}): Config {
  const peer = other(self);
  return readConfig({
    AWS_REGION: self,
    PEER_REGION: peer,
    DOMAIN: 'storefront.example',
    GLOBAL_CLUSTER_ID: 'understudy',
    SELF_CLUSTER_ARN: arnOf(self),
    PEER_CLUSTER_ARN: arnOf(peer),
    SELF_CLUSTER_ID: `understudy-${self}`,
    ECS_CLUSTER: `understudy-${self}`,
    ECS_SERVICE: 'storefront',
    PEER_ECS_CLUSTER: `understudy-${peer}`,
    TARGET_GROUP_ARN: `arn:aws:elasticloadbalancing:${self}:${account}:targetgroup/storefront/0123456789abcdef`,
    STATE_BUCKET: `understudy-controller-${account}-${self}`,
    TOPIC_ARN: `arn:aws:sns:${self}:${account}:understudy-alerts`,
    POLICY: JSON.stringify(policy),
  });
}

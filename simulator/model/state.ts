// Everything that is true at one moment of a run: mutable on purpose, changed only by the rooms of this folder, one
// noun each. What a room decides it decides by a law (laws.ts); what it holds is here.

import type { Action } from '@understudy/controller/actions';
import type { Memory } from '@understudy/controller/memory';
import type { Observation } from '@understudy/controller/observation';
import type { Mind } from '@understudy/controller/procedure';
import type { TargetView } from '@understudy/engine/elbv2/target-health';
import type { Membership } from '@understudy/engine/rds/membership';
import type { Checker } from '@understudy/engine/route53/checker';
import type { Datapoint } from '@understudy/engine/route53/metric-evaluation';
import type { Agenda } from '../agenda.ts';
import type { Region } from '../faults.ts';
import type { Laws } from '../laws.ts';
import type { RunOptions } from '../options.ts';
import type { Random } from '../random.ts';
import type { MoveSeen, Outage, TraceEntry } from '../result.ts';
import type { Durations } from './durations.ts';
import type { Head, Histories } from './history.ts';

/** AWS's clocks begin here; a region's own may be off by its skew. */
export const EPOCH_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

export interface Instance {
  readonly name: string;
  readonly zone: number;
  up: boolean;
  frozen: boolean;
}

export interface Move {
  readonly kind: 'failing-over' | 'switching-over';
  readonly from: Region;
  readonly to: Region;
  readonly epoch: number;
  readonly beganMs: number;
  phase: 'begun' | 'held' | 'asked';
  /** When the target was asked to promote itself. */
  askedMs: number;
}

export interface Fence {
  readonly byRegion: string;
  readonly epoch: number;
}

/** One region's Aurora cluster and what it knows of the global one. */
export interface Cluster {
  readonly instances: readonly [Instance, Instance];
  leader: 0 | 1;
  /** In the region, a reader is taking over from the writer. */
  failingOver: boolean;
  /** The other members have been asked who writes, or could not be for long enough. */
  settled: boolean;
  /** What is on the leader's disk. */
  head: Head;
  /** The other instance has acknowledged every commit; else what it has is `readerHead`. */
  readerAcknowledges: boolean;
  readerHead: Head;
  membership: Membership;
  fence: Fence | undefined;
  move: Move | undefined;
  /** Planned moves that began until then were withdrawn: a late question about them is refused. */
  withdrawnMs: number | undefined;
  /** When the other region was last heard. */
  heardMs: number;
  /** What the other region last said it was doing. */
  peerMove: Move | undefined;
  /** DescribeGlobalClusters goes on showing an operation until then. */
  reportsLateUntilMs: number;
  /** What was known before a higher epoch was heard of, until the surplus is settled. */
  lastKnown: Membership | undefined;
  /** Handing over its surplus, or being rebuilt. */
  resync: 'no' | 'rescuing' | 'rebuilding';
  /** It receives from the writer's region and applies. */
  following: boolean;
  /** Replication lag while it follows; the last one seen while it does not. */
  lagMs: number | null;
  lagSeenAtMs: number;
  /** Largest lag of the minute under way, and the newest datapoint of AuroraGlobalDBRPOLag. */
  lagPeakMs: number | null;
  lagPoint: { readonly lagMs: number; readonly at: number } | null;
}

export interface Task {
  readonly id: number;
  readonly zone: number;
  readonly createdAtMs: number;
  startedAtMs: number;
  running: boolean;
  frozen: boolean;
  view: TargetView;
  /** A target health check is planned. */
  awake: boolean;
}

export interface Service {
  desired: number;
  minimum: number;
  maximum: number;
  tasks: Task[];
  nextTask: number;
  /** Load over capacity of what serves; above 1 requests are lost. */
  utilization: number;
  /** CPU by minute, newest last. */
  cpu: number[];
  highAlarm: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  lowAlarm: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  lastOut: { readonly atMs: number; readonly from: number } | undefined;
  lastIn: { readonly atMs: number } | undefined;
}

export interface ControllerState {
  memory: Memory | null;
  etag: number;
  running: Running | null;
  memoryAway: number;
  /** Of the function's environment, which lives over invocations until it crashes. */
  blind: Mind['blind'];
  /** Steps left until the process dies; negative: it lives on. */
  crashIn: number;
  lastRanAtMs: number;
  activeSaid: Region;
  activeUntilMs: number;
  /** Consecutive looks, counted beside the controller's own counting: checkers go by these. */
  probeFailRun: number;
  probeOkRun: number;
  worldRun: number;
}

/** One invocation. */
export interface Running {
  readonly startedAtMs: number;
  /** What its last look found, and how long the witnesses had said so by then. */
  seen: Seen | null;
  /** When it last sent a request to AWS that changes something; a frozen region carries it out later. */
  askedToActMs: number;
  dead: boolean;
  /** Stopped where it stands: what it would do next waits here. */
  frozen: boolean;
  parked: (() => void)[];
}

export interface Seen {
  readonly atMs: number;
  readonly observation: Observation;
  readonly able: boolean;
  readonly probeFailRun: number;
  readonly probeOkRun: number;
  readonly worldRun: number;
}

export interface RegionState {
  readonly index: Region;
  readonly name: string;
  /** Rises with every loss: what was planned before dies with the processes. */
  incarnation: number;
  up: boolean;
  frozen: number;
  isolated: number;
  worldCut: number;
  rdsApiAway: number;
  readonly zonesDown: number[];
  skewMs: number;
  /** Since when it has been there again, after it was lost, frozen or cut off. */
  backAtMs: number;
  /** Further causes that keep a lost region away. */
  lostTwice: number;
  /** When its opinion of itself turns by time alone: planned already. */
  turnsAtMs: number;
  /** What waits for a frozen region to go on. */
  parked: (() => void)[];
  readonly cluster: Cluster;
  readonly service: Service;
  readonly controller: ControllerState;
  /** Maxima of the latch metric by minute, as this region's CloudWatch has them; a new value with each change. */
  latchPoints: readonly Datapoint[];
  /** The other region's desired count as a look of this one's controller last found it. */
  peerDesiredSeen: number | null;
  /** Derived; see derive.ts. */
  writable: boolean;
  readable: boolean;
  lastWritableAtMs: number | null;
  role: 'writer' | 'standby';
  /** The load balancer has a target that answers. */
  serving: boolean;
  servedShare: number;
  healthyTargets: number;
  runningTasks: number;
  /** Requests a second that what is routed to can answer. */
  capacity: number;
  opinion: Opinion;
  /** What its load balancer last published: EvaluateTargetHealth goes by it. */
  publishedHealthy: boolean;
}

/** What GET /health/region says to whoever gets through. */
export interface Opinion {
  readonly ok: boolean;
  readonly role: 'writer' | 'standby' | null;
  readonly lagMs: number | null;
  readonly because: string;
}

export interface CheckerState {
  readonly phaseMs: number;
  checker: Checker;
  cut: number;
  awake: boolean;
}

export interface Dns {
  /** Sixteen of each region. */
  readonly checkers: readonly [readonly CheckerState[], readonly CheckerState[]];
  readonly regionHealthy: [boolean, boolean];
  latchHealthy: boolean;
  latchLastKnown: boolean | undefined;
  /** What was read last, and in which minute it was judged. */
  latchSeen: readonly Datapoint[];
  latchMinute: number;
  origin: Region;
  active: Region;
}

export interface Edge {
  readonly share: number;
  /** Its answers expire on a beat of their own. */
  readonly phaseMs: number;
  /** Inside a region's own network: an isolated region does not lose it. */
  readonly inside: Region | null;
  resolved: Region;
  holdMs: number;
  /** What fails, by kind, 0 … 1; what is refused, of the writes. */
  writeFails: number;
  writeRefused: number;
  readFails: number;
  assetFails: number;
}

export interface Clients {
  readonly edges: readonly Edge[];
  demandFactor: number;
  ratesSinceMs: number;
  readonly writes: Counts;
  readonly reads: Counts;
  readonly assets: Counts;
  /** Acknowledged writes a second, by region. */
  readonly acknowledging: [number, number];
  writeOutages: MutableOutage[];
  readOutages: MutableOutage[];
}

export interface Counts {
  asked: number;
  succeeded: number;
  refused: number;
  failed: number;
}

export interface MutableOutage extends Outage {
  toSeconds: number | null;
}

export interface Links {
  /** Causes that keep packets from going from a region to its peer. */
  readonly cut: [number, number];
  slowMs: number;
  lagMs: number;
}

export interface Weather {
  promotionFactor: number;
  promotionFails: number;
  reportLateMs: number;
}

export interface World {
  readonly options: RunOptions;
  readonly laws: Laws;
  readonly agenda: Agenda;
  readonly random: {
    readonly durations: Durations;
    readonly phase: Random;
    readonly tasks: Random;
  };
  readonly regions: readonly [RegionState, RegionState];
  readonly histories: Histories;
  readonly links: Links;
  readonly weather: Weather;
  readonly dns: Dns;
  readonly clients: Clients;
  readonly trace: TraceEntry[] | null;
  readonly moves: MoveSeen[];
  /** When the controllers decided to move, until the move shows. */
  decided: { readonly atMs: number; readonly fromWell: boolean } | null;
  toldAtMs: number | null;
  /** When a person last said `approve` there. */
  readonly approvals: Map<Region, number>;
  /** Pages that wait for an answer. */
  operatorBusy: boolean;
  /** Something changed: what is derived must be derived anew. */
  dirty: boolean;
  /** Checkers watch what controllers do. */
  onAct: ((region: RegionState, action: Action, running: Running) => void) | null;
  /** The two regions may have something to tell each other. */
  exchangeDue: boolean;
  exchangePlanned: boolean;
  /** What a checker wants to say about the step that is being made. */
  readonly complaints: { readonly invariant: string; readonly because: string }[];
  /** Marks for the phases of the first loss. */
  readonly marks: Marks;
}

/** Of the first loss: when each phase of the recovery ended. */
export interface Marks {
  lossMs: number | null;
  lost: Region | null;
  answeredMs: number | null;
  decidedMs: number | null;
  promotedMs: number | null;
  redirectedMs: number | null;
}

export function note(world: World, where: string, event: string, subject: string, because: string): void {
  world.trace?.push({ atMs: world.agenda.nowMs, where, event, subject, because });
}

/** AWS's word for the present, by the region's own clock. */
export function clockOf(world: World, region: RegionState): number {
  return EPOCH_MS + world.agenda.nowMs + region.skewMs;
}

export function answers(region: RegionState): boolean {
  return region.up && region.frozen === 0;
}

/** One packet's way between the regions. */
export function reaches(world: World, from: Region): boolean {
  const { regions, links } = world;
  return links.cut[from] === 0 && regions[0].isolated === 0 && regions[1].isolated === 0;
}

/** A question and its answer: both ways, and somebody there. */
export function canAsk(world: World, from: Region, to: Region): boolean {
  return reaches(world, from) && reaches(world, to) && answers(world.regions[to]);
}

/** Happens in a region: not any more once it is lost, and later if it is frozen then. */
export function later(world: World, region: RegionState, ms: number, call: () => void): void {
  const { incarnation } = region;
  const happen = (): void => {
    if (region.incarnation !== incarnation || !region.up) return;
    if (region.frozen > 0) region.parked.push(happen);
    else call();
  };
  world.agenda.after(ms, happen);
}

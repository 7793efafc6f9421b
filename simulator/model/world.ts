// The world as a run finds it: both regions up for a long while, the writer in the first, everything well.

import { REGISTERED } from '@understudy/engine/elbv2/target-health';
import { afterEvent, newMembership } from '@understudy/engine/rds/membership';
import { createAgenda } from '../agenda.ts';
import { REGIONS, type Region } from '../faults.ts';
import type { Laws } from '../laws.ts';
import type { RunOptions } from '../options.ts';
import { stream } from '../random.ts';
import { createClients } from './clients.ts';
import { freshBlind } from './controllers.ts';
import { createDns } from './dns.ts';
import { durationsOf } from './durations.ts';
import { createHistories, openBranch } from './history.ts';
import type { Cluster, RegionState, Service, Task, World } from './state.ts';

export function createWorld(options: RunOptions, laws: Laws, traced: boolean): World {
  const { seed } = options;
  const random = {
    durations: durationsOf(seed),
    phase: stream(seed, 'phase'),
    tasks: stream(seed, 'tasks'),
  };
  const histories = createHistories();
  const head = openBranch(histories, 0, 1, undefined, 0);
  const membership = REGIONS.reduce(
    (record, region) =>
      afterEvent(record, {
        kind: 'joined',
        member: {
          region,
          clusterIdentifier: `understudy-${region}`,
          clusterArn: `arn:aws:rds:${region}:000000000000:cluster:understudy-${region}`,
          synchronization: 'connected',
        },
      }),
    newMembership('understudy'),
  );
  const region = (index: Region): RegionState => ({
    index,
    name: REGIONS[index],
    incarnation: 0,
    up: true,
    frozen: 0,
    isolated: 0,
    worldCut: 0,
    rdsApiAway: 0,
    zonesDown: Array.from({ length: options.topology.zones }, () => 0),
    skewMs: 0,
    backAtMs: Number.NEGATIVE_INFINITY,
    lostTwice: 0,
    turnsAtMs: -1,
    parked: [],
    cluster: createCluster(index, membership, head),
    service: createService(options, index),
    controller: {
      memory: null,
      etag: 0,
      running: null,
      memoryAway: 0,
      blind: freshBlind(),
      crashIn: -1,
      lastRanAtMs: 0,
      activeSaid: 0,
      activeUntilMs: 0,
      probeFailRun: 0,
      probeOkRun: 0,
      worldRun: 0,
    },
    latchPoints: [],
    peerDesiredSeen: null,
    writable: index === 0,
    readable: true,
    lastWritableAtMs: index === 0 ? 0 : null,
    role: index === 0 ? 'writer' : 'standby',
    serving: true,
    servedShare: 1,
    capacity: 0,
    healthyTargets: 0,
    runningTasks: 0,
    opinion: { ok: true, role: index === 0 ? 'writer' : 'standby', lagMs: null, because: 'it has been well' },
    publishedHealthy: true,
  });
  return {
    options,
    laws,
    agenda: createAgenda(),
    random,
    regions: [region(0), region(1)],
    histories,
    links: { cut: [0, 0], slowMs: 0, lagMs: 0 },
    weather: { promotionFactor: 1, promotionFails: 0, reportLateMs: 0 },
    dns: createDns(random.phase, options.healthCheck.intervalSeconds * 1000),
    clients: createClients(options.traffic.edges, random.phase, options.dns.aliasTtlSeconds * 1000),
    trace: traced ? [] : null,
    moves: [],
    decided: null,
    toldAtMs: null,
    approvals: new Map(),
    operatorBusy: false,
    dirty: true,
    exchangeDue: false,
    exchangePlanned: false,
    onAct: null,
    complaints: [],
    marks: {
      lossMs: null,
      lost: null,
      answeredMs: null,
      decidedMs: null,
      promotedMs: null,
      redirectedMs: null,
    },
  };
}

function createCluster(index: Region, membership: Cluster['membership'], head: Cluster['head']): Cluster {
  const instance = (n: number) => ({
    name: `understudy-${REGIONS[index]}-${n + 1}`,
    zone: n,
    up: true,
    frozen: false,
  });
  return {
    instances: [instance(0), instance(1)],
    leader: 0,
    failingOver: false,
    settled: true,
    head,
    readerAcknowledges: true,
    readerHead: head,
    membership,
    fence: undefined,
    move: undefined,
    withdrawnMs: undefined,
    heardMs: 0,
    peerMove: undefined,
    reportsLateUntilMs: 0,
    lastKnown: undefined,
    resync: 'no',
    following: false,
    lagMs: null,
    lagSeenAtMs: 0,
    lagPeakMs: null,
    lagPoint: null,
  };
}

function createService({ topology }: RunOptions, index: Region): Service {
  const desired = index === 0 ? topology.activeTasks : topology.minimumTasks;
  const task = (_: unknown, id: number): Task => ({
    id,
    zone: id % topology.zones,
    createdAtMs: 0,
    startedAtMs: 0,
    running: true,
    frozen: false,
    view: { ...REGISTERED, health: { state: 'healthy' }, successes: 1 },
    awake: false,
  });
  return {
    desired,
    minimum: topology.minimumTasks,
    maximum: topology.maximumTasks,
    tasks: Array.from({ length: desired }, task),
    nextTask: desired,
    utilization: 0.5,
    cpu: [],
    highAlarm: 'OK',
    lowAlarm: 'OK',
    lastOut: undefined,
    lastIn: undefined,
  };
}

// One run's options: everything a run depends on, as one value that can be printed, kept and replayed. Drawn from the
// seed and a setting, which is what a person chose: the policy, which faults, how long.

import type { Policy } from '@understudy/controller/policy';
import { defaultPolicy } from '@understudy/controller/policy';
import { drawSchedule } from './fault-schedule.ts';
import type { Fault, FaultKind, Region } from './faults.ts';
import { FAULT_KINDS } from './faults.ts';
import { stream } from './random.ts';

/** Half of the draws lie below `medianMs`; `sigma` is that of the logarithm; 0: always the median. */
export interface Duration {
  readonly medianMs: number;
  readonly sigma: number;
}

export interface Timings {
  /** FailoverGlobalCluster with data loss allowed. */
  readonly globalFailover: Duration;
  /** Writes are held for this long in SwitchoverGlobalCluster. */
  readonly globalSwitchover: Duration;
  readonly inRegionFailover: Duration;
  readonly instanceStart: Duration;
  readonly taskStart: Duration;
  /** An old primary's volume is rebuilt from the new one. */
  readonly resync: Duration;
  /** From a page to the operator's answer. */
  readonly operator: Duration;
}

export interface Topology {
  readonly zones: number;
  /** Tasks of the region that serves, and the service's bounds. */
  readonly activeTasks: number;
  readonly minimumTasks: number;
  readonly maximumTasks: number;
  /** Requests a second that keep a task's CPU at 100 %. */
  readonly taskCapacity: number;
  /** Above its capacity a task answers 503 at once and its health check goes on answering; else it misses those too. */
  readonly shedsLoad: boolean;
}

export interface Traffic {
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly assetsPerSecond: number;
  /** What each edge location has of the traffic; they resolve the origin's name each for itself. */
  readonly edges: readonly number[];
  /** How often a client repeats what failed: the storm after an outage. */
  readonly retries: number;
}

export interface RunOptions {
  readonly seed: number;
  /** The first phase: anything may fail. */
  readonly safetyMs: number;
  /** The second: a surviving core heals, and must serve within this. */
  readonly livenessMs: number;
  /** `all`: everything heals. A region: that one stays lost, and the other must do without it. */
  readonly core: 'all' | Region;
  readonly topology: Topology;
  readonly policy: Policy;
  readonly healthCheck: { readonly intervalSeconds: number; readonly failureThreshold: number };
  readonly dns: { readonly aliasTtlSeconds: number; readonly activeTtlSeconds: number };
  readonly traffic: Traffic;
  /** One way, between the regions. */
  readonly linkDelayMs: number;
  readonly timings: Timings;
  readonly faults: readonly Fault[];
}

/** What a person chooses; the rest is drawn. */
export interface Setting {
  readonly policy: Policy;
  readonly healthCheck: RunOptions['healthCheck'];
  /** Kinds that may be drawn. */
  readonly faults: readonly FaultKind[];
  /** `incident`: one fault, everything else well, half an hour: what an architect plans for. `storm`: many at once. */
  readonly schedule: 'incident' | 'storm';
  /** The standby runs as many tasks as the writer's region from the beginning, or few until it is needed. */
  readonly standbyCapacity: 'held' | 'scaled';
  /** Whether the application sheds load, as ours does; one that does not may collapse and never recover. */
  readonly shedsLoad: boolean;
  readonly timings: Timings;
}

const MINUTE = 60_000;

/**
 * Sources: Aurora User Guide, “Using switchover or failover in Aurora Global Database” (failover typically within
 * minutes; an AWS workshop saw under one; Keycloak's benchmark, issue 445, saw 8); Aurora MySQL 3.09 release notes
 * (switchover: writer downtime typically under a minute); “High availability for Aurora” (in a region: often within
 * 30 s, usually 60 s). With median 60 s and sigma 0.85, 8 minutes is the hundredth of the slowest.
 */
export const AWS_TIMINGS: Timings = {
  globalFailover: { medianMs: 60_000, sigma: 0.85 },
  globalSwitchover: { medianMs: 40_000, sigma: 0.3 },
  inRegionFailover: { medianMs: 30_000, sigma: 0.3 },
  instanceStart: { medianMs: 60_000, sigma: 0.3 },
  taskStart: { medianMs: 40_000, sigma: 0.3 },
  resync: { medianMs: 4 * MINUTE, sigma: 0.6 },
  operator: { medianMs: 5 * MINUTE, sigma: 0.7 },
};

export const DEFAULT_SETTING: Setting = {
  policy: defaultPolicy,
  healthCheck: { intervalSeconds: 30, failureThreshold: 3 },
  faults: FAULT_KINDS,
  schedule: 'storm',
  standbyCapacity: 'scaled',
  shedsLoad: true,
  timings: AWS_TIMINGS,
};

/** A region is lost and nothing else happens: half an hour. */
export const REGION_LOSS: Setting = { ...DEFAULT_SETTING, faults: ['region-loss'], schedule: 'incident' };

const SAFETY_MS = 30 * MINUTE;
const LIVENESS_MS = 45 * MINUTE;

export function drawOptions(seed: number, setting: Setting): RunOptions {
  const draw = stream(seed, 'options');
  const activeTasks = 2 + draw.index(5);
  const demand = draw.between(20, 120);
  const writes = demand * draw.between(0.1, 0.4);
  const edges = drawShares(draw.index(6) + 3, () => draw.between(0.5, 2));
  const incident = setting.schedule === 'incident';
  const base = {
    seed,
    safetyMs: SAFETY_MS,
    livenessMs: incident ? 0 : LIVENESS_MS,
    topology: {
      zones: 3,
      activeTasks,
      minimumTasks: setting.standbyCapacity === 'held' ? activeTasks : 2,
      maximumTasks: 10,
      // The tasks that serve are half to three quarters busy.
      shedsLoad: setting.shedsLoad,
      taskCapacity: demand / activeTasks / draw.between(0.5, 0.75),
    },
    policy: setting.policy,
    healthCheck: setting.healthCheck,
    dns: { aliasTtlSeconds: 60, activeTtlSeconds: 10 },
    traffic: {
      writesPerSecond: writes,
      readsPerSecond: demand - writes,
      assetsPerSecond: demand * draw.between(0.5, 2),
      edges,
      retries: draw.between(0, 3),
    },
    linkDelayMs: draw.between(25, 45),
    timings: setting.timings,
  };
  const { faults, core } = drawSchedule(seed, setting, {
    safetyMs: SAFETY_MS,
    zones: 3,
    edges: edges.length,
  });
  return { ...base, core, faults };
}

function drawShares(count: number, draw: () => number): readonly number[] {
  const raw = Array.from({ length: count }, draw);
  const sum = raw.reduce((total, one) => total + one, 0);
  return raw.map((one) => one / sum);
}

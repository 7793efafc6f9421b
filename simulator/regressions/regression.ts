// A fault that the simulator found, kept: the run that showed it, down to the faults that it needs. Everything that
// the run depends on is written here, not drawn, so that a later change of the drawing loses none of them.

import { defaultPolicy } from '@understudy/controller/policy';
import type { Fault } from '../faults.ts';
import type { RunOptions, Timings, Topology, Traffic } from '../options.ts';

export interface Regression {
  readonly name: string;
  /** What went wrong, and since when it does not. */
  readonly found: string;
  /** Where it was seen first: this seed of the storm; the seed of the run itself may be another. */
  readonly storm: number;
  readonly seed: number;
  /** The invariant that it broke, or the event that its timeline showed. */
  readonly broke: string;
  readonly faults: readonly Fault[];
  /** The region that stays lost in the second phase; none by default. */
  readonly core?: RunOptions['core'];
  /** Where the plain system does not show it. */
  readonly topology?: Partial<Topology>;
  readonly traffic?: Partial<Traffic>;
  readonly timings?: Timings;
  readonly healthCheck?: RunOptions['healthCheck'];
}

const MINUTE = 60_000;
const always = (medianMs: number) => ({ medianMs, sigma: 0 });

/** A plain system: four tasks in the writer's region, three fifths busy, and everything takes its usual time. */
export function optionsOf({
  seed,
  faults,
  core = 'all',
  topology,
  traffic,
  timings,
  healthCheck,
}: Regression): RunOptions {
  return {
    seed,
    safetyMs: 30 * MINUTE,
    livenessMs: 45 * MINUTE,
    core,
    topology: {
      zones: 3,
      activeTasks: 4,
      minimumTasks: 2,
      maximumTasks: 10,
      taskCapacity: 32,
      shedsLoad: true,
      ...topology,
    },
    policy: defaultPolicy,
    healthCheck: healthCheck ?? { intervalSeconds: 30, failureThreshold: 3 },
    dns: { aliasTtlSeconds: 60, activeTtlSeconds: 10 },
    traffic: {
      writesPerSecond: 20,
      readsPerSecond: 60,
      assetsPerSecond: 60,
      edges: [0.4, 0.3, 0.3],
      retries: 1,
      ...traffic,
    },
    linkDelayMs: 35,
    timings: timings ?? {
      globalFailover: always(MINUTE),
      globalSwitchover: always(40_000),
      inRegionFailover: always(30_000),
      instanceStart: always(MINUTE),
      taskStart: always(40_000),
      resync: always(4 * MINUTE),
      operator: always(5 * MINUTE),
    },
    faults,
  };
}

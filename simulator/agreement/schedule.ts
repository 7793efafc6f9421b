// The schedule of a drill, simulated: the same region lost, restored and led back to at the same distances, in the same
// topology, with AWS taking exactly as long as the engine has it take. What the drill cannot choose is drawn: where in
// their minutes the controllers are, the beats of checkers and caches.

import { DEFAULT_SETTING, type RunOptions } from '../options.ts';
import { stream } from '../random.ts';
import { run } from '../run.ts';
import { type Moments, momentsIn } from './milestones.ts';

export interface DrillSchedule {
  /** The first that the restored region has to say: its processes run. */
  readonly restoredSeconds: number;
  readonly failbackSeconds: number;
  readonly ordersPerSecond: number;
  readonly readsPerSecond: number;
  readonly edges: number;
  /** Of each region. */
  readonly tasks: number;
  /** What the engine waits, as AWS would. */
  readonly promotionMs: number;
  readonly switchoverMs: number;
  readonly taskStartMs: number;
}

/** Both regions have been well for some minutes. */
const QUIET_MS = 300_000;
const MINUTE_MS = 60_000;
/** From the failback's command until nothing happens any more. */
const WAY_BACK_MS = 400_000;
/** A restored process starts its servers without a wait: the engine waits only for what happens while it runs. */
const AT_ONCE_MS = 1;

export function momentsOfRun(seed: number, schedule: DrillSchedule): Moments {
  const lossMs = QUIET_MS + Math.floor(stream(seed, 'moment of the loss').between(0, MINUTE_MS));
  const result = run(optionsOf(seed, schedule, lossMs), { trace: true });
  const { rtoWritesSeconds } = result;
  const happenings = result.trace
    .filter(({ atMs }) => atMs >= lossMs)
    .map(({ atMs, ...entry }) => ({ ...entry, atSeconds: (atMs - lossMs) / 1000 }));
  const given = { loss: 0, restoration: schedule.restoredSeconds, failback: schedule.failbackSeconds };
  return momentsIn(
    rtoWritesSeconds === null ? happenings : [...happenings, recovered(rtoWritesSeconds)],
    given,
    schedule.edges,
  );
}

/** What viewers saw, as a line like the others. */
export function recovered(atSeconds: number) {
  return {
    atSeconds,
    where: 'viewers',
    event: 'recovered',
    subject: 'writes',
    because: 'without interruption',
  };
}

function optionsOf(seed: number, schedule: DrillSchedule, lossMs: number): RunOptions {
  const { edges, tasks, ordersPerSecond, readsPerSecond } = schedule;
  const always = (medianMs: number) => ({ medianMs, sigma: 0 });
  const restoredMs = schedule.restoredSeconds * 1000;
  const failbackMs = schedule.failbackSeconds * 1000;
  return {
    seed,
    safetyMs: lossMs + failbackMs + WAY_BACK_MS,
    livenessMs: 0,
    core: 'all',
    topology: {
      zones: 3,
      activeTasks: tasks,
      minimumTasks: tasks,
      maximumTasks: 10,
      taskCapacity: ordersPerSecond + readsPerSecond,
      shedsLoad: true,
    },
    policy: DEFAULT_SETTING.policy,
    healthCheck: DEFAULT_SETTING.healthCheck,
    dns: { aliasTtlSeconds: 60, activeTtlSeconds: 10 },
    traffic: {
      writesPerSecond: ordersPerSecond,
      readsPerSecond,
      assetsPerSecond: 0,
      edges: Array.from({ length: edges }, () => 1 / edges),
      retries: 1,
    },
    linkDelayMs: 35,
    timings: {
      globalFailover: always(schedule.promotionMs),
      globalSwitchover: always(schedule.switchoverMs),
      inRegionFailover: always(AT_ONCE_MS),
      instanceStart: always(AT_ONCE_MS),
      taskStart: always(schedule.taskStartMs),
      resync: always(AT_ONCE_MS),
      operator: always(AT_ONCE_MS),
    },
    faults: [
      { kind: 'region-loss', atMs: lossMs, forMs: restoredMs, region: 0 },
      { kind: 'operator', atMs: lossMs + failbackMs, region: 1, command: 'failback' },
    ],
  };
}

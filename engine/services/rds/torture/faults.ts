/**
 * Does what a round says, to real processes and to the link: each fault takes its turn, lasts, and is undone.
 * Victims are who plays the part at that moment. What the service refuses is part of the run, not a failure.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import { type InstanceStatus, instances, type RegionUnderTest, type TestLink } from '../two-regions.ts';
import type { Fault, FaultKind } from './schedule.ts';
import { epochOf } from './workload.ts';

export const GLOBAL = 'understudy';
/** AWS ms, one way. */
export const LINK_DELAY_MS = 60;
const SLOW_LINK_MS = 3000;
const FLAP_MS = 150;
const PATIENCE_MS = 15_000;

export interface Stage {
  readonly regions: readonly [RegionUnderTest, RegionUnderTest];
  readonly link: TestLink;
  /** Regions whose processes are gone. */
  readonly lost: Set<RegionUnderTest>;
}

export interface Injected {
  readonly kind: FaultKind;
  readonly region: string;
  readonly atMs: number;
  /** The instance that was struck, or what was refused, and why nothing was done. */
  readonly outcome: string;
  readonly done: boolean;
}

interface Global {
  readonly epoch: number;
  readonly writerRegion: string | null;
  readonly members: readonly { readonly region: string; readonly synchronization: string }[];
  readonly move: string | null;
}

export function globalOf(region: RegionUnderTest): Global | undefined {
  const { globals } = region.service.status!() as unknown as { globals: Global[] };
  return globals[0];
}

/** Who writes, by the region that knows most, and the other one. */
export function parts({ regions }: Stage): { writing: RegionUnderTest; standby: RegionUnderTest } {
  const [a, b] = regions;
  const { writerRegion } = globalOf(epochOf(b) > epochOf(a) ? b : a)!;
  return writerRegion === b.region ? { writing: b, standby: a } : { writing: a, standby: b };
}

export async function inject(stage: Stage, fault: Fault): Promise<Injected> {
  await realSleep(fault.atMs);
  const { writing, standby } = parts(stage);
  const region = fault.kind === 'kill-head' || fault.kind === 'restart-standby-region' ? standby : writing;
  const atMs = performance.now();
  const injected = (outcome: string, done = true): Injected => ({
    kind: fault.kind,
    region: (fault.kind.startsWith('failover') ? standby : region).region,
    atMs,
    outcome,
    done,
  });
  try {
    return injected(await carryOut(stage, fault, writing, standby));
  } catch (error) {
    if (error instanceof NotPossible || isRefusal(error)) return injected(error.message, false);
    throw error;
  }
}

class NotPossible extends Error {}

/** AWS's faults have a code; anything else is a defect. */
function isRefusal(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    /Fault$|^InvalidParameter|^InvalidDB/.test(String(error.code))
  );
}

async function carryOut(
  stage: Stage,
  fault: Fault,
  writing: RegionUnderTest,
  standby: RegionUnderTest,
): Promise<string> {
  const { link } = stage;
  switch (fault.kind) {
    case 'kill-writer':
      return strike(stage, writing, 'writer', 'SIGKILL');
    case 'kill-reader':
      return strike(stage, writing, 'reader', 'SIGKILL');
    case 'kill-head':
      return strike(stage, standby, 'head', 'SIGKILL');
    case 'freeze-writer':
      return strike(stage, writing, 'writer', 'SIGSTOP');
    case 'freeze-reader':
      return strike(stage, writing, 'reader', 'SIGSTOP');
    case 'move-writer-in-region':
      await present(stage, writing).call('FailoverDBCluster', {
        DBClusterIdentifier: `understudy-${writing.region}`,
      });
      return writing.region;
    case 'cut-link':
      link.cut();
      await realSleep(fault.forMs);
      link.heal();
      return 'both ways';
    case 'cut-link-one-way':
      return await shape(stage, fault, fault.towardsStandby ? [writing, standby] : [standby, writing]);
    case 'slow-link':
      for (const [from, to] of [
        [writing, standby],
        [standby, writing],
      ] as const)
        link.set({ from: from.region, to: to.region, delayMs: SLOW_LINK_MS, cut: false });
      await realSleep(fault.forMs);
      link.heal();
      return `${SLOW_LINK_MS} ms of AWS time each way`;
    case 'flap-link':
      for (let flaps = Math.ceil(fault.forMs / (2 * FLAP_MS)); flaps > 0; flaps--) {
        link.cut();
        await realSleep(FLAP_MS);
        link.heal();
        await realSleep(FLAP_MS);
      }
      return 'whole at the end';
    case 'switchover':
      await present(stage, standby).call('SwitchoverGlobalCluster', {
        GlobalClusterIdentifier: GLOBAL,
        TargetDbClusterIdentifier: arn(standby),
      });
      return `to ${standby.region}`;
    case 'restart-writer-region':
      return await restart(stage, [writing], fault.forMs);
    case 'restart-standby-region':
      return await restart(stage, [standby], fault.forMs);
    case 'restart-both-regions':
      return await restart(
        stage,
        fault.towardsStandby ? [writing, standby] : [standby, writing],
        fault.forMs,
      );
    case 'failover-cut-off':
    case 'failover-twice':
      return await failOverCutOff(stage, fault, writing, standby);
    case 'failover-region-lost':
      return await failOverLost(stage, fault, writing, standby);
    default:
      return fault.kind satisfies never;
  }
}

/** The old writer lives on behind a cut link, with its clients. */
async function failOverCutOff(
  stage: Stage,
  fault: Fault,
  writing: RegionUnderTest,
  standby: RegionUnderTest,
): Promise<string> {
  stage.link.cut();
  try {
    await realSleep(fault.forMs / 4);
    await failOver(stage, standby);
    await realSleep(fault.forMs);
  } finally {
    stage.link.heal();
  }
  if (fault.kind === 'failover-cut-off') return `to ${standby.region}`;
  // Back to the old writer's region, which may be about to hand over what only it has.
  await eventually(() => epochOf(writing) >= epochOf(standby));
  await realSleep(fault.forMs / 4);
  stage.link.cut();
  try {
    await failOver(stage, writing);
    await realSleep(fault.forMs / 2);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `to ${standby.region}; refused on the way back: ${error.message}`;
  } finally {
    stage.link.heal();
  }
  return `to ${standby.region} and back`;
}

async function failOverLost(
  stage: Stage,
  fault: Fault,
  writing: RegionUnderTest,
  standby: RegionUnderTest,
): Promise<string> {
  present(stage, standby);
  await lose(stage, writing);
  try {
    await failOver(stage, standby);
    await realSleep(fault.forMs);
  } finally {
    await restore(stage, writing);
  }
  return `to ${standby.region}`;
}

async function failOver(stage: Stage, to: RegionUnderTest): Promise<void> {
  await present(stage, to).call('FailoverGlobalCluster', {
    GlobalClusterIdentifier: GLOBAL,
    TargetDbClusterIdentifier: arn(to),
    AllowDataLoss: true,
  });
}

async function shape(
  { link }: Stage,
  fault: Fault,
  [from, to]: readonly [RegionUnderTest, RegionUnderTest],
): Promise<string> {
  const way = { from: from.region, to: to.region, delayMs: LINK_DELAY_MS };
  link.set({ ...way, cut: true });
  await realSleep(fault.forMs);
  link.set({ ...way, cut: false });
  return `${from.region} to ${to.region}`;
}

function strike(stage: Stage, region: RegionUnderTest, role: string, signal: 'SIGKILL' | 'SIGSTOP'): string {
  const victim = instances(present(stage, region)).find(
    (instance): instance is InstanceStatus & { pid: number } =>
      instance.role === role && instance.pid !== null,
  );
  if (!victim) throw new NotPossible(`${region.region} has no ${role} at the moment`);
  try {
    process.kill(victim.pid, signal);
  } catch {
    throw new NotPossible(`${victim.identifier} has just ended`);
  }
  return victim.identifier;
}

async function restart(stage: Stage, which: readonly RegionUnderTest[], forMs: number): Promise<string> {
  // Another fault may hold one of them lost already: then none is.
  for (const region of which) present(stage, region);
  const lost: RegionUnderTest[] = [];
  try {
    for (const region of which) {
      await lose(stage, region);
      lost.push(region);
    }
    await realSleep(forMs / which.length);
  } finally {
    for (const region of lost) await restore(stage, region);
  }
  return which.map(({ region }) => region).join(', then ');
}

async function lose(stage: Stage, region: RegionUnderTest): Promise<void> {
  present(stage, region);
  stage.lost.add(region);
  await region.lose();
}

async function restore(stage: Stage, region: RegionUnderTest): Promise<void> {
  await region.restore();
  stage.lost.delete(region);
}

function present({ lost }: Stage, region: RegionUnderTest): RegionUnderTest {
  if (lost.has(region)) throw new NotPossible(`${region.region} is lost at the moment`);
  return region;
}

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition() && performance.now() < deadline) await realSleep(20);
}

const arn = ({ region }: RegionUnderTest): string =>
  `arn:aws:rds:${region}:000000000000:cluster:understudy-${region}`;

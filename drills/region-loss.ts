/**
 * The drill that this project exists for: a region is lost under traffic, the other takes over, the lost one
 * comes back and takes the lead again. Everything is measured from the client's side; what the system says of
 * itself only explains the figures.
 */
import type { ControlledSystem } from '@understudy/engine/client';
import { type AwsTime, awsTimeOf } from './aws-time.ts';
import { type Controller, openController } from './controller-client.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';
import { type Findings, judge } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { longestPauseSeconds, perSecond, recoverySeconds } from './measure.ts';
import { type LiveFigures, liveFigures } from './progress.ts';
import { type Budget, type DrillResult, SEED_BUDGET, type SecondOfTraffic, type Sighting } from './result.ts';
import { catalogueOf, startTraffic, type Traffic } from './traffic.ts';
import { type Watch, watch } from './watch.ts';

export interface RegionLossOptions {
  readonly ordersPerSecond: number;
  readonly readsPerSecond: number;
  /** The region to lose; default: the one that DNS names. */
  readonly region?: string;
  readonly domain: string;
  readonly budget?: Budget;
  /** How the loss looks: killed, or frozen with its sockets open. */
  readonly fault: 'lose' | 'freeze';
  readonly failback: boolean;
}

export interface DrillEvents {
  step?(text: string): void;
  record?(
    atSeconds: number | null,
    record: { where: string; event: string; subject: string; because: string },
  ): void;
  /** Once an AWS second: the traffic of the last one and what is seen of the system. */
  second?(second: SecondOfTraffic | undefined, sighting: Sighting | undefined): void;
  /** Once a second (real time). */
  figures?(figures: LiveFigures): void;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Steady state before the loss: enough to see that it is steady. */
const WARM_UP_MS = 30 * SECOND;
/** Uninterrupted success for this long is recovery. */
const STEADY_MS = 45 * SECOND;
const READY_DEADLINE_MS = 10 * MINUTE;
const RECOVERY_DEADLINE_MS = 12 * MINUTE;
const REJOIN_DEADLINE_MS = 30 * MINUTE;
const FAILBACK_DEADLINE_MS = 15 * MINUTE;

interface Stage {
  readonly system: ControlledSystem;
  readonly time: AwsTime;
  readonly door: FrontDoor;
  readonly controller: Controller;
  readonly ledger: Ledger;
  readonly watch: Watch;
  readonly events: DrillEvents;
  readonly survivor: string;
  readonly lost: string;
}

export async function regionLoss(
  system: ControlledSystem,
  options: RegionLossOptions,
  events: DrillEvents = {},
): Promise<DrillResult> {
  const startedAt = new Date().toISOString();
  const { regions } = await system.system();
  const time = await awsTimeOf(system);
  const door = await openFrontDoor(system);
  const controller = await openController(system);
  const ledger = createLedger();
  let lossMs: number | null = null;
  const seconds = (atMs: number): number | null => (lossMs === null ? null : (atMs - lossMs) / 1000);
  const eyes = await watch(system, time, options.domain, (record) =>
    events.record?.(seconds(record.atMs), record),
  );
  let traffic: Traffic | undefined;
  const ticker = setInterval(
    () => events.second?.(...latest(ledger, eyes, time.now(), lossMs)),
    Math.max(100, time.real(SECOND)),
  );
  let loss: { readonly lossMs: number; readonly survivor: string } | null = null;
  // Once the outage is over its figures stand; only orders are counted on.
  let settled: LiveFigures | null = null;
  const tell = (): void => {
    const { acknowledged, ...figures } = liveFigures(ledger, eyes, settled ? null : loss);
    events.figures?.({ ...(settled ?? figures), acknowledged });
  };
  const teller = setInterval(tell, SECOND);
  try {
    const lost = options.region ?? (await activeRegion(eyes, time, regions));
    const survivor = regions.find((region) => region !== lost);
    if (!survivor || !regions.includes(lost))
      throw new Error(`cannot lose ${lost}: the system has ${regions.join(' and ')}, and one must be left`);
    const stage: Stage = { system, time, door, controller, ledger, watch: eyes, events, survivor, lost };
    events.step?.(`waiting until ${survivor} is ready to take over`);
    await standbyReady(stage);
    events.step?.(
      `clients: ${options.ordersPerSecond} orders/s and ${options.readsPerSecond} reads/s through ${door.edges.length} edge locations`,
    );
    const products = await catalogueOf(door);
    traffic = startTraffic(door, ledger, time, { ...options, products });
    await time.wait(Math.max(WARM_UP_MS, 5 * SECOND * time.speed));
    const writesBefore = ledger
      .attempts()
      .filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok').length;
    if (writesBefore === 0)
      throw new Error('no order was acknowledged before the loss: there is nothing to measure');

    events.step?.(`${options.fault === 'lose' ? 'losing' : 'freezing'} ${lost}`);
    lossMs = time.now();
    loss = { lossMs, survivor };
    await system.fault(options.fault, lost);
    await recovered(stage, lossMs);
    settled = liveFigures(ledger, eyes, loss);
    tell();
    events.step?.(`${survivor} has taken over; counting what was lost`);
    const restoredMs = time.now();
    const wayBack = options.failback
      ? await comeBack(stage, lossMs)
      : { done: false, because: 'not asked for', startedMs: null, endedMs: null };
    if (!options.failback) await system.fault('restore', lost);
    events.step?.('looking for every acknowledged order');
    await traffic.finish(2 * MINUTE);
    const present = await findOrders(stage);
    const findings: Findings = {
      startedAt,
      lossMs,
      restoredMs,
      present,
      wayBack: {
        ...wayBack,
        writesPausedSeconds:
          wayBack.startedMs !== null && wayBack.endedMs !== null
            ? longestPauseSeconds(ledger.attempts(), wayBack.startedMs, wayBack.endedMs)
            : null,
      },
      lost,
      survivor,
      speed: time.speed,
      options,
      budget: options.budget ?? SEED_BUDGET,
    };
    return judge(ledger, eyes, findings);
  } finally {
    clearInterval(ticker);
    clearInterval(teller);
    traffic?.stop();
    eyes.stop();
    controller.close();
    await door.close();
  }
}

/** Before the loss there is no zero to count from: the present second is called 0 then. */
function latest(
  ledger: Ledger,
  eyes: Watch,
  nowMs: number,
  lossMs: number | null,
): [SecondOfTraffic | undefined, Sighting | undefined] {
  const attempts = ledger.attempts();
  let from = attempts.length;
  while (from > 0 && attempts[from - 1]!.endedMs > nowMs - 2 * SECOND) from--;
  const zero = lossMs ?? nowMs;
  const whole = perSecond(attempts.slice(from), zero);
  const seen = eyes.seen.at(-1);
  if (!seen) return [whole.at(-2), undefined];
  const { atMs, ...rest } = seen;
  return [whole.at(-2), { atSeconds: (atMs - zero) / SECOND, ...rest }];
}

async function activeRegion(eyes: Watch, time: AwsTime, regions: readonly string[]): Promise<string> {
  return await time.until(
    'DNS to name the active region',
    async () => {
      const active = await eyes.active();
      return regions.includes(active) ? active : undefined;
    },
    2 * MINUTE,
  );
}

/** A rehearsal of a failover that would be refused anyway measures nothing. */
async function standbyReady({ time, controller, survivor }: Stage): Promise<void> {
  await time.until(
    `${survivor} to be ready to take over`,
    async () => {
      const { ready, missing } = await controller.ask(survivor, { command: 'status' });
      if (!ready) throw new Error(`missing: ${missing.join(', ')}`);
      return true;
    },
    READY_DEADLINE_MS,
    5 * SECOND,
  );
}

async function recovered({ time, ledger, survivor, events }: Stage, lossMs: number): Promise<void> {
  events.step?.('the outage: waiting until writes and reads succeed without interruption');
  await time
    .until(
      `writes to succeed without interruption for ${STEADY_MS / 1000} s`,
      () => {
        const now = time.now();
        const served = ledger
          .attempts()
          .some((one) => one.servedBy === survivor && one.kind === 'write' && one.outcome === 'ok');
        const writes = recoverySeconds(ledger.attempts(), 'write', lossMs);
        const reads = recoverySeconds(ledger.attempts(), 'read', lossMs);
        if (!served || writes === null || reads === null) return undefined;
        return now - (lossMs + Math.max(writes, reads) * 1000) > STEADY_MS ? true : undefined;
      },
      RECOVERY_DEADLINE_MS,
    )
    .catch((error: Error) => events.step?.(error.message));
}

interface WayBack {
  readonly done: boolean;
  readonly because: string;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
}

async function comeBack(stage: Stage, _lossMs: number): Promise<WayBack> {
  const { system, time, controller, lost, survivor, events, watch: eyes } = stage;
  events.step?.(`restoring ${lost}`);
  await system.fault('restore', lost);
  let startedMs: number | null = null;
  try {
    events.step?.(`waiting for ${lost} to rejoin as a standby`);
    await time.until(
      `${lost} to meet every precondition of a failback`,
      async () => {
        const reply = await controller.ask(survivor, {
          command: 'failback',
          rescueExported: true,
          dryRun: true,
        });
        const missing = reply.preconditions.filter(({ ok }) => !ok);
        if (!reply.preconditions.length) throw new Error(reply.because);
        if (missing.length) throw new Error(missing.map(({ name, why }) => `${name}: ${why}`).join('; '));
        return true;
      },
      REJOIN_DEADLINE_MS,
      5 * SECOND,
    );
    events.step?.(`failing back to ${lost}`);
    startedMs = time.now();
    // An invocation that ran out of its time says nothing; the schedule's go on with what it began.
    const reply = await controller
      .ask(survivor, { command: 'failback', rescueExported: true })
      .catch((error: Error) => events.step?.(error.message));
    if (reply && (reply.result === 'refused' || reply.result === 'failed'))
      return { done: false, because: reply.because, startedMs, endedMs: time.now() };
    await time.until(
      `DNS and the writer to be back in ${lost}`,
      async () => {
        const seen = eyes.seen.at(-1);
        return seen?.writer === lost && (await eyes.active()) === lost ? true : undefined;
      },
      FAILBACK_DEADLINE_MS,
    );
    await time.wait(STEADY_MS);
    return { done: true, because: `the writer and DNS are back in ${lost}`, startedMs, endedMs: time.now() };
  } catch (error) {
    return {
      done: false,
      because: (error as Error).message,
      startedMs,
      endedMs: startedMs === null ? null : time.now(),
    };
  }
}

const LOOKING_AT_ONCE = 16;
const LOOKS = 5;

/** Order ids that are there now, asked for one by one through the front door; only a 404 is an absence. */
async function findOrders({ door, ledger, time }: Stage): Promise<ReadonlySet<string>> {
  const ids = ledger.orders().flatMap((order) => [...order.orderIds]);
  const present = new Set<string>();
  const look = async (id: string, edge: number): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const reply = await door
        .send({ edge, method: 'GET', path: `/api/orders/${id}`, deadlineMs: 10_000 })
        .catch(() => undefined);
      if (reply?.status === 200) present.add(id);
      if (reply?.status === 200 || reply?.status === 404) return;
      if (attempt === LOOKS)
        throw new Error(
          `order ${id} could not be looked for: ${reply ? `status ${reply.status}` : 'no answer'}`,
        );
      await time.wait(2 * SECOND);
    }
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: LOOKING_AT_ONCE }, async (_, edge) => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) await look(id, edge);
    }),
  );
  return present;
}

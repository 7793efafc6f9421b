/**
 * What dies by itself is healed by itself. One process after another is killed under a flow of orders; each
 * time the shop takes orders again within a bound, no region moves, and at the end every order that was
 * acknowledged is there.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '@understudy/engine/client';
import { createLedger, type Ledger } from '../ledger.ts';
import { catalogueOf, startTraffic, type Traffic } from '../traffic.ts';
import { missingOrders } from './orders-scene.ts';
import { DOMAIN, openScene, PRIMARY, type Scene, STANDBY, until } from './scene.ts';

const ORDERS_PER_SECOND = 5;
/** So many orders in a row, all of them sent after the fault: the shop works. */
const IN_A_ROW = 10;

interface Instance {
  readonly identifier: string;
  readonly role: string;
  readonly status: string;
  readonly pid: number | null;
  readonly following: boolean;
  readonly acknowledging: boolean;
}

let scene: Scene;
let traffic: Traffic;
const ledger: Ledger = createLedger();

before(async () => {
  scene = await openScene('heal');
  const products = await catalogueOf(scene.door);
  traffic = startTraffic(scene.door, ledger, scene.time, {
    products,
    ordersPerSecond: ORDERS_PER_SECOND,
    readsPerSecond: 0,
  });
  await ordersFlow(scene.time.now(), 20_000);
});

after(async () => {
  traffic?.stop();
  await scene?.close();
});

/** Waits until orders that were sent after that moment (AWS time) are acknowledged one after another. */
async function ordersFlow(sinceMs: number, deadlineMs: number): Promise<void> {
  await until(
    `${IN_A_ROW} orders in a row to be acknowledged`,
    () => {
      const writes = ledger
        .attempts()
        .filter(({ kind, startedMs }) => kind === 'write' && startedMs > sinceMs);
      const last = writes.slice(-IN_A_ROW);
      return last.length === IN_A_ROW && last.every(({ outcome }) => outcome === 'ok') ? true : undefined;
    },
    deadlineMs,
  );
}

/** Kills one process, no more, and waits until the test's own sign of healing and orders are there. */
async function killed(pid: number, healed: () => Promise<boolean>, deadlineMs: number): Promise<void> {
  const sinceMs = scene.time.now();
  process.kill(pid, 'SIGKILL');
  await until('what was killed to be healed', async () => ((await healed()) ? true : undefined), deadlineMs);
  await ordersFlow(Math.max(sinceMs, scene.time.now() - 2_000 * scene.time.speed), deadlineMs);
}

async function factsOf<T>(region: string, service: string): Promise<T> {
  const { processes } = await connect(scene.directory).status();
  const answer = processes[region];
  if (!answer || !('services' in answer)) throw new Error(`${region} does not answer`);
  return answer.services[service] as T;
}

async function instancesOf(region: string): Promise<readonly Instance[]> {
  const { clusters } = await factsOf<{ clusters: readonly { instances: readonly Instance[] }[] }>(
    region,
    'rds',
  );
  return clusters[0]!.instances;
}

async function tasksOf(region: string): Promise<readonly { status: string; health: string; pid: number }[]> {
  return (await factsOf<{ tasks: { status: string; health: string; pid: number }[] }>(region, 'ecs')).tasks;
}

async function pidOf(member: string): Promise<number> {
  const { members } = await connect(scene.directory).status();
  const found = members.find(({ name }) => name === member);
  assert.ok(found?.pid, `${member} runs`);
  return found.pid;
}

const well = (tasks: readonly { status: string; health: string }[]): boolean =>
  tasks.filter(({ status, health }) => status === 'RUNNING' && health === 'HEALTHY').length >= 2;

async function regionIsWell(region: string): Promise<boolean> {
  const instances = await instancesOf(region);
  return (
    well(await tasksOf(region)) &&
    instances.length === 2 &&
    instances.every(({ status }) => status === 'available')
  );
}

/** The writer and DNS are where they were; DNS may have pointed to the standby while the outage lasted. */
async function nothingMoved(): Promise<void> {
  for (const region of [PRIMARY, STANDBY]) {
    const { globals } = await factsOf<{ globals: readonly { epoch: number; writerRegion: string }[] }>(
      region,
      'rds',
    );
    assert.deepEqual(
      globals.map(({ epoch, writerRegion }) => ({ epoch, writerRegion })),
      [{ epoch: 1, writerRegion: PRIMARY }],
    );
  }
  await until(
    `DNS to name ${PRIMARY}`,
    async () =>
      (await scene.resolver.resolveTxt(`active.${DOMAIN}`))[0]?.join('') === PRIMARY ? true : undefined,
    30_000,
  );
}

test('a task is killed: ECS starts another', async () => {
  const victim = (await tasksOf(PRIMARY))[0]!.pid;
  await killed(
    victim,
    async () => {
      const tasks = await tasksOf(PRIMARY);
      return well(tasks) && tasks.every(({ pid, status }) => pid !== victim || status !== 'RUNNING');
    },
    30_000,
  );
});

test('the reader of the database is killed: it comes back and follows', async () => {
  const victim = (await instancesOf(PRIMARY)).find(({ role }) => role === 'reader')!;
  await killed(
    victim.pid!,
    async () => {
      const now = (await instancesOf(PRIMARY)).find(({ identifier }) => identifier === victim.identifier);
      return now?.status === 'available' && now.following && now.pid !== victim.pid;
    },
    30_000,
  );
});

test('the writer of the database is killed: the reader takes its place in the same region', async () => {
  // A reader that came back a moment ago does not acknowledge yet: the writer would restart in place instead.
  await until(
    'the reader to acknowledge every commit',
    async () =>
      (await instancesOf(PRIMARY)).some(({ role, acknowledging }) => role === 'reader' && acknowledging) ||
      undefined,
    30_000,
  );
  const victim = (await instancesOf(PRIMARY)).find(({ role }) => role === 'writer')!;
  await killed(
    victim.pid!,
    async () => {
      const instances = await instancesOf(PRIMARY);
      const writer = instances.find(({ role }) => role === 'writer');
      const old = instances.find(({ identifier }) => identifier === victim.identifier);
      return (
        writer !== undefined &&
        writer.identifier !== victim.identifier &&
        old?.status === 'available' &&
        old.following
      );
    },
    40_000,
  );
  await nothingMoved();
});

test('the process of the global data planes is killed: names and edge locations are back', async () => {
  const victim = await pidOf('global');
  await killed(victim, async () => (await pidOf('global')) !== victim, 20_000);
  await nothingMoved();
});

for (const region of [STANDBY, PRIMARY])
  test(`the process of ${region} is killed, not its group: it is started again with all it had`, async () => {
    const victim = await pidOf(region);
    await killed(
      victim,
      async () => (await pidOf(region)) !== victim && (await regionIsWell(region)),
      60_000,
    );
    await nothingMoved();
  });

test('the supervisor is killed: it is started again, and everything with it', async () => {
  const { pid } = JSON.parse(readFileSync(join(scene.directory, 'run.json'), 'utf8')) as { pid: number };
  const before = await connect(scene.directory).system();
  await killed(
    pid,
    async () => {
      const now = await connect(scene.directory).system();
      return now.phase === 'up' && (await regionIsWell(PRIMARY)) && (await regionIsWell(STANDBY));
    },
    60_000,
  );
  const now = await connect(scene.directory).system();
  assert.equal(now.controlUrl, before.controlUrl, 'the system has the addresses that it had');
  assert.ok(now.clock.awsOriginMs >= before.awsNowMs, 'AWS time went on');
  assert.equal(scene.restarts.length, 1, scene.restarts.join('; '));
  await nothingMoved();
});

test('every acknowledged order is there, once', async () => {
  await traffic.finish(200_000);
  const orders = ledger.orders().filter(({ acknowledgedMs }) => acknowledgedMs !== null);
  assert.ok(orders.length > 100, `${orders.length} orders were acknowledged`);
  assert.deepEqual(
    orders.filter(({ orderIds }) => orderIds.length !== 1),
    [],
  );
  assert.deepEqual(
    await missingOrders(
      scene.door,
      orders.flatMap(({ orderIds }) => orderIds),
    ),
    [],
  );
});

/**
 * The life of a system as its owner lives it, by the command line: up, used, killed in the worst way, up
 * again with all it had, and stopped so that nothing of it is left.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type SystemSummary } from '@understudy/engine/client';
import { openFrontDoor } from '../front-door.ts';
import { begin, type Running, understudy } from './cli-scene.ts';
import { missingOrders, placeOrder } from './orders-scene.ts';
import { type LivingProcess, listeningIn, processesThatName, stillAlive, treeOf } from './processes-scene.ts';
import { inTime, ownAssembly, PRIMARY, STANDBY, temporaryDirectory, until } from './scene.ts';

const UP_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 45_000;
const GONE_DEADLINE_MS = 10_000;
const ORDERS = 12;

interface RunRecord {
  readonly pid: number;
  readonly block: number;
  readonly groups: readonly { readonly name: string; readonly pid: number }[];
}

const directory = temporaryDirectory('resume');
const acknowledged: string[] = [];
let up: Running;

const call = (...words: readonly string[]) => understudy(...words, '-C', directory);
const runRecord = (): RunRecord => JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as RunRecord;

before(async () => {
  await ownAssembly();
  up = begin(['up', '--json', '-C', directory]);
  await isUp();
});

after(async () => {
  if (up?.child.exitCode === null && up.child.signalCode === null) {
    up.child.kill('SIGINT');
    await inTime('understudy up to end', up.ended, STOP_DEADLINE_MS).catch(() => up.child.kill('SIGKILL'));
  }
  for (const { pid } of processesThatName(directory)) process.kill(pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

async function isUp(): Promise<SystemSummary & { readonly secondsToUp: number }> {
  const early = up.ended.then(({ code, stderr }) => {
    throw new Error(`understudy up ended with ${code}: ${stderr}`);
  });
  const printed = until(
    'understudy up to say where the system is',
    () => up.stdout() || undefined,
    UP_DEADLINE_MS,
  );
  return JSON.parse(await Promise.race([printed, early])) as SystemSummary & { secondsToUp: number };
}

async function withDoor<T>(
  work: (door: Awaited<ReturnType<typeof openFrontDoor>>) => Promise<T>,
): Promise<T> {
  const door = await openFrontDoor(connect(directory));
  try {
    return await work(door);
  } finally {
    await door.close();
  }
}

/** Orders whose acknowledgement the customer has seen, right up to the last moment. */
async function placeOrders(): Promise<void> {
  await withDoor(async (door) => {
    for (let edge = 0; edge < ORDERS; edge++) {
      const { id, status } = await placeOrder(door, edge);
      assert.equal(status, 201);
      acknowledged.push(id!);
    }
  });
}

async function upAgain(): Promise<void> {
  up = begin(['up', '--json', '-C', directory]);
  const { secondsToUp } = await isUp();
  assert.ok(secondsToUp < 60, `up again after ${secondsToUp} s`);
  assert.deepEqual(await withDoor((door) => missingOrders(door, acknowledged)), []);
}

async function allGone(processes: readonly LivingProcess[]): Promise<void> {
  await until(
    'the processes of the old life to be gone',
    () => {
      const left = stillAlive(processes);
      if (!left.length) return true;
      throw new Error(left.map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`).join('; '));
    },
    GONE_DEADLINE_MS,
  );
}

test('status, events, mail and env tell programs what they ask', async () => {
  const status = JSON.parse((await call('status', '--json')).stdout) as {
    system: SystemSummary;
    members: { name: string; state: string }[];
  };
  assert.equal(status.system.phase, 'up');
  assert.deepEqual(
    status.members.map(({ name, state }) => `${name} ${state}`),
    ['global running', `${PRIMARY} running`, `${STANDBY} running`],
  );
  const people = await call('status');
  assert.equal(people.code, 0);
  assert.match(people.stdout, /^up: .*\n/);
  assert.match(people.stdout, /no link is cut/);

  const lines = (await call('events', '--json', '-n', '3')).stdout.trim().split('\n');
  assert.equal(lines.length, 3);
  for (const line of lines) assert.ok((JSON.parse(line) as { because: string }).because);

  assert.deepEqual(JSON.parse((await call('mail', '--json')).stdout), []);

  const exports = (await call('env', '--region', STANDBY)).stdout;
  const seen = execFileSync('sh', ['-euc', `${exports}\nprintf '%s %s' "$AWS_REGION" "$AWS_ENDPOINT_URL"`], {
    encoding: 'utf8',
    env: {},
  });
  assert.equal(seen, `${STANDBY} ${status.system.endpointUrl}`);
});

test('a fault that names nothing is refused with what there is; a second up with where the first is', async () => {
  for (const [words, says] of [
    [['lose', 'the-moon'], /cannot tell what "the-moon" is; allowed: .*regions here: us-east-1, us-west-2/],
    [['lose', 'task/nobody'], /there is no task\/nobody; there are task\//],
    [['restore', PRIMARY], /us-east-1 is running; there is nothing to restore/],
    [['mail', '--region', 'mars-1'], /--region must be one of us-east-1, us-west-2, found "mars-1"/],
    [['env', '--region', 'mars-1'], /--region must be one of us-east-1, us-west-2, found "mars-1"/],
    [['up'], /a system already runs in .*stop it with understudy down/],
  ] as const) {
    const { code, stderr } = await call(...words);
    assert.equal(code, 1, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('every process is killed at once: the next up goes on with every acknowledged order', async () => {
  await placeOrders();
  const old = treeOf(up.child.pid!);
  assert.ok(old.length > 10, `${old.length} processes`);
  for (const { pid } of old) process.kill(pid, 'SIGKILL');
  await allGone(old);
  assert.deepEqual(processesThatName(directory), []);
  const block = runRecord().block;
  await upAgain();
  assert.equal(runRecord().block, block, 'the addresses are those of before');
});

test('a frozen region and orphaned guests are left behind: the next up ends them first', async () => {
  await placeOrders();
  const old = treeOf(up.child.pid!);
  const { pid: supervisor, groups } = runRecord();
  const leader = (name: string): number => groups.find((group) => group.name === name)!.pid;
  process.kill(-leader(STANDBY), 'SIGSTOP');
  for (const pid of [up.child.pid!, supervisor, leader('global'), leader(PRIMARY)])
    process.kill(pid, 'SIGKILL');
  assert.ok(stillAlive(old).length > 0, 'something of the old life runs on');
  await upAgain();
  await allGone(old);
});

test('SIGINT stops it: exit code 0, no process and no port is left', async () => {
  const old = treeOf(up.child.pid!);
  const { block } = runRecord();
  assert.ok(listeningIn(block).length > 10);
  up.child.kill('SIGINT');
  const { code, signal, stderr } = await inTime('understudy up to end', up.ended, STOP_DEADLINE_MS);
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
  await allGone(old);
  assert.deepEqual(processesThatName(directory), []);
  assert.deepEqual(listeningIn(block), []);
  const status = await call('status');
  assert.equal(status.code, 1);
  assert.match(status.stderr, /no system runs in/);
});

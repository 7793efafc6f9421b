import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { endLeftovers } from './leftovers.ts';
import { groupMembers, isAlive, killGroup, startTicksOf } from './process-table.ts';

const skip = process.platform !== 'linux' && 'processes are told apart by /proc';
const DIRECTORY = '/tmp/understudy-of-a-former-life';
const started: number[] = [];
after(() => {
  for (const group of started) killGroup(group, 'SIGKILL');
});

/** A leader of a group with one child; the leader prints the child's process id. */
async function group(
  environment: Record<string, string> = {},
): Promise<{ leader: ChildProcess; guest: number }> {
  const leader = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  started.push(leader.pid!);
  const [line] = (await once(leader.stdout, 'data')) as [Buffer];
  return { leader, guest: Number(line.toString()) };
}

const recordOf = ({ leader }: { leader: ChildProcess }) => ({
  name: 'us-test-1',
  pid: leader.pid!,
  startTicks: startTicksOf(leader.pid!),
});

test('a group whose leader still stands, frozen, is ended with all its members', { skip }, async () => {
  const left = await group();
  const record = recordOf(left);
  killGroup(record.pid, 'SIGSTOP');
  await endLeftovers(DIRECTORY, [record]);
  assert.deepEqual(groupMembers(record.pid), []);
});

test('orphans of a dead leader are ended if they know the directory; strangers are left alone', {
  skip,
}, async () => {
  const ours = await group({ DATA: `${DIRECTORY}/us-test-1` });
  const strangers = await group();
  const records = [recordOf(ours), recordOf(strangers)];
  for (const { leader } of [ours, strangers]) {
    leader.kill('SIGKILL');
    await once(leader, 'exit');
  }
  await endLeftovers(DIRECTORY, records);
  assert.deepEqual(groupMembers(records[0]!.pid), []);
  assert.deepEqual(groupMembers(records[1]!.pid), [strangers.guest]);
});

test('a zombie that nobody has buried is not alive', { skip }, async () => {
  // The shell becomes a program that never waits for the child it got.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(parent.pid!);
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const ticks = startTicksOf(pid);
  const deadline = Date.now() + 5000;
  while (isAlive(pid, ticks)) {
    assert.ok(Date.now() < deadline, 'waited 5 s for the end of a sleep');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.doesNotThrow(() => process.kill(pid, 0), 'the kernel still knows it');
});

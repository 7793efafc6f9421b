import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { createMember, type Member, type MemberState } from './member.ts';
import { groupMembers } from './process-table.ts';

/** A region-like process: answers the channel's requests, has a child of its own that ignores SIGTERM. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { createChannel } from ${JSON.stringify(new URL('../region/channel.ts', import.meta.url).href)};
const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
createChannel(process, 'the test').serve({
  start: (setting) => { if (setting.broken) throw new Error('will not start'); return null; },
  pids: () => [process.pid, child.pid],
  stop: () => { setImmediate(() => process.exit(0)); return null; },
});
`;
const directory = mkdtempSync(join(tmpdir(), 'understudy-member-'));
const entry = join(directory, 'program.ts');
writeFileSync(entry, PROGRAM);
const members: Member[] = [];

afterEach(async () => {
  for (const member of members.splice(0)) await member.stop(2000);
});
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

function member(setting: () => unknown = () => ({})): { one: Member; states: MemberState[] } {
  const states: MemberState[] = [];
  const one = createMember({
    name: 'us-test-1',
    entry,
    logFile: join(directory, 'log.txt'),
    environment: { PATH: process.env['PATH'] ?? '' },
    setting,
    notices: {},
    changed: (state) => void states.push(state),
  });
  members.push(one);
  return { one, states };
}

async function until(what: string, is: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!is()) {
    assert.ok(Date.now() < deadline, `waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('losing takes the whole process group at once; restoring starts it again', async () => {
  const { one, states } = member();
  await one.start();
  const group = one.pid()!;
  assert.equal((await one.request<number[]>('pids')).length, 2);
  one.lose();
  await until('the group to be gone', () => groupMembers(group).length === 0);
  await assert.rejects(one.request('pids'), /gone/);
  assert.throws(() => one.lose(), /lost already/);
  await one.restore();
  assert.notEqual(one.pid(), group);
  assert.deepEqual(states, ['starting', 'running', 'lost', 'starting', 'running']);
});

test('freezing stops answers but not the process; restoring goes on with the same one', async () => {
  const { one } = member();
  await one.start();
  const pid = one.pid();
  one.freeze();
  await assert.rejects(one.request('pids', null, 200), /has not answered/);
  await one.restore();
  assert.equal((await one.request<number[]>('pids'))[0], pid);
});

test('a death that nobody ordered is healed, and nothing of the old group stays', async () => {
  const { one, states } = member();
  await one.start();
  const group = one.pid()!;
  process.kill(group, 'SIGKILL');
  await until('a new process', () => one.state() === 'running' && one.pid() !== group);
  await until('the old group to be gone', () => groupMembers(group).length === 0);
  assert.deepEqual(states, ['starting', 'running', 'restarting', 'running']);
});

test('a process that cannot start says why', async () => {
  const { one } = member(() => ({ broken: true }));
  await assert.rejects(one.start(), /will not start/);
});

test('a frozen process can be stopped', async () => {
  const { one } = member();
  await one.start();
  const group = one.pid()!;
  one.freeze();
  await one.stop(2000);
  assert.equal(groupMembers(group).length, 0);
});

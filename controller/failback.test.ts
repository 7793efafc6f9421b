// The way home is shown precondition by precondition: each one, taken away, refuses alone and says why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obey, readCommand, unready } from './commands.ts';
import { allMet, failbackPreconditions } from './failback.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { known, unknown } from './observation.ts';
import { defaultPolicy } from './policy.ts';
import * as scene from './scene.ts';

const { movedHere, movedSeen, noon } = scene;

test('all met', () => {
  assert.ok(allMet(failbackPreconditions(defaultPolicy, movedHere, movedSeen, true)));
});

const lacking: readonly (readonly [string, Partial<Memory>, Partial<Observation>, RegExp])[] = [
  ['the writer was moved here', { moved: false }, {}, /was not moved here/],
  [
    'the old region is healthy',
    {},
    { peerProbe: known({ ...scene.standbyAnswering, ok: false, because: 'status 503' }) },
    /us-east-1: status 503/,
  ],
  [
    'the old region is healthy',
    {},
    { peerProbe: known({ ...scene.standbyAnswering, role: 'writer' }) },
    /answers as writer/,
  ],
  [
    'its cluster is connected',
    {},
    { global: known({ ...scene.selfWrites, peerSync: 'pending-resync' }) },
    /us-east-1 is pending-resync/,
  ],
  [
    'its cluster is connected',
    {},
    { global: known({ ...scene.selfWrites, peerSync: null }) },
    /is no member/,
  ],
  [
    'no operation is running',
    {},
    { global: known({ ...scene.selfWrites, status: 'modifying' }) },
    /modifying is running/,
  ],
  [
    'lag is under the limit',
    {},
    { peerProbe: known({ ...scene.standbyAnswering, lagMs: 1_000 }) },
    /1000 ms; limit 1000 ms/,
  ],
  ['lag is under the limit', {}, { peerProbe: known({ ...scene.standbyAnswering, lagMs: null }) }, /no lag/],
  ['DNS is readable', {}, { dns: unknown('SERVFAIL') }, /SERVFAIL/],
];

for (const [name, memory, seen, why] of lacking)
  test(`not met alone: ${name} (${why.source})`, () => {
    const all = failbackPreconditions(
      defaultPolicy,
      { ...movedHere, ...memory },
      { ...movedSeen, ...seen },
      true,
    );
    const unmet = all.filter(({ ok }) => !ok);
    assert.deepEqual(
      unmet.map((precondition) => precondition.name),
      [name],
    );
    assert.match(unmet[0]?.why ?? '', why);
  });

test('the lost tail must be exported, unless the move here lost nothing', () => {
  const unmet = failbackPreconditions(defaultPolicy, movedHere, movedSeen, false).filter(({ ok }) => !ok);
  assert.deepEqual(
    unmet.map(({ name }) => name),
    ['lost tail exported'],
  );
  for (const way of [
    /the box on the page/,
    /`understudy failback --rescue-exported`/,
    /"rescueExported": true/,
  ])
    assert.match(unmet[0]?.why ?? '', way, 'whoever reads it is told their own way to say so');
  assert.ok(movedHere.move);
  const planned: Memory = { ...movedHere, move: { ...movedHere.move, kind: 'switch-over' } };
  assert.ok(allMet(failbackPreconditions(defaultPolicy, planned, movedSeen, false)));
});

test('failback: refused changes nothing, dryRun changes nothing, accepted changes the phase and the epoch', () => {
  const ask = (event: Record<string, unknown>) => {
    const command = readCommand({ command: 'failback', ...event });
    assert.ok(command);
    return obey(defaultPolicy, command, movedHere, movedSeen, noon);
  };
  assert.equal(ask({}).accepted, false);
  assert.equal(ask({}).memory, movedHere);
  const dry = ask({ rescueExported: true, dryRun: true });
  assert.equal(dry.memory, movedHere);
  assert.ok(allMet(dry.preconditions));
  const accepted = ask({ rescueExported: true });
  assert.equal(accepted.memory.phase, 'failing-back');
  assert.equal(accepted.memory.epoch, movedHere.epoch + 1);
});

test('an event is a command, a tick, or refused by name', () => {
  assert.equal(readCommand({ source: 'aws.events' }), null);
  assert.equal(readCommand(undefined), null);
  assert.deepEqual(readCommand({ command: 'approve' }), { command: 'approve' });
  assert.throws(() => readCommand({ command: 'failover' }), /command: "failover"; allowed: status, failback/);
  assert.throws(() => readCommand({ command: 'failback', rescueExported: 'yes' }), /rescueExported: "yes"/);
});

test('approve and abandon are refused where they mean nothing', () => {
  const ask = (command: 'approve' | 'abandon', seen: Observation) =>
    obey(defaultPolicy, { command }, movedHere, seen, noon).accepted;
  assert.equal(ask('approve', movedSeen), false);
  assert.equal(ask('abandon', movedSeen), false);
  assert.equal(ask('abandon', { ...movedSeen, global: unknown('timeout') }), false);
});

test('ready: what a standby still lacks to take over', () => {
  assert.deepEqual(unready(defaultPolicy, scene.onWatch, scene.wellSeen), []);
  assert.deepEqual(unready(defaultPolicy, { ...scene.onWatch, lag: null, settled: false }, scene.wellSeen), [
    'no replication lag was ever seen while the peer answered',
    'DNS has not named the peer yet',
  ]);
  assert.deepEqual(unready(defaultPolicy, movedHere, movedSeen), []);
});

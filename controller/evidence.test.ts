// How large the lost region was: what is remembered of it, and what is raised here in its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide } from './decide.ts';
import { gather } from './evidence.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { known, unknown } from './observation.ts';
import { defaultPolicy } from './policy.ts';
import { answering, lostSeen, noon, onTheBrink, onWatch, silent, wellSeen } from './scene.ts';

const size = (tasks: number | null) => (tasks === null ? unknown('timeout') : known(tasks));

const well = (tasks: number | null): Observation => ({ ...wellSeen, peerDesired: size(tasks) });
const ailing = (tasks: number | null): Observation => ({
  ...wellSeen,
  peerProbe: known(silent),
  peerDesired: size(tasks),
});

function remembered(looks: readonly Observation[], from: Memory = onWatch): number | null {
  return looks.reduce((memory, seen) => gather(defaultPolicy, memory, seen, noon), from).peerDesiredCount;
}

test('a region that scales out while it ails is replaced by as many tasks', () => {
  assert.equal(remembered([well(5), ailing(6), ailing(7)]), 7);
  const seen = { ...lostSeen, peerDesired: known(7) };
  const { actions } = decide(defaultPolicy, { kept: true, memory: onTheBrink }, seen, noon);
  assert.deepEqual(actions[0], { do: 'raise-capacity', min: 7, max: 10, desired: 7 });
});

test('a region that scales in while nobody reaches it is replaced by as many tasks as it had', () => {
  assert.equal(remembered([well(5), ailing(3), ailing(2), ailing(null)]), 5);
  assert.equal(remembered([well(5), ailing(7), ailing(2)]), 7);
});

test('once it answers again the newest size counts, be it smaller', () => {
  assert.equal(remembered([well(5), ailing(7), well(3)]), 3);
});

test('it grows on while a person is asked: the approved move raises to what it has become', () => {
  const policy = { ...defaultPolicy, mode: 'approve' as const };
  const before = decide(policy, { kept: true, memory: onTheBrink }, lostSeen, noon).memory;
  assert.ok(before);
  assert.deepEqual([before.phase, before.capacity?.wanted], ['awaiting-approval', 4]);
  const asked = { ...before, approvedAt: noon };
  const grown = { ...lostSeen, peerDesired: known(7) };
  const { actions, memory } = decide(policy, { kept: true, memory: asked }, grown, noon);
  assert.deepEqual([memory?.phase, memory?.capacity?.wanted], ['failing-over', 7]);
  assert.deepEqual(memory?.capacity?.former, { min: 2, max: 10 });
  assert.ok(actions.some((action) => action.do === 'raise-capacity' && action.min === 7));
});

test('it is never less than any size seen since the peer last answered, nor than the last one seen while it did', () => {
  const tasks = fc.option(fc.integer({ min: 1, max: 20 }));
  const probe = fc.constantFrom(known(answering), known(silent), unknown('not asked'));
  const looks = fc.array(fc.record({ tasks, probe }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(looks, (seen) => {
      const last = seen.findLastIndex(({ probe }) => probe.known && probe.value.ok);
      const since = seen.slice(Math.max(0, last)).flatMap(({ tasks }) => tasks ?? []);
      const observations = seen.map(({ tasks, probe }) => ({ ...well(tasks), peerProbe: probe }));
      const kept = remembered(observations, { ...onWatch, peerDesiredCount: null }) ?? 0;
      assert.ok(kept >= Math.max(0, ...since), `${kept} tasks`);
      const ends = seen.at(-1);
      if (last === seen.length - 1 && ends?.tasks != null) assert.equal(kept, ends.tasks);
    }),
  );
});

// What each verdict does: the actions in their order, what is remembered, when people are told, when the next look is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from './actions.ts';
import { settle } from './actions.ts';
import type { Decision, Recollection } from './decide.ts';
import { decide } from './decide.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { known, unknown } from './observation.ts';
import type { Policy } from './policy.ts';
import { defaultPolicy } from './policy.ts';
import * as scene from './scene.ts';

const { noon } = scene;

function decideOn(memory: Memory, seen: Observation, now = noon, policy: Policy = defaultPolicy) {
  const decision = decide(policy, { kept: true, memory }, seen, now);
  assert.ok(decision.memory);
  return { ...decision, memory: decision.memory };
}

function doing(decision: Decision): readonly string[] {
  return decision.actions.map((action) => action.do);
}

function find<K extends Action['do']>(decision: Decision, kind: K): Extract<Action, { do: K }> | undefined {
  return decision.actions.find((action): action is Extract<Action, { do: K }> => action.do === kind);
}

function allDone(decision: Decision & { readonly memory: Memory }, now: number): Memory {
  const outcomes = decision.actions.map((action) => ({ action, ok: true, why: null }));
  return settle(decision.memory, outcomes, now);
}

test('failing over: capacity first, then the promotion, people last; the decision is in memory', () => {
  const decision = decideOn(scene.onTheBrink, scene.lostSeen);
  assert.deepEqual(doing(decision), ['raise-capacity', 'promote', 'tell']);
  assert.deepEqual(find(decision, 'raise-capacity'), { do: 'raise-capacity', min: 4, max: 10, desired: 4 });
  assert.equal(decision.memory.phase, 'failing-over');
  assert.equal(decision.memory.epoch, 1);
  assert.deepEqual(decision.memory.capacity?.former, { min: 2, max: 10 });
  assert.equal(decision.nextLookSeconds, 2);
  assert.match(
    find(decision, 'tell')?.message.text ?? '',
    /us-west-2 takes over from us-east-1[\s\S]*lag: 180 ms/,
  );
});

test('deciding again after a crash before any action: same epoch, nobody is told twice, promote again', () => {
  const first = decideOn(scene.onTheBrink, scene.lostSeen);
  const again = decideOn(first.memory, scene.lostSeen, noon + 2_000);
  assert.equal(again.memory.epoch, 1);
  assert.deepEqual(doing(again), ['raise-capacity', 'promote', 'tell']);
  assert.equal(again.memory.unsent.length, 1);
});

test('a request that RDS took is not repeated while it may not show yet', () => {
  const first = decideOn(scene.onTheBrink, scene.lostSeen);
  const again = decideOn(allDone(first, noon + 100), scene.lostSeen, noon + 2_000);
  assert.equal(again.verdict, 'wait');
  assert.deepEqual(doing(again), []);
});

test('one look short of K the next comes after three seconds', () => {
  const evidence = { ...scene.onTheBrink.evidence, worldSaysSelf: 0, worldSaysSelfSince: null };
  assert.equal(decideOn({ ...scene.onTheBrink, evidence }, scene.lostSeen).nextLookSeconds, 3);
  assert.equal(decideOn(scene.onWatch, scene.wellSeen).nextLookSeconds, 10);
});

test('the writer is here and a write works: the latch is set in the same tick, then people are told', () => {
  const moving: Memory = { ...scene.onTheBrink, phase: 'failing-over', epoch: 1, since: noon - 70_000 };
  const decision = decideOn(moving, { ...scene.movedSeen, peerProbe: known(scene.silent) });
  assert.deepEqual(doing(decision), ['publish', 'tell']);
  assert.equal(find(decision, 'publish')?.latch, 1);
  assert.equal(decision.memory.moved, true);
  assert.equal(decision.memory.phase, 'moved');
});

test('moved: the latch is published again and again, capacity is kept', () => {
  const seen = scene.movedSeen;
  assert.deepEqual(doing(decideOn(scene.movedHere, seen)), []);
  const later = decideOn(scene.movedHere, seen, noon + 20_000);
  assert.deepEqual(later.actions, [{ do: 'publish', latch: 1 }]);
});

test('the latch is 0 wherever the writer is not, and nothing is said when that is unknown', () => {
  const stale = { ...scene.onWatch, latch: null };
  assert.deepEqual(decideOn(stale, scene.wellSeen).actions, [{ do: 'publish', latch: 0 }]);
  const blind = { ...scene.wellSeen, global: unknown('timeout') };
  assert.deepEqual(decideOn({ ...scene.movedHere, latch: null }, blind).actions, [
    { do: 'publish', latch: null },
  ]);
});

test('the control plane of the database fails just after it promoted: a move decided here and a write that works here hold the latch', () => {
  const blind = { ...scene.lostSeen, global: unknown('timeout'), selfProbe: known(scene.answering) };
  const moving = { ...scene.onTheBrink, phase: 'failing-over', epoch: 1 } as const;
  assert.equal(find(decideOn(moving, blind), 'publish')?.latch, 1);
  const standby = { ...blind, selfProbe: known(scene.standbyAnswering) };
  assert.equal(find(decideOn({ ...moving, latch: null }, standby), 'publish')?.latch, null);
  assert.equal(find(decideOn({ ...scene.onTheBrink, latch: null }, blind), 'publish')?.latch, null);
});

test('the writer has left: latch 0 at once, capacity back, on watch', () => {
  const seen = { ...scene.movedSeen, global: known(scene.peerWrites) };
  const decision = decideOn(scene.movedHere, seen);
  assert.deepEqual(doing(decision), ['restore-capacity', 'publish', 'tell']);
  assert.deepEqual(find(decision, 'restore-capacity'), { do: 'restore-capacity', min: 2, max: 10 });
  assert.equal(find(decision, 'publish')?.latch, 0);
  assert.equal(decision.memory.phase, 'watch');
  assert.equal(decision.memory.settled, false, 'DNS still names us; it is no evidence until it has followed');
});

test('what failed is tried again: capacity is restored until that has worked', () => {
  const seen = { ...scene.movedSeen, global: known(scene.peerWrites) };
  const decision = decideOn(scene.movedHere, seen);
  const failed = decision.actions.map((action) => ({
    action,
    ok: action.do !== 'restore-capacity',
    why: 'timeout',
  }));
  const after = settle(decision.memory, failed, noon);
  const next = decideOn(after, seen, noon + 10_000);
  assert.deepEqual(doing(next), ['restore-capacity']);
  assert.equal(allDone(next, noon).capacity, null);
});

test('capacity unknown before: the scalable target’s maximum is left alone, and a person is told at the end', () => {
  const seen = { ...scene.lostSeen, scaling: unknown('timeout') };
  const decision = decideOn(scene.onTheBrink, seen);
  assert.deepEqual(find(decision, 'raise-capacity'), { do: 'raise-capacity', min: 4, max: null, desired: 4 });
  const left = decideOn(
    { ...scene.movedHere, capacity: decision.memory.capacity },
    { ...scene.movedSeen, global: known(scene.peerWrites) },
  );
  assert.equal(left.memory.capacity, null);
  assert.match(left.memory.unsent[0]?.text ?? '', /stays at 4 tasks until you lower it/);
});

test('approve: everything is prepared, the page spells the command out, and nothing moves until it is given', () => {
  const policy: Policy = { ...defaultPolicy, mode: 'approve' };
  const asked = decideOn(scene.onTheBrink, scene.lostSeen, noon, policy);
  assert.deepEqual(doing(asked), ['raise-capacity', 'tell']);
  assert.equal(asked.memory.phase, 'awaiting-approval');
  assert.match(
    find(asked, 'tell')?.message.text ?? '',
    /aws lambda invoke --region us-west-2 --function-name understudy-failover .*'\{"command":"approve"\}'/,
  );
  const waiting = decideOn(allDone(asked, noon), scene.lostSeen, noon + 10_000, policy);
  assert.deepEqual(
    doing(waiting).filter((what) => what !== 'publish'),
    [],
  );
  const approved = { ...waiting.memory, approvedAt: noon + 12_000 };
  assert.ok(doing(decideOn(approved, scene.lostSeen, noon + 20_000, policy)).includes('promote'));
  const recovered = decideOn(waiting.memory, scene.wellSeen, noon + 20_000, policy);
  assert.equal(recovered.verdict, 'abandon');
  assert.ok(doing(recovered).includes('restore-capacity'));
});

test('a hold pages once, again after a quarter of an hour, and says what is missing', () => {
  const seen = { ...scene.lostSeen, targets: known({ healthy: 0, registered: 2 }) };
  const paged = decideOn(scene.onTheBrink, seen);
  assert.match(find(paged, 'tell')?.message.text ?? '', /no healthy target of 2/);
  let memory = allDone(paged, noon);
  for (let at = noon + 10_000; at < noon + 900_000; at += 10_000) {
    const next = decideOn(memory, seen, at);
    assert.equal(find(next, 'tell'), undefined, `paged again after ${at - noon} ms`);
    memory = allDone(next, at);
  }
  assert.ok(find(decideOn(memory, seen, noon + 900_000), 'tell'));
});

test('a broken link is told once, and its end once', () => {
  const seen = { ...scene.wellSeen, peerProbe: known(scene.silent) };
  const told: string[] = [];
  let memory: Memory = scene.onWatch;
  for (let at = noon; at < noon + 7_200_000; at += 10_000) {
    const repaired = at >= noon + 7_000_000;
    const well = { ...scene.wellSeen, lag: known({ lagMs: 150, at: at - 60_000 }) };
    const next = decideOn(memory, repaired ? well : seen, at);
    told.push(...next.memory.unsent.map(({ subject }) => subject));
    memory = allDone(next, at);
  }
  assert.deepEqual(told, ['understudy: link (us-west-2)', 'understudy: over']);
});

test('without memory it watches and pages, and does nothing else', () => {
  const forgotten = (ticks: number, pagedAt: number | null): Recollection => ({
    kept: false,
    why: '403',
    ticks,
    pagedAt,
    remembered: null,
  });
  const first = decide(defaultPolicy, forgotten(1, null), scene.lostSeen, noon);
  assert.deepEqual(first.actions, [{ do: 'publish', latch: 0 }]);
  assert.equal(first.memory, null);
  assert.deepEqual(doing(decide(defaultPolicy, forgotten(3, null), scene.lostSeen, noon)), [
    'publish',
    'tell',
  ]);
  assert.deepEqual(doing(decide(defaultPolicy, forgotten(9, noon - 60_000), scene.lostSeen, noon)), [
    'publish',
  ]);
});

test('without memory the latch is released when the writer is the peer’s, and otherwise left as it was', () => {
  const latchOf = (seen: Observation): unknown => {
    const forgotten: Recollection = { kept: false, why: '403', ticks: 1, pagedAt: null, remembered: null };
    return find(decide(defaultPolicy, forgotten, seen, noon), 'publish')?.latch;
  };
  assert.equal(latchOf(scene.wellSeen), 0);
  assert.equal(latchOf(scene.movedSeen), null);
  assert.equal(latchOf({ ...scene.wellSeen, global: unknown('timeout') }), null);
  const moving = { ...scene.peerWrites, operation: 'failing-over' };
  assert.equal(latchOf({ ...scene.wellSeen, global: known(moving) }), null);
});

test('without memory the process that decided a move keeps the latch while the writer is here', () => {
  const latchOf = (remembered: Memory | null, seen: Observation): unknown => {
    const forgotten: Recollection = { kept: false, why: '403', ticks: 1, pagedAt: null, remembered };
    return find(decide(defaultPolicy, forgotten, seen, noon), 'publish')?.latch;
  };
  const deciding = { ...scene.onTheBrink, phase: 'failing-over' } as const;
  assert.equal(latchOf(deciding, scene.movedSeen), 1);
  assert.equal(latchOf(scene.movedHere, scene.movedSeen), 1);
  assert.equal(latchOf({ ...scene.onWatch, phase: 'lead' }, scene.movedSeen), null);
  assert.equal(latchOf(scene.movedHere, scene.wellSeen), 0);
});

test('the lag that counts is the last one while the peer answered, not what the silence made of it', () => {
  const grown = { ...scene.lostSeen, lag: known({ lagMs: 95_000, at: noon - 60_000 }) };
  const decision = decideOn(scene.onTheBrink, grown);
  assert.equal(decision.verdict, 'fail-over');
  assert.equal(decision.memory.lag?.lagMs, 180);
});

test('a failback is asked for once, and given up when it does not happen', () => {
  const going: Memory = { ...scene.movedHere, phase: 'failing-back', epoch: 2, since: noon };
  const asked = decideOn(going, scene.movedSeen);
  assert.deepEqual(asked.actions.slice(0, 1), [{ do: 'switch-over', to: 'peer' }]);
  const pending = decideOn(allDone(asked, noon), scene.movedSeen, noon + 2_000);
  assert.ok(!doing(pending).includes('switch-over'));
  const refused = { ...going, refusal: 'InvalidGlobalClusterStateFault' };
  const failed = decideOn(refused, scene.movedSeen, noon + 130_000);
  assert.equal(failed.memory.phase, 'moved');
  assert.match(find(failed, 'tell')?.message.text ?? '', /InvalidGlobalClusterStateFault/);
  assert.equal(find(failed, 'publish')?.latch, 1, 'the latch stays');
});

// What must hold for every memory and every observation whatever, drawn by fast-check: the controller moves the writer
// only on two witnesses, with an able standby, with nothing else running, and never twice in one decision.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { movesWriter } from './actions.ts';
import { decide } from './decide.ts';
import type { Memory, Phase } from './memory.ts';
import { freshMemory, phases } from './memory.ts';
import type { Fact, GlobalCluster, Observation, Probe } from './observation.ts';
import { known, missingOf, operationOf, unknown } from './observation.ts';
import type { Policy } from './policy.ts';
import { defaultPolicy } from './policy.ts';
import * as scene from './scene.ts';

const { noon } = scene;

function fact<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> {
  return fc.oneof(
    { weight: 6, arbitrary: value.map(known) },
    { weight: 1, arbitrary: fc.constant(unknown('x')) },
  );
}

const probe: fc.Arbitrary<Probe> = fc.record({
  ok: fc.boolean(),
  role: fc.constantFrom('writer' as const, 'standby' as const, null),
  lagMs: fc.option(fc.integer({ min: 0, max: 3_000 })),
  because: fc.constant('status'),
});

const sync = fc.constantFrom('connected', 'connected', 'pending-resync', '', null);

const global: fc.Arbitrary<GlobalCluster> = fc.record({
  status: fc.constantFrom(
    'available',
    'available',
    'available',
    'failing-over',
    'switching-over',
    'modifying',
  ),
  operation: fc.constantFrom(null, null, null, 'failing-over', 'switching-over'),
  writer: fc.constantFrom('self' as const, 'peer' as const, 'peer' as const, null),
  selfSync: sync,
  peerSync: sync,
});

const past = fc.integer({ min: 0, max: 1_200_000 }).map((ago) => noon - ago);
const count = fc.integer({ min: 0, max: 12 });

const anySeen: fc.Arbitrary<Observation> = fc.record({
  self: fc.constant('us-west-2'),
  peer: fc.constant('us-east-1'),
  functionName: fc.constant('understudy-failover'),
  dns: fact(fc.constantFrom('self' as const, 'peer' as const)),
  peerProbe: fact(probe),
  selfProbe: fact(probe),
  global: fact(global),
  database: fact(
    fc.record({
      status: fc.constantFrom('available', 'available', 'failing-over'),
      availableInstances: count,
    }),
  ),
  targets: fact(fc.record({ healthy: count, registered: count })),
  service: fact(fc.record({ desired: count, running: count })),
  scaling: fact(fc.record({ min: count, max: count })),
  peerDesired: fact(count),
  lag: fact(fc.record({ lagMs: fc.integer({ min: 0, max: 20_000 }), at: past })),
});

const phase: fc.Arbitrary<Phase> = fc.constantFrom(...phases);

const anyMemory: fc.Arbitrary<Memory> = fc
  .record({
    epoch: count,
    phase,
    since: past,
    moved: fc.boolean(),
    settled: fc.boolean(),
    evidence: fc.record({
      at: fc.integer({ min: 0, max: 90_000 }).map((ago) => noon - ago),
      probeFails: count,
      probeOks: count,
      worldSaysSelf: count,
      worldSaysSelfSince: fc.option(past),
    }),
    peerOkAt: fc.option(past),
    lag: fc.option(fc.record({ lagMs: fc.integer({ min: 0, max: 9_000 }), at: past })),
    peerDesiredCount: fc.option(count),
    requestedAt: fc.option(past),
    runningSince: fc.option(past),
    writerSince: fc.option(past),
    approvedAt: fc.option(past),
    heldAt: fc.option(past),
  })
  .map((drawn): Memory => ({ ...freshMemory(noon), ...drawn }));

/** A known scene with up to three of its fields drawn anew: near the edges, where a mistake would be. */
function near<T extends object>(scenes: readonly T[], drawn: fc.Arbitrary<T>): fc.Arbitrary<T> {
  const names = Object.keys(scenes[0] ?? {}) as (keyof T)[];
  return fc
    .tuple(fc.constantFrom(...scenes), drawn, fc.subarray(names, { maxLength: 3 }))
    .map(([base, other, changed]) => {
      const made = { ...base };
      for (const name of changed) made[name] = other[name];
      return made;
    });
}

const { onTheBrink, cutOff, cutOffSeen, lostSeen, movedHere, movedSeen, onWatch, wellSeen } = scene;
const decided: Memory = { ...onTheBrink, phase: 'failing-over', epoch: 1, since: noon - 20_000 };
const memory = fc.oneof(
  anyMemory,
  near([onWatch, onTheBrink, onTheBrink, decided, cutOff, cutOff, movedHere], anyMemory),
);
const observation = fc.oneof(
  anySeen,
  near([wellSeen, lostSeen, lostSeen, cutOffSeen, cutOffSeen, movedSeen], anySeen),
);

const policy: fc.Arbitrary<Policy> = fc
  .record({
    mode: fc.constantFrom('automatic' as const, 'approve' as const),
    ticksToAct: fc.integer({ min: 2, max: 4 }),
  })
  .map((drawn) => ({ ...defaultPolicy, ...drawn }));

function always(check: (policy: Policy, memory: Memory, seen: Observation) => void): void {
  fc.assert(fc.property(policy, memory, observation, check), { numRuns: 20_000 });
}

test('a promotion has two witnesses in this very look, K looks behind it, an able standby, and no operation', () => {
  let promotions = 0;
  always((chosen, remembered, seen) => {
    const decision = decide(chosen, { kept: true, memory: remembered }, seen, noon);
    if (!decision.actions.some((action) => action.do === 'promote')) return;
    promotions += 1;
    assert.ok(seen.dns.known && seen.dns.value === 'self');
    assert.ok(seen.peerProbe.known && !seen.peerProbe.value.ok);
    assert.ok(decision.memory && decision.memory.evidence.probeFails >= chosen.ticksToAct);
    assert.ok(decision.memory.evidence.worldSaysSelf >= chosen.ticksToAct);
    assert.deepEqual(missingOf(seen), []);
    assert.equal(operationOf(seen.global), null);
    assert.ok(seen.global.known && seen.global.value.writer === 'peer');
    assert.equal(decision.memory.phase, 'failing-over');
    assert.equal(remembered.heldAt, null);
    if (chosen.mode === 'approve' && remembered.phase !== 'failing-over') assert.ok(remembered.approvedAt);
  });
  assert.ok(promotions > 20, 'hardly a promotion was drawn: the property has said nothing');
});

test('a switchover to us has the world on its side, a peer that answers, and a connected copy', () => {
  let switchovers = 0;
  const chosen = { ...defaultPolicy, ticksToSwitchOver: 3 };
  always((_, remembered, seen) => {
    const decision = decide(chosen, { kept: true, memory: remembered }, seen, noon);
    if (!decision.actions.some((action) => action.do === 'switch-over' && action.to === 'self')) return;
    switchovers += 1;
    assert.ok(seen.dns.known && seen.dns.value === 'self');
    assert.ok(seen.peerProbe.known && seen.peerProbe.value.ok);
    assert.ok(seen.global.known && seen.global.value.selfSync === 'connected');
    assert.deepEqual(missingOf(seen), []);
    assert.equal(operationOf(seen.global), null);
  });
  assert.ok(switchovers > 20, 'hardly a switchover was drawn: the property has said nothing');
});

test('the writer is moved at most once in a decision, and sent away only by a failback', () => {
  always((chosen, remembered, seen) => {
    const { actions } = decide(chosen, { kept: true, memory: remembered }, seen, noon);
    assert.ok(actions.filter(movesWriter).length <= 1);
    const away = actions.some((action) => action.do === 'switch-over' && action.to === 'peer');
    if (away) assert.equal(remembered.phase, 'failing-back');
  });
});

test('the latch is published as held only where the writer is, and only if it was moved there', () => {
  always((chosen, remembered, seen) => {
    const decision = decide(chosen, { kept: true, memory: remembered }, seen, noon);
    for (const action of decision.actions)
      if (action.do === 'publish' && action.latch === 1) {
        const { memory } = decision;
        const moving = memory?.phase === 'failing-over' || memory?.phase === 'switching-over';
        const writes =
          seen.selfProbe.known && seen.selfProbe.value.ok && seen.selfProbe.value.role === 'writer';
        const writer = seen.global.known ? seen.global.value.writer : 'unknown';
        assert.ok(writer === 'self' || writer === 'unknown' || writer === null);
        assert.ok((writer === 'self' && memory?.moved) || (writes && (memory?.moved || moving)));
      }
  });
});

test('the same inputs give the same decision, and inputs are not changed', () => {
  always((chosen, remembered, seen) => {
    const before = JSON.stringify([remembered, seen]);
    const first = decide(chosen, { kept: true, memory: remembered }, seen, noon);
    assert.deepEqual(decide(chosen, { kept: true, memory: remembered }, seen, noon), first);
    assert.equal(JSON.stringify([remembered, seen]), before);
    assert.ok(first.because.length > 0);
  });
});

test('without memory nothing moves', () => {
  always((chosen, _, seen) => {
    const { actions } = decide(
      chosen,
      { kept: false, why: 'x', ticks: 9, pagedAt: null, remembered: null },
      seen,
      noon,
    );
    assert.ok(actions.every(({ do: what }) => what === 'publish' || what === 'tell'));
  });
});

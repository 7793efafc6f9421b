import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PlanInput, planReplication } from './replication-plan.ts';

const names = ['a', 'b', 'c'];
const input = fc
  .record({
    clusterRole: fc.constantFrom('writer' as const, 'secondary' as const),
    leader: fc.constantFrom(...names),
    running: fc.subarray(names),
    acknowledging: fc.subarray(names),
    writesHeld: fc.boolean(),
  })
  .map((drawn): PlanInput => drawn);

test('in every plan at most one instance is writable, and only in the writer’s cluster', () => {
  fc.assert(
    fc.property(input, (drawn) => {
      const writable = planReplication(drawn).filter((plan) => !plan.readOnly);
      assert.ok(writable.length <= 1);
      if (drawn.clusterRole === 'secondary' || drawn.writesHeld) assert.equal(writable.length, 0);
      for (const plan of writable) assert.equal(plan.identifier, drawn.leader);
    }),
  );
});

test('waiting is on at the writer alone, and only for a running reader that acknowledges', () => {
  fc.assert(
    fc.property(input, (drawn) => {
      for (const plan of planReplication(drawn)) {
        assert.ok(!(plan.waitsForReader && plan.acknowledges));
        if (!plan.waitsForReader) continue;
        assert.equal(plan.role, 'writer');
        assert.ok(drawn.acknowledging.some((id) => id !== drawn.leader && drawn.running.includes(id)));
      }
    }),
  );
});

test('nobody follows itself; readers follow the leader, a head follows the other region', () => {
  fc.assert(
    fc.property(input, (drawn) => {
      for (const plan of planReplication(drawn)) {
        if (plan.follows.kind === 'instance') {
          assert.notEqual(plan.follows.identifier, plan.identifier);
          assert.equal(plan.follows.identifier, drawn.leader);
        }
        assert.equal(plan.role === 'head', plan.follows.kind === 'writer-region');
      }
    }),
  );
});

test('readers of a secondary never acknowledge: no commit waits for another region', () => {
  const plans = planReplication({
    clusterRole: 'secondary',
    leader: 'a',
    running: names,
    acknowledging: names,
    writesHeld: false,
  });
  assert.ok(plans.every((plan) => !plan.acknowledges && !plan.waitsForReader && plan.readOnly));
});

// decide over every situation in which the writer is the peer's and no operation runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movesWriter } from '@understudy/controller/actions';
import { decide } from '@understudy/controller/decide';
import { problems } from '@understudy/controller/problems';
import { noon } from '@understudy/controller/scene';
import { checkDecision } from './decision-rules.ts';
import { memories, observations, policies } from './watching-situations.ts';

const cases = observations.length * memories.length * policies.length;

test(`decide, writer at the peer: every rule holds in all ${cases.toLocaleString('en')} cases`, (t) => {
  const rows = new Map<string, number>();
  let moves = 0;
  for (const policy of policies)
    for (const memory of memories)
      for (const seen of observations) {
        const decision = decide(policy, { kept: true, memory }, seen, noon);
        checkDecision({ policy, memory, seen, now: noon, decision });
        rows.set(decision.problem, (rows.get(decision.problem) ?? 0) + 1);
        if (decision.actions.some(movesWriter)) moves += 1;
      }
  assert.ok(moves > 1_000, `${moves} moves: the enumeration has hardly met one`);
  t.diagnostic(`${moves.toLocaleString('en')} of them move the writer; ${rows.size} rows decided`);
});

test('no two rows of the table have one priority, so exactly one decides', () => {
  assert.equal(new Set(problems.map(({ priority }) => priority)).size, problems.length);
  assert.equal(new Set(problems.map(({ name }) => name)).size, problems.length);
});

test(`without memory nothing but a latch released (the writer is the peer’s) and a page, in all ${observations.length * 8} cases`, () => {
  for (const policy of policies)
    for (const pagedAt of [null, noon - 1_000])
      for (const ticks of [1, 3])
        for (const seen of observations) {
          const decision = decide(
            policy,
            { kept: false, why: 'away', ticks, pagedAt, remembered: null },
            seen,
            noon,
          );
          assert.equal(decision.memory, null);
          for (const action of decision.actions)
            assert.ok(action.do === 'tell' || (action.do === 'publish' && action.latch === 0));
        }
});

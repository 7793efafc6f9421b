// How a row of the table is pinned down: a scene in which it decides, and, for each of its conditions, the scene
// without it, which another row decides. Together they pin down what the table says, in both directions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './decide.ts';
import type { Memory } from './memory.ts';
import type { GlobalCluster, Observation } from './observation.ts';
import { known } from './observation.ts';
import { defaultPolicy } from './policy.ts';
import type { Problem, Verdict } from './problems.ts';
import { noon, onTheBrink, peerWrites } from './scene.ts';

interface Seen {
  readonly memory?: Partial<Memory>;
  readonly seen?: Partial<Observation>;
  readonly approve?: boolean;
}

export interface Row {
  readonly row: string;
  readonly verdict: Verdict;
  readonly memory: Memory;
  readonly seen: Observation;
  readonly approve?: boolean;
  /** Without … → the row that decides instead. */
  readonly but: readonly (readonly [string, Seen, string])[];
}

export const cluster = (change: Partial<GlobalCluster>): Pick<Observation, 'global'> => ({
  global: known({ ...peerWrites, ...change }),
});
export const noTargets = { targets: known({ healthy: 0, registered: 2 }) };
export const movingHere = (also: Partial<Memory> = {}): Memory => ({
  ...onTheBrink,
  phase: 'failing-over',
  since: noon - 70_000,
  requestedAt: noon - 65_000,
  writerSince: noon - 4_000,
  epoch: 1,
  move: { kind: 'fail-over', startedAt: noon - 70_000, finishedAt: null, because: 'lost', lagMs: 180 },
  ...also,
});

function rowOf(memory: Memory, seen: Observation, approve: boolean) {
  const policy = { ...defaultPolicy, mode: approve ? 'approve' : 'automatic' } as const;
  return decide(policy, { kept: true, memory }, seen, noon);
}

/** Tests every scene, and that every row of this part of the table has one. */
export function pin(part: readonly Problem[], rows: readonly Row[]): void {
  for (const { row, verdict, memory, seen, approve = false, but } of rows) {
    test(`${row}: ${verdict}`, () => {
      const decision = rowOf(memory, seen, approve);
      assert.equal(decision.problem, row, decision.because);
      assert.equal(decision.verdict, verdict);
      assert.doesNotMatch(decision.because, /undefined|null|NaN/);
    });
    for (const [without, change, instead] of but)
      test(`${row}, ${without}: ${instead}`, () => {
        const changed = rowOf(
          { ...memory, ...change.memory },
          { ...seen, ...change.seen },
          change.approve ?? approve,
        );
        assert.equal(changed.problem, instead, changed.because);
      });
  }

  test('every row of this part of the table has a scene', () => {
    assert.deepEqual(rows.map(({ row }) => row).sort(), part.map(({ name }) => name).sort());
  });
}

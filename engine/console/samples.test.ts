/** Fewer points where there is no room for more, and nothing worth seeing lost by it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sample } from './api.ts';
import { atMost, thinned } from './samples.ts';

const sample = (atMs: number, more: Partial<Sample> = {}): Sample => ({
  ...{ atMs, okPerSecond: 10, refusedPerSecond: 0, failedPerSecond: 0, lagMs: 5, tasks: {} },
  ...{ active: 'us-east-1', writer: 'us-east-1' },
  ...more,
});

test('rates are averaged, a lag is shown at its worst, states as they were last', () => {
  const [one, two] = thinned(
    [sample(0), sample(4000, { okPerSecond: 0, lagMs: 900, active: null }), sample(12_000)],
    10_000,
  );
  assert.deepEqual(one, { ...sample(4000), okPerSecond: 5, lagMs: 900, active: null });
  assert.deepEqual(two, sample(12_000));
});

test('never more points than asked for, in order, the last one among them', () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 1e7 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, fc.integer({ min: 2, max: 50 }), (given, points) => {
      const found = atMost(
        [...given].sort((a, b) => a - b).map((atMs) => sample(atMs)),
        points,
      ).map(({ atMs }) => atMs);
      assert.ok(found.length <= points, `${found.length} points`);
      assert.deepEqual(
        [...found].sort((a, b) => a - b),
        found,
      );
      assert.equal(found.at(-1), Math.max(...given));
    }),
  );
});

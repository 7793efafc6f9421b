/** The agenda: by moment, then by the order of planning; cancelled plans do not happen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAgenda } from './agenda.ts';

test('things happen by moment, those of one moment in the order in which they were planned', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 80 }), (moments) => {
      const agenda = createAgenda();
      const happened: (readonly [atMs: number, order: number])[] = [];
      moments.forEach((atMs, order) => {
        agenda.at(atMs, () => happened.push([agenda.nowMs, order]));
      });
      while (agenda.step(100));
      const expected = moments
        .map((atMs, order) => [atMs, order] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      assert.deepEqual(happened, expected);
      assert.equal(agenda.nowMs, 100);
    }),
  );
});

test('what is planned in the past happens now; what is planned later than asked for stays', () => {
  const agenda = createAgenda();
  const happened: string[] = [];
  agenda.at(10, () => {
    agenda.at(3, () => happened.push(`past at ${agenda.nowMs}`));
    agenda.at(30, () => happened.push('later'));
  });
  while (agenda.step(20));
  assert.deepEqual(happened, ['past at 10']);
  assert.equal(agenda.nowMs, 20);
  while (agenda.step(40));
  assert.deepEqual(happened, ['past at 10', 'later']);
});

test('a cancelled plan does not happen', () => {
  const agenda = createAgenda();
  let happened = false;
  agenda.at(5, () => {
    happened = true;
  }).cancelled = true;
  assert.equal(agenda.step(10), false);
  assert.equal(happened, false);
});

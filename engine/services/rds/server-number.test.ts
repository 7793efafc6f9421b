import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { countStart, serverNumber } from './server-number.ts';

test('no two instances, and no two of four thousand starts, have a number in common', () => {
  const instance = fc.integer({ min: 1, max: 999_999 });
  const starts = fc.nat({ max: 3999 });
  fc.assert(
    fc.property(instance, starts, instance, starts, (a, before, b, beforeB) => {
      const same = serverNumber(a, before) === serverNumber(b, beforeB);
      assert.equal(same, a === b && before === beforeB);
      assert.ok(serverNumber(a, before) < 2 ** 32);
    }),
  );
});

test('starts are counted beside the data', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.deepEqual([countStart(directory), countStart(directory), countStart(directory)], [0, 1, 2]);
});

// Every mutant is caught, and the whole system passes on the very same runs. How many seeds each took is printed: a
// number that grows says that a checker has become weaker, or that a fault is hardly drawn any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../run.ts';
import { mutants } from './index.ts';
import { optionsOf } from './mutant.ts';

const MOST_SEEDS = 400;

test('at least sixteen mutants, each with a name of its own', () => {
  assert.ok(mutants.length >= 16);
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
});

for (const mutant of mutants) {
  const { name, breaks, expects, laws } = mutant;
  test(`${name}: caught`, (t) => {
    for (let seed = 1; seed <= MOST_SEEDS; seed++) {
      const options = optionsOf(mutant, seed);
      const { violations } = run(options, { laws });
      const [first] = violations;
      const whole = run(options);
      assert.deepEqual(whole.violations, [], `seed ${seed} breaks the whole system as well`);
      if (first === undefined) continue;
      t.diagnostic(`seed ${seed}: ${first.invariant}: ${first.because}`);
      const caught = violations.map(({ invariant }) => invariant);
      assert.ok(
        expects.some((invariant) => caught.includes(invariant)),
        `caught by ${caught.join(', ')}, expected ${expects.join(' or ')}`,
      );
      return;
    }
    assert.fail(`it survives ${MOST_SEEDS} seeds: ${breaks}`);
  });
}

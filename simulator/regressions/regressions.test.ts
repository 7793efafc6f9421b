// Every fault that the simulator found stays found: the run that showed it is safe now, each by its explicit schedule.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault } from '../faults.ts';
import { run } from '../run.ts';
import { collapses, regressions } from './found.ts';
import { optionsOf } from './regression.ts';

test('each has a name of its own and happens within the run', () => {
  const all = [...regressions, ...collapses];
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const one of all) {
    assert.ok(one.faults.length > 0, one.name);
    for (const { atMs } of one.faults) assert.ok(atMs < optionsOf(one).safetyMs, one.name);
  }
});

for (const regression of regressions) {
  const { name, broke, faults } = regression;
  test(`${name}: safe`, (t) => {
    for (const fault of faults) t.diagnostic(describeFault(fault));
    const { verdict, violations } = run(optionsOf(regression));
    assert.deepEqual(violations, []);
    assert.equal(verdict, 'safe');
    if (broke !== 'controller.failed') return;
    const { trace } = run(optionsOf(regression), { trace: true });
    assert.deepEqual(
      trace.filter(({ event }) => event === broke),
      [],
    );
    assert.equal(trace.filter(({ event }) => event === 'operator.answered').length, 1);
  });
}

for (const collapse of collapses)
  test(`${collapse.name}: safe where load is shed, lost for good where it is not`, () => {
    assert.deepEqual(run(optionsOf(collapse)).violations, []);
    const drowning = { ...collapse, topology: { ...collapse.topology, shedsLoad: false } };
    const { violations } = run(optionsOf(drowning));
    assert.deepEqual(
      violations.map(({ invariant }) => invariant),
      [collapse.broke],
    );
  });

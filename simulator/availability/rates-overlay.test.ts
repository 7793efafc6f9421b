import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAUSES, DEFAULT_TABLE, HEALINGS } from './failure-rates.ts';
import { readRates } from './rates-overlay.ts';

function problemsOf(rates: unknown): readonly string[] {
  const read = readRates(typeof rates === 'string' ? rates : JSON.stringify(rates), DEFAULT_TABLE);
  assert.ok(!read.ok, 'these rates should have been refused');
  return read.problems;
}

test('a rates file replaces what it names and leaves the rest', () => {
  const read = readRates(
    JSON.stringify({
      causes: { 'task-crash': { eventsPerYear: 40, source: 'our pager, 2025' }, overload: { sigma: 0 } },
      healing: { 'in-region-failover': { medianSeconds: 12 } },
      topology: { tasks: 6 },
    }),
    DEFAULT_TABLE,
  );
  assert.ok(read.ok);
  const { causes, healing, topology } = read.table;
  const standard = DEFAULT_TABLE.causes['task-crash'];
  assert.deepEqual(causes['task-crash'], { ...standard, eventsPerYear: 40, source: 'our pager, 2025' });
  assert.equal(causes.overload.sigma, 0);
  assert.match(causes.overload.source, /names no source/);
  assert.equal(healing['in-region-failover'].medianSeconds, 12);
  assert.deepEqual(topology, { zones: 3, tasks: 6 });
  assert.deepEqual(causes['zone-event'], DEFAULT_TABLE.causes['zone-event']);
});

test('a cause that does not exist is refused with the causes that do', () => {
  const [problem, ...others] = problemsOf({ causes: { 'task-crashes': { eventsPerYear: 1 } } });
  assert.match(problem ?? '', /causes has “task-crashes”.*allowed: task-crash, task-host-failure/);
  assert.deepEqual(others, []);
});

test('another unit is refused: durations are seconds, as numbers', () => {
  const problems = problemsOf({
    causes: {
      'zone-event': { medianMinutes: 90 },
      'writer-failure': { medianSeconds: '5m' },
      'task-crash': { eventsPerYear: -1 },
    },
    topology: { zones: 2.5 },
  });
  assert.deepEqual(problems, [
    'causes.task-crash.eventsPerYear is -1; allowed: a number from 0 to 10000 (events a year of one unit)',
    'causes.writer-failure.medianSeconds is "5m"; allowed: a number from 0 to 31536000 (seconds)',
    'causes.zone-event has “medianMinutes”, which is not known here; allowed: eventsPerYear, medianSeconds, sigma, source',
    'topology.zones is 2.5; allowed: a whole number from 2 to 6 (Availability Zones)',
  ]);
});

test('what is no table at all is refused in words', () => {
  assert.match(problemsOf('{ causes: }').join(), /the rates file is not JSON/);
  assert.match(
    problemsOf([]).join(),
    /the rates file is \[\]; allowed: an object with causes, healing, topology/,
  );
  assert.match(problemsOf({ causes: { overload: 3 } }).join(), /causes\.overload is 3; allowed: an object/);
  assert.match(problemsOf({ causes: { overload: { source: 3 } } }).join(), /source is 3; allowed: a text/);
});

test('the unit of a cause is not a figure: it cannot be edited', () => {
  assert.match(problemsOf({ causes: { overload: { unit: 'zone' } } }).join(), /“unit”/);
});

test('every row of the default table names its source and lies within what a rates file may say', () => {
  for (const cause of CAUSES) {
    const { source, meaning, eventsPerYear, medianSeconds, sigma } = DEFAULT_TABLE.causes[cause];
    assert.match(source, /judgement|judgment|counted|guide/i, cause);
    assert.ok(meaning.length > 0);
    const read = readRates(
      JSON.stringify({ causes: { [cause]: { eventsPerYear, medianSeconds, sigma, source } } }),
      DEFAULT_TABLE,
    );
    assert.deepEqual(read, { ok: true, table: DEFAULT_TABLE });
  }
  for (const way of HEALINGS) assert.ok(DEFAULT_TABLE.healing[way].source.length > 20, way);
});

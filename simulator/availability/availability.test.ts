import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { availability } from './availability.ts';
import { availabilityText } from './availability-text.ts';
import { drawYear, YEAR_SECONDS } from './failure-events.ts';
import type { CauseName, DurationLaw, FailureTable } from './failure-rates.ts';
import { CAUSES, DEFAULT_TABLE, meanSeconds } from './failure-rates.ts';
import { chargeUnion } from './outages.ts';
import { promised } from './service-levels.ts';
import type { Estimate } from './statistics.ts';
import type { RecoverySample } from './year.ts';
import { ARCHITECTURES, outagesOf } from './year.ts';

const RECOVERY: RecoverySample = {
  rtoWritesSeconds: [120, 180, 240],
  rtoReadsSeconds: [90, 95, 100],
  missedShare: 0.02,
};

type Rates = Partial<Record<CauseName, DurationLaw & { readonly eventsPerYear: number }>>;

/** Nothing fails but what is named. */
function only(rates: Rates, failbackSeconds = 0): FailureTable {
  const causes = { ...DEFAULT_TABLE.causes };
  for (const cause of CAUSES) causes[cause] = { ...causes[cause], eventsPerYear: 0, ...rates[cause] };
  const failback = { ...DEFAULT_TABLE.healing.failback, medianSeconds: failbackSeconds, sigma: 0 };
  return { ...DEFAULT_TABLE, causes, healing: { ...DEFAULT_TABLE.healing, failback } };
}

const holds = ({ low, high }: Estimate, value: number): boolean => low <= value && value <= high;

test('the same seed makes the same report, to the byte; another seed another one', () => {
  const report = (seed: number): string =>
    JSON.stringify(availability(DEFAULT_TABLE, RECOVERY, { years: 100, seed }));
  assert.equal(report(5), report(5));
  assert.notEqual(report(5), report(6));
});

test('where nothing ever fails, everything is always there', () => {
  const report = availability(only({}), RECOVERY, { years: 50, seed: 1 });
  for (const architecture of ARCHITECTURES) {
    const { writes } = report.architectures[architecture];
    assert.deepEqual(writes.availability, { value: 1, low: 1, high: 1 });
    assert.equal(writes.yearsKeeping['99.99 %'].value, 1);
    assert.deepEqual(writes.budget, []);
  }
  assert.deepEqual(
    report.claims.map(({ verdict }) => verdict),
    ['kept', 'kept', 'kept'],
  );
});

test('one cause alone comes to rate × duration, within the interval as often as 95 % promises', () => {
  const law = { eventsPerYear: 3, medianSeconds: 600, sigma: 0.5 };
  const table = only({ 'region-service-event': law });
  const always = { rtoWritesSeconds: [100], rtoReadsSeconds: [50], missedShare: 0.25 };
  const whole = (law.eventsPerYear * meanSeconds(law)) / 60;
  const fixed = only({ 'region-service-event': { ...law, sigma: 0 } }, 40);
  const movedMinutes = (law.eventsPerYear * (0.25 * 600 + 0.75 * (100 + 40))) / 60;
  const covered = { whole: 0, moved: 0 };
  const seeds = 60;
  for (let seed = 1; seed <= seeds; seed++) {
    const options = { years: 200, seed };
    const one = availability(table, always, options).architectures['single-zone'];
    const two = availability(fixed, always, options).architectures['multi-region'];
    if (holds(one.writes.minutesDown.mean, whole)) covered.whole++;
    if (holds(two.writes.minutesDown.mean, movedMinutes)) covered.moved++;
  }
  for (const [what, count] of Object.entries(covered))
    assert.ok(count >= 0.85 * seeds, `${what}: ${count} of ${seeds} intervals hold the closed form`);
});

const zoneOrRegion = fc.record({
  eventsPerYear: fc.double({ min: 1, max: 20, noNaN: true }),
  medianSeconds: fc.double({ min: 1800, max: 40_000, noNaN: true }),
  sigma: fc.double({ min: 0, max: 0.5, noNaN: true }),
});

test('more zones never make it worse where only zones and regions fail', () => {
  const seeds = fc.integer({ min: 1, max: 1e9 });
  fc.assert(
    fc.property(
      zoneOrRegion,
      zoneOrRegion,
      fc.integer({ min: 2, max: 6 }),
      seeds,
      (zone, region, zones, seed) => {
        const table = {
          ...only({ 'zone-event': zone, 'region-service-event': region }),
          topology: { zones, tasks: 2 },
        };
        const { architectures } = availability(table, RECOVERY, { years: 30, seed });
        const down = architectures['multi-zone'].writes.minutesDown.mean.value;
        assert.ok(down <= architectures['single-zone'].writes.minutesDown.mean.value);
      },
    ),
    { numRuns: 60 },
  );
});

test('a second region never makes it worse, in any single year, where only zones and regions fail', () => {
  const sample = fc.record({
    rtoWritesSeconds: fc.array(fc.nat(1200), { minLength: 1, maxLength: 20 }),
    rtoReadsSeconds: fc.array(fc.nat(1200), { minLength: 1, maxLength: 20 }),
    missedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const length = (outages: Parameters<typeof chargeUnion>[0]): number => chargeUnion(outages, () => {});
  fc.assert(
    fc.property(zoneOrRegion, zoneOrRegion, sample, fc.nat(), (zone, region, recovery, seed) => {
      const table = only({ 'zone-event': zone, 'region-service-event': region });
      const events = drawYear(table, seed, 0);
      const one = outagesOf('multi-zone', events, table.topology, recovery);
      const two = outagesOf('multi-region', events, table.topology, recovery);
      assert.ok(length(two.writes) <= length(one.writes) + 1e-6);
      assert.ok(length(two.reads) <= length(one.reads) + 1e-6);
    }),
    { numRuns: 200 },
  );
});

test('minutes are charged in full: the budget adds up to the mean', () => {
  const report = availability(DEFAULT_TABLE, RECOVERY, { years: 400, seed: 9 });
  for (const architecture of ARCHITECTURES)
    for (const { budget, minutesDown, availability: up } of [
      report.architectures[architecture].writes,
      report.architectures[architecture].reads,
    ]) {
      const sum = budget.reduce((total, { minutesAYear }) => total + minutesAYear, 0);
      assert.ok(Math.abs(sum - minutesDown.mean.value) < 1e-6);
      assert.ok(Math.abs((1 - up.value) * (YEAR_SECONDS / 60) - sum) < 1e-6);
      assert.ok(minutesDown.p50 <= minutesDown.p90 && minutesDown.p99 <= minutesDown.worst);
    }
});

test('by the default table multi-zone does not come to 99.99 %, and a second region comes to 99.9 %', () => {
  const { claims, sensitivity } = availability(DEFAULT_TABLE, RECOVERY, { years: 2000, seed: 1 });
  assert.deepEqual(
    claims.map(({ architecture, level, verdict }) => [architecture, level, verdict]),
    [
      ['multi-zone', 0.9999, 'contradicted'],
      ['multi-region', 0.999, 'kept'],
      ['multi-region', 0.9999, 'contradicted'],
    ],
  );
  assert.deepEqual(
    sensitivity.map(({ factor }) => factor),
    [0.5, 2],
  );
  const [halved, doubled] = sensitivity.map(({ availability: up }) => up['multi-region']);
  assert.ok(halved && doubled && halved.low > doubled.high, 'twice the failures, less availability');
});

test('AWS’s promises in series: 99.87 % with one region, and never more than CloudFront’s 99.9 %', () => {
  assert.equal(promised('multi-zone').endToEnd.toFixed(4), '0.9987');
  assert.equal(promised('single-zone').endToEnd.toFixed(4), '0.9929');
  assert.ok(promised('multi-region').endToEnd < 0.999);
  assert.ok(promised('multi-region').endToEnd > 0.9989);
});

test('what cannot be worked with is refused in words', () => {
  const with_ =
    (more: Partial<RecoverySample>, years = 10) =>
    (): unknown =>
      availability(DEFAULT_TABLE, { ...RECOVERY, ...more }, { years, seed: 1 });
  assert.throws(with_({ rtoWritesSeconds: [] }), /rtoWritesSeconds must hold at least one recovery time/);
  assert.throws(with_({ rtoReadsSeconds: [Number.NaN] }), /rtoReadsSeconds must hold/);
  assert.throws(with_({ missedShare: 2 }), /missedShare is 2; allowed: a share from 0 to 1/);
  assert.throws(with_({}, 1), /years is 1; allowed: a whole number of at least 2/);
});

test('the page for a terminal fits 110 columns, and has colour only where it is asked for', () => {
  const report = availability(DEFAULT_TABLE, RECOVERY, { years: 100, seed: 4 });
  const plain = availabilityText(report, { color: false });
  for (const line of plain.split('\n')) assert.ok([...line].length <= 110, line);
  assert.ok(!plain.includes('\u001b'));
  for (const said of ['CloudFront promises 99.9 %', 'years that keep 99.99 %', 'bad-deployment', 'seed 4'])
    assert.ok(plain.includes(said), said);
  const coloured = availabilityText(report, { color: true });
  assert.notEqual(coloured, plain);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes are what is taken out
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), plain);
});

/** What a health check on a metric says, with data, without, and before the first look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MetricOutcome } from './metric-evaluation.ts';
import { lastKnownAfter, metricVerdict } from './verdict.ts';

const seen = (outcome: MetricOutcome['outcome']): MetricOutcome => ({ outcome, because: `it is ${outcome}` });
const outcomes = ['ok', 'breaching', 'insufficient'] as const;
const settings = ['Healthy', 'Unhealthy', 'LastKnownStatus', undefined] as const;
const known = [true, false, undefined] as const;
const config = (InsufficientDataHealthStatus: (typeof settings)[number]) =>
  InsufficientDataHealthStatus === undefined ? {} : { InsufficientDataHealthStatus };

test('data decide, whatever the setting and whatever was known', () => {
  for (const setting of settings)
    for (const settled of [true, false])
      for (const lastKnown of known) {
        assert.equal(metricVerdict(config(setting), settled, seen('ok'), lastKnown).healthy, true);
        assert.equal(metricVerdict(config(setting), settled, seen('breaching'), lastKnown).healthy, false);
      }
});

test('without data the setting decides, but only after the region was asked once', () => {
  const healthy = (setting: (typeof settings)[number], settled: boolean) =>
    known.map((last) => metricVerdict(config(setting), settled, seen('insufficient'), last).healthy);
  assert.deepEqual(healthy('Healthy', true), [true, true, true]);
  assert.deepEqual(healthy('Unhealthy', true), [false, false, false]);
  assert.deepEqual(healthy('LastKnownStatus', true), [true, false, true]);
  for (const setting of settings) assert.deepEqual(healthy(setting, false), [true, false, true]);
  assert.equal(
    metricVerdict(config('LastKnownStatus'), true, seen('insufficient'), false).because,
    'insufficient data: last known status is unhealthy; it is insufficient',
  );
});

test('a latch that was held stays held through any silence', () => {
  const silence = fc.array(fc.constantFrom('insufficient' as const), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...outcomes)), silence, fc.boolean(), (before, after, settled) => {
      const lastKnown = [...before, 'breaching' as const, ...after].reduce<boolean | undefined>(
        (last, outcome) => lastKnownAfter(seen(outcome), last),
        undefined,
      );
      assert.equal(lastKnown, false);
      const verdict = metricVerdict(config('LastKnownStatus'), settled, seen('insufficient'), lastKnown);
      assert.equal(verdict.healthy, false);
    }),
  );
});

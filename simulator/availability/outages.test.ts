import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Charge, Outage } from './outages.ts';
import { chargeUnion, freeFrom, overlap } from './outages.ts';

const outage = (fromSeconds: number, toSeconds: number, cause: Charge): Outage => ({
  fromSeconds,
  toSeconds,
  cause,
});

function charged(outages: readonly Outage[]): { total: number; by: Record<string, number> } {
  const by: Record<string, number> = {};
  const total = chargeUnion(outages, (cause, seconds) => {
    by[cause] = (by[cause] ?? 0) + seconds;
  });
  return { total, by };
}

test('two things that fail at once cost their time once, charged to the one that began first', () => {
  const both = [outage(50, 200, 'task-crash'), outage(0, 100, 'zone-event'), outage(120, 130, 'overload')];
  assert.deepEqual(charged(both), { total: 200, by: { 'zone-event': 100, 'task-crash': 100 } });
});

test('the union of outages is as long as the seconds that any of them covers', () => {
  const drawn = fc.array(fc.tuple(fc.nat(300), fc.nat(100)), { maxLength: 20 });
  fc.assert(
    fc.property(drawn, (periods) => {
      const seconds = new Set<number>();
      for (const [from, length] of periods) for (let n = from; n < from + length; n++) seconds.add(n);
      const { total, by } = charged(
        periods.map(([from, length]) => outage(from, from + length, 'dns-event')),
      );
      assert.equal(total, seconds.size);
      assert.equal(by['dns-event'] ?? 0, seconds.size);
    }),
  );
});

test('the first free moment is behind every period that follows on another', () => {
  const busy = [
    { fromSeconds: 90, toSeconds: 150 },
    { fromSeconds: 0, toSeconds: 100 },
    { fromSeconds: 160, toSeconds: 170 },
  ];
  assert.equal(freeFrom(busy, 10), 150);
  assert.equal(freeFrom(busy, 155), 155);
  assert.equal(freeFrom(busy, 170), 170);
});

test('two periods meet where both last, or nowhere', () => {
  const noon = { fromSeconds: 10, toSeconds: 20 };
  assert.deepEqual(overlap(noon, { fromSeconds: 15, toSeconds: 90 }), { fromSeconds: 15, toSeconds: 20 });
  assert.equal(overlap(noon, { fromSeconds: 20, toSeconds: 90 }), null);
});

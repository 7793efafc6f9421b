import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SecondOfTraffic, Sighting } from '../result.ts';
import { bands, pieces } from './bands.ts';
import { bucketSeconds, buckets, linear, logarithmic, roundUp, ticks } from './scale.ts';

const second = (atSeconds: number, writesOk: number): SecondOfTraffic => ({
  atSeconds,
  writesOk,
  writesRefused: 0,
  writesFailed: 0,
  readsOk: 0,
  readsFailed: 0,
});
const sighting = (atSeconds: number, writer: string, lagMs: number | null = null): Sighting => ({
  atSeconds,
  dnsActive: writer,
  writer,
  lagMs,
  tasks: {},
});

test('values keep their proportions, and stay on the picture', () => {
  const x = linear(-30, 70, 100, 1100);
  assert.deepEqual([x(-30), x(20), x(70), x(-99), x(99)], [100, 600, 1100, 100, 1100]);
  const y = logarithmic(1, 10_000, 80, 0);
  assert.deepEqual([y(1), y(100), y(10_000), y(0), y(1e9)], [80, 40, 0, 80, 0]);
  assert.ok(Number.isFinite(linear(5, 5, 0, 10)(5)));
});

test('an axis has round moments', () => {
  assert.deepEqual(ticks(-30, 90, 5), [-30, 0, 30, 60, 90]);
  assert.deepEqual(ticks(0, 3, 14), [0, 1, 2, 3]);
});

test('a maximum reads well and leaves little room', () => {
  assert.deepEqual([0, 0.3, 22, 29, 52, 100, 101].map(roundUp), [1, 0.3, 25, 30, 60, 100, 120]);
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (value) => {
      assert.ok(roundUp(value) >= value * 0.99 && roundUp(value) <= value * 1.5 + 1e-9);
    }),
  );
});

test('bars stay as many as they may be, and lose no attempt', () => {
  assert.deepEqual(
    [bucketSeconds(345, 900), bucketSeconds(901, 900), bucketSeconds(86_400, 900)],
    [1, 2, 120],
  );
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      (counts, wide) => {
        const seconds = counts.map((count, n) => second(n - 50, count));
        const found = buckets(seconds, -50, 250, wide);
        const sum = (all: readonly SecondOfTraffic[]): number =>
          all.reduce((total, one) => total + one.writesOk, 0);
        assert.equal(sum(found), sum(seconds));
        assert.ok(found.length <= Math.ceil(counts.length / wide) + 1);
      },
    ),
  );
});

test('what stays the same is one band', () => {
  const seen = [
    sighting(-2, 'a'),
    sighting(0, 'none'),
    sighting(2, 'none'),
    sighting(4, 'b'),
    sighting(6, 'b'),
  ];
  assert.deepEqual(
    bands(seen, ({ writer }) => writer, -1, 100),
    [
      { fromSeconds: -1, toSeconds: 0, value: 'a' },
      { fromSeconds: 0, toSeconds: 4, value: 'none' },
      { fromSeconds: 4, toSeconds: 8, value: 'b' },
    ],
  );
  assert.deepEqual(
    bands([], ({ writer }) => writer, 0, 9),
    [],
  );
});

test('a line breaks where nothing is known, and keeps the worst of what is too close to draw apart', () => {
  const seen = [10, 20, null, 40, 90, 50].map((lagMs, n) => sighting(n, 'a', lagMs));
  assert.deepEqual(
    pieces(seen, ({ lagMs }) => lagMs, 0, 9, 1).map((piece) => piece.map(({ value }) => value)),
    [
      [10, 20],
      [40, 90, 50],
    ],
  );
  assert.deepEqual(
    pieces(seen, ({ lagMs }) => lagMs, 0, 9, 5).map((piece) => piece.map(({ value }) => value)),
    [[90, 50]],
  );
});

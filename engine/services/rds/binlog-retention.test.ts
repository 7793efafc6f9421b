import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BinlogFile,
  type Follower,
  KEPT_FOR_ABSENT_BYTES,
  KEPT_FOR_ABSENT_MS,
  PRESENT_WITHIN_MS,
  retention,
} from './binlog-retention.ts';

const MEGABYTE = 1024 ** 2;
const files = (bytes: number, ...startsAfter: number[]): BinlogFile[] =>
  startsAfter.map((start, n) => ({ name: `binlog.${n + 1}`, bytes, startsAfter: start }));
const hour = 3_600_000;

test('what every follower has goes, and no more than that', () => {
  const reader: Follower = { name: 'reader', has: 250, silentMs: 0 };
  const west: Follower = { name: 'us-west-2', has: 199, silentMs: 0 };
  assert.deepEqual(retention(files(MEGABYTE, 0, 100, 200, 300), [reader, west]), {
    from: 'binlog.2',
    purgedFiles: 1,
    purgedBytes: MEGABYTE,
    givenUp: [],
  });
});

test('a file that begins where a follower stands is kept; the newest stays when all have everything', () => {
  const at = (has: number) => retention(files(1, 0, 100, 200), [{ name: 'reader', has, silentMs: 0 }])?.from;
  assert.equal(at(99), undefined);
  assert.equal(at(100), 'binlog.2');
  assert.equal(at(500), 'binlog.3');
});

test('a server that nobody follows keeps its newest file; a single file is never purged', () => {
  assert.equal(retention(files(1, 0, 100), [])?.from, 'binlog.2');
  assert.equal(retention(files(1, 0), []), undefined);
  assert.equal(retention([], []), undefined);
});

test('a lost region keeps what it lacks for a day, then comes back by a copy', () => {
  const west = (silentMs: number): Follower => ({ name: 'us-west-2', has: 50, silentMs });
  assert.equal(retention(files(MEGABYTE, 0, 100, 200), [west(KEPT_FOR_ABSENT_MS)]), undefined);
  const after = retention(files(MEGABYTE, 0, 100, 200), [west(KEPT_FOR_ABSENT_MS + 1)]);
  assert.deepEqual([after?.from, after?.givenUp], ['binlog.3', ['us-west-2']]);
});

test('a lost region keeps a gigabyte, counted from what it lacks', () => {
  const quarter = KEPT_FOR_ABSENT_BYTES / 4;
  const west = (has: number): Follower => ({ name: 'us-west-2', has, silentMs: hour });
  const five = files(quarter, 0, 100, 200, 300, 400);
  assert.equal(retention(five, [west(100)])?.from, 'binlog.2');
  assert.deepEqual(retention(five, [west(99)])?.givenUp, ['us-west-2']);
});

test('a follower that is slow but there is waited for, whatever it lacks', () => {
  const slow: Follower = { name: 'us-west-2', has: 10, silentMs: PRESENT_WITHIN_MS };
  assert.equal(retention(files(KEPT_FOR_ABSENT_BYTES, 0, 100, 200), [slow]), undefined);
});

test('of whom nothing is known may lack everything', () => {
  const unknown: Follower = { name: 'us-west-2', has: undefined, silentMs: hour };
  assert.equal(retention(files(MEGABYTE, 0, 100), [unknown]), undefined);
});

test('a follower that is there finds every transaction that it lacks', () => {
  const follower = fc.record({
    name: fc.string(),
    has: fc.nat(1000),
    silentMs: fc.nat(PRESENT_WITHIN_MS),
  });
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1 }),
      fc.array(follower, { minLength: 1 }),
      (starts, followers) => {
        const kept = files(KEPT_FOR_ABSENT_BYTES, 0, ...starts.toSorted((a, b) => a - b));
        const first = kept.find((file) => file.name === retention(kept, followers)?.from);
        if (first) for (const { has } of followers) assert.ok(first.startsAfter <= has);
      },
    ),
  );
});

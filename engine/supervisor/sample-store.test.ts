/** A day of samples: every one of the last hour, one in ten seconds before it, nothing older. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '../console/api.ts';
import { openSamples } from './sample-store.ts';

const HOUR_MS = 3_600_000;
const sample = (atMs: number): Sample => ({
  ...{ atMs, okPerSecond: 10, refusedPerSecond: 0, failedPerSecond: 0, lagMs: 5, tasks: {} },
  ...{ active: 'us-east-1', writer: 'us-east-1' },
});

test('what is old is thinned once and then stays', () => {
  const store = openSamples(':memory:');
  const begin = 1_795_000_000_000;
  for (let second = 0; second < 2.5 * 3600; second++) store.add(sample(begin + second * 1000));
  const now = begin + 2.5 * HOUR_MS;
  const apart = (fromMs: number, toMs: number): number[] => {
    const times = store.read(fromMs, toMs).map(({ atMs }) => atMs);
    return [...new Set(times.slice(1).map((atMs, n) => atMs - times[n]!))];
  };
  assert.deepEqual(apart(now - HOUR_MS, now), [1000]);
  assert.deepEqual(apart(begin, now - 1.5 * HOUR_MS), [10_000]);
  const day = now + 24 * HOUR_MS;
  store.add(sample(day));
  assert.deepEqual(store.read(0, now), [], 'a day later they are gone');
  store.close();
});

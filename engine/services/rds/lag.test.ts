import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterStamp, lagMs, STAMP_GRACE_MS } from './lag.ts';

test('lag is how old the newest stamp was when it arrived', () => {
  const seen = afterStamp(undefined, 1000, 1042);
  assert.equal(lagMs(seen, 1100, 1000), 42);
  assert.equal(lagMs(afterStamp(seen, 2000, 2007), 2010, 1000), 7);
});

test('an old stamp seen again changes nothing', () => {
  const seen = afterStamp(undefined, 1000, 1042);
  assert.equal(afterStamp(seen, 1000, 5000), seen);
  assert.equal(afterStamp(seen, 900, 5000), seen);
});

test('when stamps stop coming lag grows from the moment the next one was due', () => {
  const seen = afterStamp(undefined, 10_000, 10_040);
  assert.equal(lagMs(seen, 11_000 + STAMP_GRACE_MS, 1000), 40);
  assert.equal(lagMs(seen, 16_000 + STAMP_GRACE_MS, 1000), 5000);
});

test('nothing is known before the first stamp; a clock that is ahead gives no negative lag', () => {
  assert.equal(lagMs(undefined, 5000, 1000), undefined);
  assert.equal(lagMs(afterStamp(undefined, 1000, 990), 1000, 1000), 0);
});

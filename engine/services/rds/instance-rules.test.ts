import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterLook,
  afterMiss,
  failuresAfterEnd,
  MISSES_UNTIL_HUNG,
  restartPauseMs,
} from './instance-rules.ts';

test('a silent server is asked again, stops counting as a reader, is killed, and killed once', () => {
  const verdicts = Array.from({ length: MISSES_UNTIL_HUNG + 2 }, (_, n) => afterMiss(n + 1));
  assert.deepEqual(verdicts, ['ask-again', 'stop-counting', 'kill', 'killed', 'killed']);
});

test('the first restart is at once; then pauses double, up to a minute', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 7, 8, 9, 1000].map(restartPauseMs),
    [0, 0, 1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000],
  );
});

test('a minute of life forgives the ends before; a shorter one does not', () => {
  const failures = fc.nat({ max: 10_000 });
  fc.assert(
    fc.property(failures, fc.nat({ max: 200_000 }), (before, livedMs) => {
      const after = failuresAfterEnd(before, livedMs);
      assert.equal(after, livedMs > 60_000 ? 1 : before + 1);
      assert.ok(restartPauseMs(after + 1) >= restartPauseMs(after));
    }),
  );
});

test('a receiver that ended with an error starts again; one that was stopped, or connects, is left alone', () => {
  const follower = { receiverEnded: true, ioErrorNumber: 1595, sqlRunning: true, sqlErrorNumber: 0 };
  assert.equal(afterLook(follower), 'receive-again');
  assert.equal(afterLook({ ...follower, ioErrorNumber: 0 }), 'follows');
  assert.equal(afterLook({ ...follower, receiverEnded: false, ioErrorNumber: 2003 }), 'follows');
});

test('a follower whose history forked, or that cannot apply what it received, is rebuilt', () => {
  const follower = { receiverEnded: true, ioErrorNumber: 1236, sqlRunning: true, sqlErrorNumber: 0 };
  assert.equal(afterLook(follower), 'rebuild');
  assert.equal(
    afterLook({ ...follower, ioErrorNumber: 0, sqlRunning: false, sqlErrorNumber: 1032 }),
    'rebuild',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BACK_WITHIN_MS,
  laggingReaders,
  OUT_BEYOND_MS,
  type ReaderState,
  readerChoices,
} from './reader-rotation.ts';

const writer: ReaderState = { identifier: 'one', leads: true, lagMs: undefined };
const reader = (identifier: string, lagMs: number | undefined): ReaderState => ({
  identifier,
  leads: false,
  lagMs,
});
const none = new Set<string>();

test('a reader goes out beyond the limit and comes back well below it', () => {
  const lags = (lagMs: number, before: ReadonlySet<string>) =>
    laggingReaders([writer, reader('two', lagMs)], before).has('two');
  const out = new Set(['two']);
  assert.equal(lags(OUT_BEYOND_MS, none), false);
  assert.equal(lags(OUT_BEYOND_MS + 1, none), true);
  assert.equal(lags(OUT_BEYOND_MS, out), true);
  assert.equal(lags(BACK_WITHIN_MS + 1, out), true);
  assert.equal(lags(BACK_WITHIN_MS, out), false);
});

test('a reader at which nothing has arrived yet is not read from', () => {
  assert.deepEqual([...laggingReaders([writer, reader('two', undefined)], none)], ['two']);
});

test('readers that keep up are read from; the writer is spared', () => {
  const all = [reader('three', 5), writer, reader('two', 5), reader('four', 90_000)];
  assert.deepEqual(readerChoices(all, new Set(['four']), 'writer'), ['three', 'two']);
});

test('the writer answers when every reader lags, and a lagging reader when the writer is away', () => {
  assert.deepEqual(readerChoices([writer, reader('two', 90_000)], new Set(['two']), 'writer'), ['one']);
  assert.deepEqual(readerChoices([reader('two', 90_000)], new Set(['two']), 'writer'), ['two']);
});

test('in a secondary the head is read from like its readers', () => {
  assert.deepEqual(readerChoices([writer, reader('two', 5)], none, 'secondary'), ['one', 'two']);
});

test('whatever lags, whoever serves is found, and the leader never lags', () => {
  const state = fc.record({
    identifier: fc.constantFrom('a', 'b', 'c', 'd'),
    leads: fc.boolean(),
    lagMs: fc.option(fc.nat(100_000), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(state, { selector: ({ identifier }) => identifier }),
      fc.constantFrom('writer', 'secondary'),
      (serving, role) => {
        const lagging = laggingReaders(serving, none);
        assert.equal(readerChoices(serving, lagging, role).length > 0, serving.length > 0);
        for (const { identifier, leads } of serving) assert.ok(!leads || !lagging.has(identifier));
      },
    ),
  );
});

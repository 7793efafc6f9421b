/** Filter patterns, with the examples of AWS's syntax page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilterPattern } from './filter-pattern.ts';

const finds = (pattern: string, messages: readonly string[]): readonly string[] =>
  messages.filter(parseFilterPattern(pattern));

test('terms are all required, ?terms one of them, -terms none, phrases whole', () => {
  const lines = ['[ERROR 400] BAD REQUEST', '[ERROR 401] UNAUTHORIZED REQUEST', '[WARN] slow'];
  assert.deepEqual(finds('', lines), lines);
  assert.deepEqual(finds('ERROR', lines), lines.slice(0, 2));
  assert.deepEqual(finds('ERROR REQUEST -400', lines), [lines[1]]);
  assert.deepEqual(finds('?400 ?WARN', lines), [lines[0], lines[2]]);
  assert.deepEqual(finds('"BAD REQUEST"', lines), [lines[0]]);
});

test('selectors compare values of JSON events', () => {
  const events = [
    { level: 'error', ms: 120, user: { names: ['ann', 'bob'] }, gone: null, ok: false },
    { level: 'info', ms: 5, host: 'web-1' },
  ].map((event) => JSON.stringify(event));
  const hits = (pattern: string): readonly number[] =>
    finds(pattern, [...events, 'plain']).map((line) => events.indexOf(line));
  assert.deepEqual(hits('{ $.level = "error" }'), [0]);
  assert.deepEqual(hits('{ $.level != error }'), [1]);
  assert.deepEqual(hits('{ $.ms > 100 || $.host = "web-*" }'), [0, 1]);
  assert.deepEqual(hits('{ ($.ms >= 5) && ($.ms < 6) }'), [1]);
  assert.deepEqual(hits('{ $.user.names[1] = bob }'), [0]);
  assert.deepEqual(hits('{ $.gone IS NULL }'), [0]);
  assert.deepEqual(hits('{ $.ok IS FALSE }'), [0]);
  assert.deepEqual(hits('{ $.host NOT EXISTS }'), [0]);
});

test('what is not understood is refused', () => {
  for (const pattern of ['{ $.a }', '{ $.a = }', '{ $.a = 1 ', '{ a = 1 }', '[a, b]', '%x%', '{ $.a > x }'])
    assert.throws(() => parseFilterPattern(pattern), SyntaxError, pattern);
});

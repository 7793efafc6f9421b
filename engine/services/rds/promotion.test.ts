import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePosition } from './gtid.ts';
import { type Candidate, chooseWriter, mostAdvanced } from './promotion.ts';

const reader = (identifier: string, change: Partial<Candidate> = {}): Candidate => ({
  identifier,
  available: true,
  acknowledging: true,
  received: parsePosition('0-1-10'),
  promotionTier: 1,
  ...change,
});

test('the reader that has received most takes over', () => {
  const choice = chooseWriter([reader('a'), reader('b', { received: parsePosition('0-1-11') })]);
  assert.deepEqual([choice.kind, choice.kind === 'promote' && choice.identifier], ['promote', 'b']);
});

test('between equals the lower tier takes over, then the name decides', () => {
  const pick = (...candidates: Candidate[]) => {
    const choice = chooseWriter(candidates);
    return choice.kind === 'promote' ? choice.identifier : choice.kind;
  };
  assert.equal(pick(reader('a', { promotionTier: 5 }), reader('b', { promotionTier: 0 })), 'b');
  assert.equal(pick(reader('b'), reader('a')), 'a');
});

test('without a reader that acknowledged, the writer is restarted in place', () => {
  assert.equal(chooseWriter([]).kind, 'restart');
  assert.equal(chooseWriter([reader('a', { acknowledging: false })]).kind, 'restart');
});

test('a silent reader may hold the last commits: nobody else may take over', () => {
  const choice = chooseWriter([reader('a'), reader('b', { available: false })]);
  assert.equal(choice.kind, 'restart');
  assert.match(choice.because, /^b may hold/);
  assert.equal(
    chooseWriter([reader('a'), reader('b', { available: false, acknowledging: false })]).kind,
    'promote',
  );
});

test('where loss is allowed whoever is there and has most is taken', () => {
  const silent = reader('b', { available: false, received: parsePosition('0-1-99') });
  assert.equal(mostAdvanced([reader('a', { acknowledging: false }), silent])?.identifier, 'a');
  assert.equal(mostAdvanced([silent]), undefined);
});

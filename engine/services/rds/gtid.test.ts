import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparePositions, formatPosition, laterPosition, parsePosition, reached } from './gtid.ts';

test('a position is read and written as MariaDB writes it', () => {
  const number = fc.nat(1_000_000);
  const gtid = fc.record({ domain: fc.nat(9), server: number, sequence: number }, { noNullPrototype: true });
  const position = fc.uniqueArray(gtid, { selector: (drawn) => drawn.domain });
  fc.assert(
    fc.property(position, (gtids) => {
      const inOrder = gtids.toSorted((a, b) => a.domain - b.domain);
      assert.deepEqual(parsePosition(formatPosition(gtids)), inOrder);
      assert.equal(formatPosition(parsePosition(formatPosition(inOrder))), formatPosition(inOrder));
    }),
  );
  assert.deepEqual(parsePosition(''), []);
  assert.throws(() => parsePosition('0-1'), /<domain>-<server>-<sequence>/);
});

test('positions are ordered by sequence; the same sequence by another server is another history', () => {
  const at = parsePosition;
  assert.equal(comparePositions(at('0-1-5'), at('0-1-6')), 'behind');
  assert.equal(comparePositions(at('0-1-7'), at('0-2-6')), 'ahead');
  assert.equal(comparePositions(at('0-1-6'), at('0-2-6')), 'diverged');
  assert.equal(comparePositions(at(''), at('')), 'equal');
  assert.ok(reached(at('0-1-6'), at('0-2-6')));
  assert.ok(!reached(at(''), at('0-2-1')));
  assert.equal(formatPosition(laterPosition(at('0-1-6'), at('0-1-4'))), '0-1-6');
});

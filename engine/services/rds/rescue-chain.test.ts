import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainsOf, findingsOf, keyOf } from './rescue-chain.ts';
import type { Rescued, RescuedRow, RescueFile, Values } from './rescue-rows.ts';

const column = { unsigned: false, generated: false, charset: null };
const row = (table: string, before: Values | null, after: Values | null): RescuedRow => ({
  gtid: '0-1-1',
  time: '2026-11-23T00:00:00Z',
  operation: before ? (after ? 'update' : 'delete') : 'insert',
  table,
  before,
  after,
});
const stock = (id: string, count: string): Values => ({ id, count });

function fileOf(...changes: readonly Rescued[]): RescueFile {
  return {
    globalClusterIdentifier: '',
    clusterIdentifier: 'c',
    region: 'us-east-1',
    newWriterRegion: 'us-west-2',
    epoch: 1,
    fromGtid: '',
    toGtid: '',
    exportedAt: '',
    counts: {},
    tables: {
      'shop.stock': [
        { ...column, name: 'id', type: 'int', key: true },
        { ...column, name: 'count', type: 'int', key: false },
      ],
    },
    changes,
  };
}

const verdicts = (standsAt: number | undefined, present: boolean): readonly string[] => {
  const changes = [
    row('shop.stock', null, stock('1', '5')),
    row('shop.stock', stock('1', '5'), stock('1', '4')),
    row('shop.stock', stock('1', '4'), stock('1', '3')),
  ];
  const [chain] = chainsOf(fileOf(...changes)).chains;
  return findingsOf(chain!, standsAt, present).map(({ verdict }) => verdict);
};

test('the changes of a row are one chain; rows do not meet', () => {
  const { chains } = chainsOf(
    fileOf(
      row('shop.stock', stock('1', '5'), stock('1', '4')),
      row('shop.stock', stock('2', '9'), null),
      row('shop.stock', stock('1', '4'), stock('1', '3')),
      row('shop.stock', null, stock('2', '8')),
    ),
  );
  assert.deepEqual(
    chains.map(({ changes, states }) => [changes, states.map((state) => state?.['count'] ?? null)]),
    [
      [
        [0, 2],
        ['5', '4', '3'],
      ],
      [
        [1, 3],
        ['9', null, '8'],
      ],
    ],
  );
});

test('a row whose key changes goes on under its new one', () => {
  const { chains } = chainsOf(
    fileOf(
      row('shop.stock', stock('1', '5'), stock('7', '5')),
      row('shop.stock', stock('7', '5'), stock('7', '4')),
      row('shop.stock', null, stock('1', '1')),
    ),
  );
  assert.deepEqual(
    chains.map(({ changes }) => changes),
    [[0, 1], [2]],
  );
});

test('where the row stands decides: before is there already, after it applies', () => {
  assert.deepEqual(verdicts(0, false), ['applies', 'applies', 'applies']);
  assert.deepEqual(verdicts(1, true), ['same', 'applies', 'applies']);
  assert.deepEqual(verdicts(3, true), ['same', 'same', 'same']);
});

test('a row that stands nowhere on its chain is left alone', () => {
  assert.deepEqual(verdicts(undefined, true), ['conflict', 'conflict', 'conflict']);
  assert.deepEqual(verdicts(undefined, false), ['missing', 'missing', 'missing']);
});

test('definitions and tables of unknown shape are for a person', () => {
  const { chains, byHand } = chainsOf(
    fileOf(
      { gtid: '0-1-1', time: '', operation: 'statement', sql: 'DROP TABLE shop.stock' },
      row('shop.gone', null, stock('1', '1')),
    ),
  );
  assert.equal(chains.length, 0);
  assert.deepEqual(
    [...byHand.values()].map(({ because }) => because),
    ['a definition is for a person to run', 'the file does not say how the table is made'],
  );
});

test('a row is called by its key; by all of it where no key is known', () => {
  const file = fileOf();
  assert.deepEqual(keyOf(file, row('shop.stock', null, stock('1', '5'))), { id: '1' });
  assert.deepEqual(keyOf(file, row('shop.gone', stock('1', '5'), null)), stock('1', '5'));
});

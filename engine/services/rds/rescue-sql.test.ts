import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Column, Rescued, RescuedRow, RescueFile } from './rescue-rows.ts';
import { guard, literal, replayOf, sqlOf, tableName } from './rescue-sql.ts';

const ORDERS: readonly Column[] = [
  { name: 'id', type: 'int', unsigned: true, key: true, generated: false, charset: null },
  { name: 'note', type: 'varchar', unsigned: false, key: false, generated: false, charset: 'utf8mb4' },
  { name: 'ratio', type: 'float', unsigned: false, key: false, generated: false, charset: null },
  { name: 'twice', type: 'int', unsigned: false, key: false, generated: true, charset: null },
];
const LOG: readonly Column[] = ORDERS.map((column) => ({ ...column, key: false }));

const at = { gtid: '0-11-3', time: '2026-11-23T03:45:55Z' };
const row = (
  change: Pick<RescuedRow, 'operation' | 'before' | 'after'>,
  table = 'shop.orders',
): RescuedRow => ({
  ...at,
  ...change,
  table,
});

const fileOf = (...changes: readonly Rescued[]): RescueFile => ({
  globalClusterIdentifier: 'understudy',
  clusterIdentifier: 'understudy-us-east-1',
  region: 'us-east-1',
  newWriterRegion: 'us-west-2',
  epoch: 2,
  fromGtid: '0-11-2',
  toGtid: '0-11-9',
  exportedAt: '2026-11-23T03:46:00.000Z',
  counts: {},
  tables: { 'shop.orders': ORDERS, 'shop.log': LOG },
  changes,
});

const before = { id: '7', note: 'a', ratio: '1.5', twice: '14' };
const after = { id: '7', note: 'b', ratio: '1.5', twice: '14' };

test('an insert leaves a row that is there alone', () => {
  const insert = row({ operation: 'insert', before: null, after });
  assert.deepEqual(replayOf(fileOf(), insert), {
    sql: "INSERT IGNORE INTO `shop`.`orders` (`id`, `note`, `ratio`) VALUES (7, 'b', 1.5)",
  });
});

test('an update sets what changed, of a row that is as it was: texts byte by byte, floats not compared', () => {
  const update = row({ operation: 'update', before, after });
  assert.deepEqual(replayOf(fileOf(), update), {
    sql: "UPDATE `shop`.`orders` SET `note` = 'b' WHERE `id` <=> 7 AND `note` <=> 'a' COLLATE utf8mb4_bin",
  });
});

test('a delete takes a row that is as it was; NULL is a value like any other', () => {
  const remove = row({ operation: 'delete', before: { ...before, note: null, ratio: null }, after: null });
  assert.deepEqual(replayOf(fileOf(), remove), {
    sql: 'DELETE FROM `shop`.`orders` WHERE `id` <=> 7 AND `note` <=> NULL AND `ratio` <=> NULL',
  });
});

test('without a key the whole row is its name, and one row is touched', () => {
  const [insert, remove] = [
    replayOf(fileOf(), row({ operation: 'insert', before: null, after }, 'shop.log')),
    replayOf(fileOf(), row({ operation: 'delete', before, after: null }, 'shop.log')),
  ];
  assert.match(
    'sql' in insert ? insert.sql : '',
    /SELECT 7, 'b', 1\.5 FROM DUAL WHERE NOT EXISTS \(SELECT 1 /,
  );
  assert.match('sql' in remove ? remove.sql : '', / LIMIT 1$/);
});

test('what cannot be said safely is left to a person, and says why', () => {
  const odd = { ...ORDERS[1]!, type: 'geometry' };
  const cases: readonly [RescueFile, RescuedRow, RegExp][] = [
    [fileOf(), row({ operation: 'insert', before: null, after }, 'shop.gone'), /does not say how the table/],
    [fileOf(), row({ operation: 'insert', before: null, after: { '@9': '1' } }), /another shape.*@9/],
    [
      { ...fileOf(), tables: { 'shop.orders': [ORDERS[0]!, odd] } },
      row({ operation: 'insert', before: null, after: { id: '1', note: 'x' } }),
      /note is of type geometry/,
    ],
  ];
  for (const [file, change, why] of cases) {
    const replay = replayOf(file, change);
    assert.match('byHand' in replay ? replay.byHand : JSON.stringify(replay), why);
  }
});

test('every type is written as its server reads it', () => {
  assert.equal(literal('18446744073709551615', 'bigint'), '18446744073709551615');
  assert.equal(literal('-12.30', 'decimal'), '-12.30');
  assert.equal(literal('00101', 'bit'), '5');
  assert.equal(literal('0x00ff27', 'blob'), "X'00ff27'");
  assert.equal(literal('2026-11-23T01:02:03.123456Z', 'timestamp'), "'2026-11-23 01:02:03.123456'");
  assert.equal(literal('1; DROP TABLE t', 'int'), "'1; DROP TABLE t'");
  assert.equal(literal("0x00'", 'blob'), "'0x00\\''");
});

/** Reads SQL as a server does (backslash escapes on): the values of its strings, and what stands between them. */
function readSql(sql: string): { readonly strings: readonly string[]; readonly rest: string } {
  const escapes: Readonly<Record<string, string>> = {
    '0': '\0',
    b: '\b',
    t: '\t',
    n: '\n',
    r: '\r',
    Z: '\x1a',
  };
  const strings: string[] = [];
  let rest = '';
  for (let n = 0; n < sql.length; n++) {
    const quote = sql[n]!;
    if (quote !== "'" && quote !== '`') {
      rest += quote;
      continue;
    }
    let value = '';
    for (n++; ; n++) {
      assert.ok(n < sql.length, `a string stays open in ${sql}`);
      if (sql[n] === quote) {
        if (sql[n + 1] !== quote) break;
        n++;
        value += quote;
      } else if (sql[n] === '\\' && quote === "'") {
        n++;
        value += escapes[sql[n]!] ?? sql[n];
      } else value += sql[n];
    }
    strings.push(value);
    rest += '?';
  }
  return { strings, rest };
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '`', ';', '\n', '\r', '\0', '\x1a', '-', '#', '/', '*', '%', 'n'),
  }),
);

test('no value and no name leaves its quotes, whatever it holds', () => {
  fc.assert(
    fc.property(
      hostile,
      hostile,
      hostile.filter((name) => name !== ''),
      (was, is, name) => {
        const shape = [ORDERS[0]!, { ...ORDERS[1]!, name: `x${name}` }];
        const file = { ...fileOf(), tables: { [`shop.${name}`]: shape } };
        const change = row(
          {
            operation: 'update',
            before: { id: '1', [`x${name}`]: `${was}1` },
            after: { id: '1', [`x${name}`]: `${is}2` },
          },
          `shop.${name}`,
        );
        const replay = replayOf(file, change);
        assert.ok('sql' in replay);
        const { strings, rest } = readSql(replay.sql);
        assert.equal(rest, 'UPDATE ?.? SET ? = ? WHERE ? <=> 1 AND ? <=> ? COLLATE utf8mb4_bin');
        assert.deepEqual(strings, ['shop', name, `x${name}`, `${is}2`, 'id', `x${name}`, `${was}1`]);
      },
    ),
  );
});

test('whatever type is claimed, a value is one literal', () => {
  const types = 'int decimal bit set enum blob varbinary varchar text json date timestamp float year'.split(
    ' ',
  );
  fc.assert(
    fc.property(hostile, fc.constantFrom(...types), (value, type) => {
      assert.match(readSql(literal(value, type)).rest, /^(\?|X\?|-?[0-9.]+(e[+-]?[0-9]+)?)$/i);
    }),
  );
});

test('what stands in a comment stays there', () => {
  fc.assert(
    fc.property(hostile, hostile, (sql, value) => {
      const text = sqlOf(
        fileOf(
          { ...at, operation: 'statement', sql },
          row({ operation: 'insert', before: null, after: { '@1': value } }),
        ),
      );
      const spoken = text.split(/[\n\r\0]/).filter((line) => !line.startsWith('-- ') && line !== '');
      assert.deepEqual(spoken.slice(3), ['START TRANSACTION;', 'COMMIT;']);
    }),
  );
});

test('each transaction stands alone, in the order of the commits', () => {
  const text = sqlOf(
    fileOf(row({ operation: 'insert', before: null, after }), {
      ...row({ operation: 'delete', before: after, after: null }),
      gtid: '0-11-4',
    }),
  );
  assert.deepEqual(text.match(/START TRANSACTION|COMMIT|INSERT|DELETE/g), [
    'START TRANSACTION',
    'INSERT',
    'COMMIT',
    'START TRANSACTION',
    'DELETE',
    'COMMIT',
  ]);
});

test('names with points and quotes are names', () => {
  assert.equal(tableName('shop.a.b'), '`shop`.`a.b`');
  assert.equal(tableName('shop.a`b'), '`shop`.`a``b`');
  assert.equal(guard({}, []), 'FALSE');
});

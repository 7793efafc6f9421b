import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Catalogue, countChanges, rescueReader } from './rescue-rows.ts';

// As printed by mariadb-binlog 10.11 with --base64-output=decode-rows -v.
const PRINTED = String.raw`# at 745
#261123  3:45:55 server id 11  end_log_pos 787 CRC32 0x243b122e 	GTID 0-11-3 trans
/*M!100001 SET @@session.gtid_seq_no=3*//*!*/;
START TRANSACTION
/*!*/;
#261123  3:45:55 server id 11  end_log_pos 990 CRC32 0x9ddd25b2 	Table_map: ~shop~.~o~ mapped to number 18
### INSERT INTO ~shop~.~o~
### SET
###   @1=-1 (4294967295)
###   @2='a'b\x0ac'
###   @3=NULL
###   @4=1795405555
### INSERT INTO ~understudy~.~heartbeat~
### SET
###   @1=1
# Number of rows: 2
#261123  3:45:55 server id 11  end_log_pos 1118 CRC32 0x13ac9725 	Xid = 18
COMMIT/*!*/;
#261123 13:46:05 server id 11  end_log_pos 1160 CRC32 0xb3c69d2b 	GTID 0-11-4 trans
### UPDATE ~shop~.~o~
### WHERE
###   @1=-5 (4294967291)
###   @2='x'
### SET
###   @1=-5 (4294967291)
###   @2='y'
### DELETE FROM ~shop~.~o~
### WHERE
###   @1=7
# Number of rows: 1
#261123 13:46:06 server id 11  end_log_pos 1969 CRC32 0x63504ec2 	GTID 0-11-6 ddl
# at 1969
#261123 13:46:06 server id 11  end_log_pos 2076 CRC32 0xc996b7f8 	Query	thread_id=8	exec_time=0	error_code=0	xid=24
SET TIMESTAMP=1795405555/*!*/;
alter table shop.o
  add column z int
/*!*/;
`.replaceAll('~', '`');

const column = (name: string, type: string, unsigned = false) => ({ name, type, unsigned });
const catalogue: Catalogue = new Map([
  [
    'shop.o',
    [column('id', 'int', true), column('name', 'varchar'), column('doc', 'json'), column('at', 'timestamp')],
  ],
]);

function read(lines: string) {
  const reader = rescueReader(catalogue, 'understudy');
  for (const line of lines.split('\n')) reader.line(line);
  reader.end();
  return reader.changes;
}

test('rows come back with their names, their values and their transaction', () => {
  const [insert, update, remove] = read(PRINTED);
  assert.deepEqual(insert, {
    gtid: '0-11-3',
    time: '2026-11-23T03:45:55Z',
    operation: 'insert',
    table: 'shop.o',
    before: null,
    after: { id: '4294967295', name: "a'b\nc", doc: null, at: '2026-11-23T03:45:55.000Z' },
  });
  assert.deepEqual(update, {
    gtid: '0-11-4',
    time: '2026-11-23T13:46:05Z',
    operation: 'update',
    table: 'shop.o',
    before: { id: '4294967291', name: 'x' },
    after: { id: '4294967291', name: 'y' },
  });
  assert.deepEqual(remove?.operation === 'delete' && [remove.before, remove.after], [{ id: '7' }, null]);
});

test('definitions are kept as statements; the engine’s own rows are nobody’s', () => {
  const changes = read(PRINTED);
  assert.deepEqual(changes.at(-1), {
    gtid: '0-11-6',
    time: '2026-11-23T13:46:06Z',
    operation: 'statement',
    sql: 'alter table shop.o\n  add column z int',
  });
  assert.deepEqual(countChanges(changes), {
    transactions: 3,
    rows: 3,
    statements: 1,
    tables: { 'shop.o': 3 },
  });
});

test('a value keeps its bytes: text in its character set, blobs in hex, microseconds, dates', () => {
  const printed = [
    '### INSERT INTO `shop`.`v`',
    '### SET',
    String.raw`###   @1='é ☃ \x09\x41'`,
    `###   @2='\u00e9'`,
    String.raw`###   @3='\x00ÿ'`,
    '###   @4=1795395723.123456',
    "###   @5='2026:11:23'",
    '###   @6=1.5                 ',
  ];
  // Read with a character for each byte; the second is latin1 on disk, the third's last byte is 0xff.
  const lines = printed.map((line, n) => (n === 2 ? Buffer.from(line, 'utf8').toString('latin1') : line));
  const shape = new Map([
    [
      'shop.v',
      [
        { ...column('text', 'varchar'), charset: 'utf8mb4' },
        { ...column('old', 'varchar'), charset: 'latin1' },
        column('blob', 'blob'),
        column('at', 'timestamp'),
        column('day', 'date'),
        column('ratio', 'float'),
      ],
    ],
  ]);
  const reader = rescueReader(shape, 'understudy');
  for (const line of lines) reader.line(line);
  reader.end();
  const [row] = reader.changes;
  assert.deepEqual(row?.operation === 'insert' && row.after, {
    text: 'é ☃ \t\\x41',
    old: 'é',
    blob: '0x00ff',
    at: '2026-11-23T01:02:03.123456Z',
    day: '2026-11-23',
    ratio: '1.5',
  });
});

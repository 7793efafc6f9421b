import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { read, UsageError } from '../command.ts';
import { rescue as command } from './rescue.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const ID = '2026-11-23T03-46-00.000Z-us-east-1';
const root = mkdtempSync(join(tmpdir(), 'understudy-rescue-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

const at = { gtid: '0-11-3', time: '2026-11-23T03:45:55Z' };
const column = { type: 'int', unsigned: false, key: false, generated: false, charset: null };
const CONTENT = {
  globalClusterIdentifier: 'understudy',
  clusterIdentifier: 'understudy-us-east-1',
  region: 'us-east-1',
  newWriterRegion: 'us-west-2',
  epoch: 2,
  fromGtid: '0-11-2',
  toGtid: '0-11-4',
  exportedAt: '2026-11-23T03:46:00.000Z',
  counts: { transactions: 2, rows: 3, statements: 0, tables: { 'shop.orders': 1, 'shop.stock': 2 } },
  tables: {
    'shop.orders': [
      { ...column, name: 'id', key: true },
      { ...column, name: 'note', type: 'varchar', charset: 'utf8mb4' },
    ],
    'shop.stock': [
      { ...column, name: 'id', key: true },
      { ...column, name: 'count' },
    ],
  },
  changes: [
    {
      ...at,
      operation: 'insert',
      table: 'shop.orders',
      before: null,
      after: { id: '5', note: '\u001b[2J it\u2019s' },
    },
    {
      ...at,
      operation: 'update',
      table: 'shop.stock',
      before: { id: '1', count: '9' },
      after: { id: '1', count: '8' },
    },
    {
      ...at,
      gtid: '0-11-4',
      operation: 'delete',
      table: 'shop.stock',
      before: { id: '2', count: '0' },
      after: null,
    },
  ],
};

/** A state directory with one rescue, and no system that runs in it. */
function stateWith(name: string, files: Readonly<Record<string, unknown>>): string {
  const folder = join(root, name, 'us-east-1', 'rds', 'rescue');
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  return join(root, name);
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function rescue(directory: string, ...words: readonly string[]): Promise<Said> {
  return await new Promise((resolve) => {
    const args = ['--disable-warning=ExperimentalWarning', MAIN, 'rescue', ...words, '-C', directory];
    const { INIT_CWD: _, ...env } = process.env;
    execFile(process.execPath, args, { cwd: root, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('the list says what was set aside, and whether it was exported', async () => {
  const directory = stateWith('list', { [`${ID}.json`]: CONTENT, [`${ID}.json.123.new`]: '{' });
  const before = await rescue(directory, 'list');
  assert.equal(before.code, 0);
  const [, line] = before.out.trim().split('\n');
  assert.equal(line?.replace(/ +/g, ' '), `${ID} us-east-1 2 2 3 shop.orders shop.stock no`);
  const to = join(root, 'list.sql');
  const exported = await rescue(directory, 'export', 'latest', '--to', 'list.sql');
  assert.deepEqual([exported.code, exported.err], [0, '']);
  assert.match(readFileSync(to, 'utf8'), /^INSERT IGNORE INTO `shop`\.`orders`/m);
  assert.ok(!readdirSync(root).some((name) => name.endsWith('.new')), 'nothing is left aside');
  const [listed] = JSON.parse((await rescue(directory, 'list', '--json')).out) as [
    { id: string; transactions: number; exported: { to: string; format: string } },
  ];
  assert.deepEqual(
    [listed.id, listed.transactions, listed.exported.to, listed.exported.format],
    [ID, 2, to, 'sql'],
  );
});

test('rows are shown by transaction, with the key, before and after; nothing of them reaches the terminal raw', async () => {
  const directory = stateWith('show', { [`${ID}.json`]: CONTENT });
  const { code, out } = await rescue(directory, 'show', '2026-11');
  assert.equal(code, 0);
  assert.deepEqual(out.trim().split('\n').slice(3), [
    'transaction 0-11-3 2026-11-23T03:45:55Z',
    '  insert shop.orders id "5"',
    '      note: → "\\u001b[2J it’s"',
    '  update shop.stock id "1"',
    '      count: "9" → "8"',
    'transaction 0-11-4 2026-11-23T03:45:55Z',
    '  delete shop.stock id "2"',
    '      count: "0" →',
  ]);
  const page = await rescue(directory, 'show', 'latest', '--table', 'stock', '--limit', '1');
  assert.match(page.out, /update shop\.stock.*\n.*\n1 to 1 of 2; go on with --from 2\n$/);
  const { changes } = JSON.parse(
    (await rescue(directory, 'show', 'latest', '--table', 'shop.stock', '--from', '2', '--json')).out,
  ) as { changes: unknown };
  assert.deepEqual(changes, [{ number: 3, ...CONTENT.changes[2] }]);
});

test('an export as JSON is the whole file', async () => {
  const directory = stateWith('export', { [`${ID}.json`]: CONTENT });
  const to = join(root, 'kept');
  assert.equal((await rescue(directory, 'export', ID, '--to', to)).code, 0);
  assert.deepEqual(JSON.parse(readFileSync(to, 'utf8')), CONTENT);
});

test('what is asked wrongly is answered with what is allowed', async () => {
  const directory = stateWith('wrong', { [`${ID}.json`]: CONTENT });
  const other = stateWith('broken', { 'x.json': '{' });
  const cases: readonly [
    directory: string,
    words: readonly string[],
    kind: typeof UsageError | typeof Error,
    because: RegExp,
  ][] = [
    [
      directory,
      ['merge'],
      UsageError,
      /there is no understudy rescue merge; there are list, show, export, apply/,
    ],
    [directory, ['show'], UsageError, /needs an ID/],
    [directory, ['list', 'x'], UsageError, /takes no ID/],
    [directory, ['show', 'x'], Error, new RegExp(`no rescue is called "x"; there is ${ID}, or latest`)],
    [directory, ['show', 'latest', '--limit', '0'], UsageError, /--limit must be a number from 1/],
    [directory, ['show', 'latest', '--from', '1.5'], UsageError, /--from must be a whole number, found 1\.5/],
    [
      directory,
      ['show', 'latest', '--table', 'carts'],
      Error,
      /no row of "carts".*shop\.orders, shop\.stock/,
    ],
    [directory, ['export', 'latest'], UsageError, /needs --to FILE/],
    [
      directory,
      ['export', 'latest', '--to', 'a', '--format', 'csv'],
      UsageError,
      /must be json or sql, found "csv"/,
    ],
    [
      directory,
      ['export', 'latest', '--to', join(root, 'no', 'a')],
      Error,
      /no\/a cannot be written: ENOENT/,
    ],
    [directory, ['apply', 'latest'], UsageError, /offered with --dry-run alone/],
    [directory, ['apply', 'latest', '--dry-run'], Error, /no system runs in/],
    [other, ['list'], Error, /x\.json is not a rescue file/],
    [join(root, 'nothing'), ['show', 'latest'], Error, /there is no rescue file in .*nothing/],
  ];
  for (const [where, words, kind, because] of cases)
    await assert.rejects(
      async () => await command.run(read(command, [...words, '-C', where])),
      (error: Error) => {
        assert.match(error.message, because);
        assert.equal(error instanceof UsageError, kind === UsageError, words.join(' '));
        return true;
      },
    );
  const said = await rescue(directory, 'apply', 'latest');
  assert.match(said.err, /^error: understudy rescue apply is offered with --dry-run alone; .*\n$/);
  assert.equal(said.code, 2);
  assert.ok(!existsSync(join(root, 'a')));
  assert.match((await rescue(join(root, 'nothing'), 'list')).out, /nothing was set aside/);
});

test('the rescue file itself is never overwritten', async () => {
  const directory = stateWith('self', { [`${ID}.json`]: CONTENT });
  const file = join(directory, 'us-east-1', 'rds', 'rescue', `${ID}.json`);
  const said = await rescue(directory, 'export', 'latest', '--format', 'sql', '--to', file);
  assert.match(said.err, /is the rescue file itself/);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), CONTENT);
});

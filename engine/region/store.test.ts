import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from './store.ts';

test('documents come back as they were put, by id, and cannot be changed in place', () => {
  const store = openStore(':memory:');
  const table = store.table<{ tags: string[] }>('things');
  table.put('b', { tags: ['x'] });
  table.put('a', { tags: [] });
  table.delete('nobody');
  assert.deepEqual(table.get('b'), { tags: ['x'] });
  assert.equal(table.get('c'), undefined);
  assert.throws(() => table.get('b')!.tags.push('y'), TypeError);
  store.close();
});

test('a transaction that fails leaves neither file nor memory changed', () => {
  const store = openStore(':memory:');
  const table = store.table<number>('numbers');
  table.put('kept', 1);
  assert.throws(
    () =>
      store.transaction(() => {
        table.put('kept', 2);
        table.put('new', 3);
        throw new Error('no');
      }),
    /no/,
  );
  assert.deepEqual(table.entries(), [['kept', 1]]);
  store.close();
});

test('a table name that could be more than a name is refused', () => {
  const store = openStore(':memory:');
  assert.throws(() => store.table('a"; DROP TABLE b'), /letters, digits/);
  store.close();
});

test('whatever a killed process was told is kept, and the file is whole', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-store-'));
  const file = join(directory, 'records.sqlite');
  const script = `
    import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
    const table = openStore(${JSON.stringify(file)}).table('numbers');
    for (let n = 0; ; n++) { table.put(String(n), { n }); process.stdout.write(n + '\\n'); }`;
  try {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      said += chunk;
      if (said.split('\n').length > 50) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    const last = Number(said.split('\n').at(-2));
    const store = openStore(file);
    const table = store.table<{ n: number }>('numbers');
    for (let n = 0; n <= last; n++) assert.deepEqual(table.get(String(n)), { n });
    store.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

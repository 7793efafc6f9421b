/** What is served: how large it is, and that it names nobody else. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildPage } from './build.ts';

const dist = join(import.meta.dirname, '..', 'dist');
const MOST_KB = 300;

before(buildPage);

const files = (): readonly string[] => globSync('**/*.{html,js,css}', { cwd: dist });

test(`the page with everything it needs is under ${MOST_KB} kB, compressed`, () => {
  const bytes = files().reduce((all, file) => all + gzipSync(readFileSync(join(dist, file))).length, 0);
  assert.ok(files().length >= 3);
  assert.ok(bytes < MOST_KB * 1024, `${Math.round(bytes / 1024)} kB`);
});

test('the page and its styles fetch nothing from elsewhere', () => {
  for (const file of files().filter((name) => !name.endsWith('.js'))) {
    const text = readFileSync(join(dist, file), 'utf8');
    assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\//, file);
    assert.doesNotMatch(text, /url\(['"]?(?:https?:)?\/\/|@import/, file);
  }
});

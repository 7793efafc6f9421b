// The README's table names every row of the table, in the table's order, and no other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problems } from './problems.ts';

test('the README lists the table as it is', () => {
  const text = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## The table'), text.indexOf('## Commands'));
  const listed = [...section.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]);
  assert.deepEqual(
    listed,
    problems.map(({ name }) => name),
  );
});

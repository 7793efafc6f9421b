import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differencesIn, PAGE, render, silentServices } from './differences.ts';

test('docs/differences.md is what the engine says of itself', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), render(), 'run npm run docs');
});

test('every service says how it differs from AWS', () => {
  assert.deepEqual(silentServices(), []);
});

test('a table counts when its header says here and on AWS, in either order', () => {
  const markdown = [
    '| route | answer |',
    '| --- | --- |',
    '| `/` | 200 |',
    '',
    '| On AWS | Here |',
    '|---|---|',
    '| sent | kept |',
    '',
    '| here        | on AWS |',
    '| ----------- | :----: |',
    '| a \\| b     | c      |',
  ].join('\n');
  assert.deepEqual(differencesIn(markdown), [
    { here: 'kept', onAws: 'sent', awsFirst: true },
    { here: 'a \\| b', onAws: 'c', awsFirst: false },
  ]);
});

test('a table that follows another without a heading is read by its own header', () => {
  const markdown = '| here | on AWS |\n|---|---|\n| x | y |\ntext\n| file | idea |\n|---|---|\n| p | q |';
  assert.deepEqual(differencesIn(markdown), [{ here: 'x', onAws: 'y', awsFirst: false }]);
});

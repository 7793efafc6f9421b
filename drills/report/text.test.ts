import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillResult } from '../result.ts';
import { cut, markup, plain, shortSubject } from './escape.ts';
import { secondsText, speedNote } from './figures.ts';
import { EMPTY, FAILED, HOSTILE, PASSED } from './fixture.ts';
import { statusLine, summaryText, timelineLine } from './index.ts';
import { budgetBar } from './summary.ts';

const bare = { colour: false };
const lineWith = (text: string, words: string): string => {
  const found = text.split('\n').find((line) => line.includes(words));
  assert.ok(found !== undefined, `no line with "${words}" in\n${text}`);
  return found;
};

test('a drill that passed says so first, and each figure beside what is allowed', () => {
  const text = summaryText(PASSED, bare);
  assert.match(
    text,
    /^✓ PASSED {2}region-loss {2}us-east-1 was lost\. Writes were back after 163\.2 s, from us-west-2/,
  );
  assert.match(lineWith(text, 'RTO writes'), /163\.2 s {2}of 300 s .*✓$/);
  assert.match(lineWith(text, 'RTO reads'), /118\.0 s {2}of 300 s .*✓$/);
  assert.match(lineWith(text, 'RPO'), /0\.42 s {2}of 1 s .*✓$/);
  for (const [phase, took, allowed] of [
    ['detect', '86.3 s', '90 s'],
    ['decide', '10.8 s', '30 s'],
    ['promote', '45.6 s', '60 s'],
    ['redirect', '0 s', '60 s'],
    ['recover', '20.5 s', '30 s'],
  ] as const)
    assert.match(lineWith(text, `  ${phase} `), new RegExp(`${took} +of ${allowed} .*✓$`));
  assert.match(lineWith(text, 'acknowledged  '), /9,204$/);
  assert.match(lineWith(text, 'order o-4402'), /key k-4402 {2}acknowledged 0\.31 s before the loss/);
  assert.match(lineWith(text, 'failback  '), /282\.0 s, 0 writes lost, longest pause of writes 9\.40 s/);
  assert.match(lineWith(text, 'upper bound'), /AWS time.*speed 10.*10 AWS seconds/);
});

test('a drill that failed shows what was found in place of what was allowed', () => {
  const text = summaryText(FAILED, bare);
  assert.match(text, /^✗ FAILED/);
  assert.match(lineWith(text, 'RTO writes'), /371\.5 s .*✗$/);
  assert.match(lineWith(text, '  promote '), /253\.9 s .*✗$/);
  assert.match(lineWith(text, 'writes are back in time'), /✗ .*371\.5 s {2}allowed: 300 s/);
  assert.match(lineWith(text, 'reads are back in time'), /✓/);
  assert.match(text, /2 checks, 1 failed/);
  assert.match(lineWith(text, 'failback'), /not done: us-east-1 did not rejoin within 600 s/);
  assert.equal(text.match(/acknowledged [\d.]+ s before the loss/g)?.length, 20);
  assert.match(text, /and 5 more/);
  assert.doesNotMatch(text, /upper bound/, 'at speed 1 figures are figures');
});

test('what was never seen is said, not counted as nought', () => {
  const text = summaryText(EMPTY, bare);
  assert.match(lineWith(text, 'RTO writes'), /never {2}of 300 s .*✗$/);
  assert.match(lineWith(text, '  detect '), /not seen {2}of 90 s/);
  assert.doesNotMatch(lineWith(text, '  detect '), /[✓✗█]/);
  assert.match(text, /No order was acknowledged/);
});

test('colour adds nothing but colour', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes as colour
  const stripped = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, '');
  const coloured = summaryText(FAILED, { colour: true });
  assert.notEqual(coloured, stripped(coloured));
  assert.equal(stripped(coloured).replace(/^ (.*?FAILED) /, '$1'), summaryText(FAILED, bare));
  const entry = PASSED.timeline[1]!;
  assert.equal(stripped(timelineLine(entry, { colour: true })), timelineLine(entry, bare));
});

test('a bar is filled to what was taken and has a line where the budget ends', () => {
  assert.equal(budgetBar(5, 10, 10, 10), '█████░░░░│');
  assert.equal(budgetBar(20, 10, 20, 10), '████┃█████');
  assert.equal(budgetBar(0, 10, 10, 10), '░░░░░░░░░│');
  assert.equal(budgetBar(null, 5, 10, 10), '░░░░│     ');
  assert.equal(budgetBar(0.01, 10, 10, 10)[0], '█', 'a little is not nothing');
});

test('an event has a line with its moment, place, subject and reason', () => {
  assert.equal(
    timelineLine(
      {
        atSeconds: 86.3,
        where: 'us-west-2',
        event: 'cluster.promoted',
        subject: 'understudy',
        because: 'epoch 2',
      },
      bare,
    ),
    'T+ 86.3 s  us-west-2   cluster.promoted            understudy  epoch 2',
  );
  const before = { ...PASSED.timeline[0]!, because: '' };
  assert.match(timelineLine(before, bare), /^T- 12\.0 s .* task\/understudy-us-west-2\/4f1c$/);
});

test('the last line says what goes on just now, as far as it is known', () => {
  const second = {
    atSeconds: 90,
    writesOk: 0,
    writesRefused: 3,
    writesFailed: 15,
    readsOk: 4,
    readsFailed: 31,
  };
  const sighting = {
    atSeconds: 90,
    dnsActive: 'us-west-2',
    writer: 'none',
    lagMs: null,
    tasks: { a: 0, b: 2 },
  };
  assert.equal(
    statusLine(second, sighting),
    'T+  90 s  writes ✓0 ↺3 ✗15  reads ✓4 ✗31  dns us-west-2  writer none  lag unknown  tasks 0+2',
  );
  assert.match(statusLine(undefined, { ...sighting, lagMs: 41.6 }), /^T\+ {2}90 s {2}dns .* lag 42 ms/);
  assert.doesNotMatch(statusLine(undefined, undefined), /writes|dns|NaN|undefined/);
});

test('no name or reason can steer a terminal', () => {
  const text =
    summaryText(HOSTILE, bare) +
    timelineLine(HOSTILE.timeline[0]!, bare) +
    statusLine(undefined, HOSTILE.sightings[0]);
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}|\u202e/u);
  assert.equal(timelineLine(HOSTILE.timeline[0]!, bare).split('\n').length, 1);
});

test('text from elsewhere is shown as it is, and does nothing', () => {
  assert.equal(markup(`<b a="1">'&`), '&lt;b a=&quot;1&quot;&gt;&#39;&amp;');
  assert.equal(plain('a\u0000\u001b\n\u007f\u0085\ud800\u202e'), 'a␀␛␊␡\ufffd\ufffd<U+202E>');
  assert.equal(plain('naïve ✓ 漢字 😀'), 'naïve ✓ 漢字 😀');
  assert.equal(shortSubject('arn:aws:ecs:us-west-2:1:service/a/b'), 'service/a/b');
  assert.equal(shortSubject('understudy'), 'understudy');
  assert.equal(cut('abcdef', 4), 'abc…');
});

test('figures have the decimals that mean something', () => {
  assert.deepEqual(
    [0, 0.004, 0.42, 9.5, 86.34, 371.5, null, Number.NaN].map((seconds) => secondsText(seconds)),
    ['0 s', '4 ms', '0.42 s', '9.50 s', '86.3 s', '371.5 s', 'never', 'never'],
  );
  assert.match(speedNote(0.5), /one real second of work counts as 0\.5 AWS seconds\.$/);
});

test('every result has a summary without holes', () => {
  const results: readonly DrillResult[] = [PASSED, FAILED, EMPTY, HOSTILE];
  for (const result of results) assert.doesNotMatch(summaryText(result, bare), /NaN|undefined|null|Infinity/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillResult } from '../result.ts';
import { EMPTY, FAILED, HOSTILE, longDrill, PASSED } from './fixture.ts';
import { htmlReport } from './index.ts';
import { momentsOf, panelsOf } from './moments.ts';
import { all, type Element, parseXml } from './well-formed.ts';

const pictures = (page: string): readonly Element[] =>
  [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => parseXml(svg));
const withClass = (svg: Element, name: string, kind: string): readonly Element[] =>
  all(svg, name).filter(({ attributes }) => attributes['class']?.split(' ').includes(kind));
const words = (svg: Element): string =>
  all(svg, 'text')
    .map(({ text }) => text)
    .join('\n');

test('the page says the verdict and its figures before anything else', () => {
  const page = htmlReport(PASSED);
  assert.match(page, /<h1>✓ Passed<\/h1>/);
  assert.match(page, /RTO, writes [\s\S]*?163\.2 <small>s<\/small>[\s\S]*?of 300 s allowed/);
  assert.match(page, /0\.42 <small>s<\/small>[\s\S]*?of 1 s allowed; 3 orders lost/);
  assert.match(htmlReport(FAILED), /<h1>✗ Failed<\/h1>/);
});

test('the page needs nothing from elsewhere and runs nothing', () => {
  for (const result of [PASSED, FAILED, EMPTY]) {
    const page = htmlReport(result).replaceAll('http://www.w3.org/2000/svg', '');
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|https?:|@import|url\((?!#)| on\w+=/i);
    assert.match(page, /default-src 'none'/);
  }
});

test('every picture is well-formed, named and described', () => {
  for (const result of [PASSED, FAILED, EMPTY, HOSTILE]) {
    const found = pictures(htmlReport(result));
    assert.equal(found.length, panelsOf(result).length);
    for (const svg of found) {
      const ids = svg.attributes['aria-labelledby']!.split(' ');
      assert.deepEqual(
        ids,
        ['title', 'desc'].map((name) => all(svg, name)[0]!.attributes['id']),
      );
      assert.doesNotMatch(JSON.stringify(svg), /NaN|undefined|Infinity/);
    }
  }
});

test('two panels: the loss until after recovery, and the way back', () => {
  const [loss, back] = panelsOf(PASSED);
  assert.deepEqual([loss!.fromSeconds, loss!.toSeconds], [-30, 315]);
  assert.deepEqual([back!.fromSeconds, back!.toSeconds], [225, 601]);
  assert.equal(panelsOf(FAILED).length, 1, 'what little follows is shown with the loss');
  assert.equal(panelsOf(EMPTY).length, 1);
});

test('moments come from phases, the timeline and what was seen', () => {
  assert.deepEqual(
    momentsOf(PASSED).map(({ name, atSeconds }) => [name, Math.round(atSeconds)]),
    [
      ['loss', 0],
      ['dns', 86],
      ['decided', 97],
      ['reads', 118],
      ['promoted', 143],
      ['recovered', 163],
      ['restored', 240],
      ['returning', 509],
      ['returned', 520],
      ['dnsReturned', 538],
    ],
  );
  assert.deepEqual(
    momentsOf(EMPTY).map(({ name }) => name),
    ['loss'],
  );
});

test('the lanes are there, with what was seen in them', () => {
  const [loss, back] = pictures(htmlReport(PASSED));
  for (const title of ['Writes', 'Reads', 'DNS answers', 'Database writer', 'Lag', 'Tasks', 'Phases'])
    assert.ok(words(loss!).split('\n').includes(title), title);
  assert.equal(withClass(loss!, 'rect', 'band-lost').length, 2, 'DNS and writer, before');
  assert.equal(withClass(loss!, 'rect', 'band-survivor').length, 2, 'DNS and writer, after');
  assert.equal(withClass(loss!, 'path', 'band-other').length, 1, 'no writer between');
  assert.equal(withClass(loss!, 'path', 'refused').length, 1);
  assert.equal(withClass(loss!, 'path', 'failed').length, 2);
  assert.equal(withClass(back!, 'path', 'failed').length, 0);
  const lag = withClass(loss!, 'path', 'lag')[0]!.attributes['d']!;
  assert.equal(lag.match(/M/g)?.length, 2, 'a gap where the lag is unknown');
  assert.match(words(loss!), /163\.2 s writes are back/);
  assert.match(words(back!), /520\.0 s us-east-1 is the writer again/);
});

test('a phase over its budget is said in words, in the picture and in the table', () => {
  const page = htmlReport(FAILED);
  assert.match(words(pictures(page)[0]!), /promote 253\.9 s ▲ over/);
  assert.match(page, /promote<\/th>[\s\S]*?253\.9 s[\s\S]*?60 s[\s\S]*?✗ over/);
});

test('labels of moments do not lie upon one another', () => {
  for (const svg of pictures(htmlReport(PASSED))) {
    const labels = withClass(svg, 'text', 'mark-label').map(({ attributes, text }) => {
      const width = text.length * 7;
      const x = Number(attributes['x']);
      return { y: attributes['y'], from: attributes['text-anchor'] === 'end' ? x - width : x, width };
    });
    for (const [n, one] of labels.entries())
      for (const other of labels.slice(n + 1))
        assert.ok(
          one.y !== other.y || one.from + one.width <= other.from || other.from + other.width <= one.from,
        );
  }
});

test('tables hold every check, lost row and event', () => {
  const page = htmlReport(PASSED);
  for (const { name } of PASSED.checks) assert.ok(page.includes(name));
  for (const { orderId } of PASSED.rpo.lost) assert.ok(page.includes(orderId));
  for (const { because } of PASSED.timeline)
    assert.ok(page.includes(because.replaceAll('>', '&gt;')), because);
});

test('hostile text stays text', () => {
  const page = htmlReport(HOSTILE);
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /&lt;script&gt;alert\(&quot;1&quot;\)/);
  assert.doesNotMatch(page.replaceAll('\n', ''), /\p{Cc}|\u202e/u);
});

test('what is null or missing leaves no hole in the page', () => {
  const nothing: DrillResult = {
    ...EMPTY,
    sightings: [{ atSeconds: 3, dnsActive: '', writer: '', lagMs: null, tasks: {} }],
    regions: { lost: '', survivor: '' },
  };
  for (const result of [EMPTY, nothing]) {
    const page = htmlReport(result);
    assert.doesNotMatch(page, /NaN|undefined|>null|Infinity/);
    assert.match(page, /nothing recorded/);
    assert.match(page, /never/);
  }
});

test('a long drill makes a page that can be mailed, and says what it leaves out', () => {
  const page = htmlReport(longDrill());
  assert.ok(Buffer.byteLength(page) < 500_000, `${Buffer.byteLength(page)} bytes`);
  assert.match(page, /per second, over \d+ s/);
  assert.match(page, /[\d,]+ more rows in the JSON form/);
  for (const svg of pictures(page)) assert.ok(all(svg, 'rect').length > 100);
});

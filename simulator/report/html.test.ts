import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from './columns.ts';
import { DEFAULT_SETTING, GOOD, HOSTILE, HOSTILE_TEXT, NEVER, QUIET, someRuns, VIOLATED } from './fixture.ts';
import { histogramSvg } from './histogram-picture.ts';
import { simulationHtml } from './html.ts';
import { lanesOf, windowOf } from './run-lanes.ts';
import { runSvg } from './run-picture.ts';
import { summarize } from './summary.ts';
import { type Element, elementsOf } from './well-formed.ts';

const replay = (seed: number): string => `npx understudy simulate --replay ${seed}`;
const many = summarize('30 s × 3', DEFAULT_SETTING, [VIOLATED, GOOD, NEVER, QUIET, ...someRuns(80)]);
const other = summarize('10 s × 3', { ...DEFAULT_SETTING, standbyCapacity: 'held' }, someRuns(80, 2));
const empty = summarize('nothing', DEFAULT_SETTING, []);
const hostile = summarize(HOSTILE_TEXT, DEFAULT_SETTING, [HOSTILE]);

const PAGES: Readonly<Record<string, string>> = {
  one: simulationHtml([many], [VIOLATED, NEVER, GOOD], { replay }),
  two: simulationHtml([many, other], [VIOLATED]),
  four: simulationHtml([many, other, empty, many], []),
  quiet: simulationHtml([summarize('quiet', DEFAULT_SETTING, [QUIET])], [QUIET]),
  empty: simulationHtml([empty], []),
  none: simulationHtml([], []),
  hostile: simulationHtml([hostile, hostile], [HOSTILE], { replay: () => HOSTILE_TEXT, title: HOSTILE_TEXT }),
  drawn: simulationHtml([many], someRuns(30, 3)),
};
const named = (elements: readonly Element[], name: string): readonly Element[] =>
  elements.filter((element) => element.name === name);
const withClass = (elements: readonly Element[], kind: string): readonly Element[] =>
  elements.filter(({ attributes }) => attributes['class']?.split(' ').includes(kind));

for (const [name, page] of Object.entries(PAGES)) {
  test(`page “${name}” is well-formed, needs nothing from elsewhere and runs nothing`, () => {
    const elements = elementsOf(page);
    for (const kind of ['script', 'link', 'img', 'iframe', 'object', 'image', 'use', 'a', 'form'])
      assert.equal(named(elements, kind).length, 0, kind);
    for (const { attributes } of elements)
      for (const [attribute, value] of Object.entries(attributes)) {
        assert.doesNotMatch(attribute, /^(on|href|src|style$|xlink)/);
        if (attribute !== 'xmlns') assert.doesNotMatch(value, /^\s*(https?:|\/\/|data:|javascript:)/);
      }
    assert.doesNotMatch(page, /@import|url\((?!#)/);
    assert.match(page, /default-src 'none'/);
  });

  test(`page “${name}” has no hole, every picture a name and a description, and no id twice`, () => {
    const elements = elementsOf(page);
    for (const { name: kind, attributes, text } of elements) {
      const said = `${Object.values(attributes).join(' ')} ${kind === 'style' ? '' : text}`;
      assert.doesNotMatch(said, /NaN|undefined|Infinity|\[object|\bnull\b/, kind);
    }
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    assert.equal(new Set(ids).size, ids.length);
    for (const { attributes } of withClass(elements, 'picture'))
      for (const id of attributes['aria-labelledby']!.split(' ')) {
        const words = elements.find((element) => element.attributes['id'] === id)?.text;
        assert.ok(words, id);
      }
    for (const [, id] of page.matchAll(/fill="url\(#([^)]+)\)"/g)) assert.ok(ids.includes(id!), id);
  });
}

test('the page says the verdict, the figures and the budgets before anything else', () => {
  const page = simulationHtml([summarize('automatic', DEFAULT_SETTING, [GOOD])], [], { replay });
  assert.match(page, /<h1>✓ Safe<\/h1>.*<b>automatic<\/b>: 1 run, no invariant broken/);
  assert.match(page, /RTO writes, p99 <b class="good">✓ ok<\/b>.*152\.5 s.*100 % within 300 s/);
  assert.match(PAGES['one']!, /<h1>✗ Violated<\/h1>/);
  assert.match(PAGES['one']!, /never came back for good within the run in \d+ of \d+/);
  assert.match(PAGES['empty']!, /no run was made/);
});

test('a broken invariant comes with seeds and, where there is one, the command', () => {
  assert.match(
    PAGES['one']!,
    /convergence<\/th>.*4711<\/td><td class="mono">npx understudy simulate --replay 4711/,
  );
  assert.doesNotMatch(PAGES['two']!, /to see it/);
});

test('the second policy lies over the first in another form, and the table says which is better', () => {
  const elements = elementsOf(PAGES['two']!);
  assert.ok(withClass(elements, 'bar-first').length > 10);
  assert.ok(withClass(elements, 'steps-1').length >= 9, 'a line in each picture');
  assert.match(PAGES['two']!, /<b class="(good|bad)">[✓✗] (better|worse)<\/b>/);
  assert.match(PAGES['two']!, /standbyCapacity <b>≠<\/b>/);
});

test('every picture of a distribution stands beside a table of it', () => {
  const elements = elementsOf(PAGES['one']!);
  const figures = named(elements, 'figure').length;
  assert.equal(figures, 11);
  assert.equal(PAGES['one']!.match(/The same in figures<\/summary><div[^>]*><table>/g)?.length, figures);
});

test('columns hold every case: what lies beyond and what never was have their own', () => {
  for (const summary of [many, other])
    for (const one of [...Object.values(summary.figures), ...Object.values(summary.phases)]) {
      if (one.count + one.never === 0) continue;
      const { columns, beyond, never } = columnsOf([one]);
      const sum = columns.reduce((total, { shares }) => total + shares[0]!, beyond[0]! + never[0]!);
      assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
    }
});

test('no column of what is within the budget reaches over it', () => {
  for (const one of [many.figures.rtoWrites, many.figures.rpo, many.phases.promote]) {
    const { columns } = columnsOf([one]);
    const across = columns.find(({ from, to }) => from < one.budget! * 0.999 && to > one.budget! * 1.001);
    assert.equal(across, undefined);
  }
});

test('what was not counted has no picture', () => {
  assert.equal(histogramSvg('x', 'RTO', [{ label: 'a', of: empty.figures.rtoWrites }]), null);
  assert.equal(histogramSvg('x', 'RTO', []), null);
  assert.match(PAGES['empty']!, /Nothing was counted/);
});

test('a run is drawn with its faults, outages, moves, events and what it broke', () => {
  assert.deepEqual(
    lanesOf(VIOLATED).map(({ title }) => title),
    [
      ...['Fault 1', 'Fault 2', 'Fault 3', 'Fault 4'],
      ...['Writes', 'Reads', 'Recovery', 'Moves'],
      ...['DNS and edges', 'Controllers', 'Database', 'Tasks', 'Broken'],
    ],
  );
  const lag = lanesOf(VIOLATED)[3]!.spans[0]!;
  assert.equal(lag.toSeconds, 1800, 'it lasts until everything heals');
  const lasting = {
    ...VIOLATED,
    options: { ...VIOLATED.options, faults: NEVER.options.faults, core: 0 as const },
  };
  assert.equal(lanesOf(lasting)[0]!.spans[0]!.toSeconds, null, 'the other must do without it');
  const restored = { ...GOOD.trace[0]!, atMs: 1_800_000, where: 'us-east-1', event: 'region.restored' };
  assert.equal(lanesOf({ ...lasting, trace: [restored] })[0]!.spans[0]!.toSeconds, 1800);
  assert.equal(lanesOf(NEVER)[0]!.spans[0]!.toSeconds, null, 'without a second phase nothing heals');
  const words = elementsOf(runSvg('x', VIOLATED))
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
  for (const label of [
    'region-isolation of us-east-1',
    'controller-crash of us-west-2',
    'out 152.5 s',
    'fail-over to us-west-2',
    'single-writer (341.2 s)',
    '200.0 s lost',
    '571.5 s writes are back',
  ])
    assert.ok(words.includes(label), `${label} in ${words.join(', ')}`);
});

test('the picture begins before the first fault and ends when all is over', () => {
  assert.deepEqual(windowOf(GOOD), [140, 472.5]);
  assert.deepEqual(windowOf(NEVER), [140, 1800]);
  assert.deepEqual(windowOf({ ...VIOLATED, convergedSeconds: 100 }), [120, 2020]);
  for (const run of someRuns(50)) {
    const [from, to] = windowOf(run);
    assert.ok(from >= 0 && to > from);
  }
});

test('hostile text stays text', () => {
  const page = PAGES['hostile']!;
  assert.match(page, /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;␛\[2J␀␊/);
  assert.doesNotMatch(page.replaceAll('\n', ''), /\p{Cc}|\u202e/u);
});

test('a long trace makes a page that can be mailed, and says what it leaves out', () => {
  const trace = Array.from({ length: 20_000 }, (_, n) => ({ ...GOOD.trace[n % 7]!, atMs: 200_000 + n * 10 }));
  const page = simulationHtml([many], [{ ...GOOD, trace }]);
  assert.match(page, /19,600 more in the replay/);
  assert.ok(Buffer.byteLength(page) < 1_500_000, `${Buffer.byteLength(page)} bytes`);
});

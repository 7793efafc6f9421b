/**
 * The simulator proves something about the engine only as far as both run the same lines: every decision that a run
 * rests on is one that a process of the engine, the controller's function or the application imports, from the very
 * same file; and such a file reaches for nothing that a simulation could not stand in for.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeOf, declaredIn, isOurs, reachableFrom, valueImportsOf } from './imports.ts';

const root = join(import.meta.dirname, '..');
const LAWS = 'simulator/laws.ts';
/** What runs on AWS, and what stands for AWS here. */
const RUNTIMES: Readonly<Record<string, string>> = {
  'a region of the engine': 'engine/region/main.ts',
  'the engine’s global data planes': 'engine/region/global-main.ts',
  'the controller’s function': 'controller/handler.ts',
  'the application’s task': 'storefront/src/main.ts',
};
/** Sockets, files, processes, time and chance, by whatever name. */
const OUTWARD = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\bperformance\./,
  /\bset(Timeout|Interval|Immediate)\(/,
  /\bprocess\./,
  /\bfetch\(/,
  /\bcrypto\./,
  /\basync\b/,
  /\bawait\b/,
];

/** What these have that reaches nowhere: they look at a text. */
const TEXT_ALONE: Readonly<Record<string, readonly string[]>> = { 'node:net': ['isIP', 'isIPv4', 'isIPv6'] };

const reached = Object.fromEntries(
  Object.entries(RUNTIMES).map(([runtime, main]) => [runtime, reachableFrom([main])]),
);
/** What a campaign needs; broken systems and exhaustive tables are for tests. */
const simulator = [...reachableFrom(['simulator/index.ts', 'simulator/campaign/worker.ts'])].filter((file) =>
  file.startsWith('simulator/'),
);
const brought = simulator.flatMap((from) =>
  valueImportsOf(from)
    .filter(({ file }) => isOurs(file) && !file.startsWith('simulator/'))
    .map(({ name, as, file }) => ({ from, name, as, file: declaredIn(name, file) })),
);
const laws = brought.filter(({ from }) => from === LAWS);

/** Files of a runtime that bring in this name from this file; the file itself where its other functions call it. */
function users(runtime: string, name: string, file: string): readonly string[] {
  if (!reached[runtime]!.has(file)) return [];
  const called = new RegExp(`(?<!function )\\b${name}\\(`).test(codeOf(file)) ? [file] : [];
  const importers = [...reached[runtime]!].filter(
    (one) =>
      isOurs(one) &&
      valueImportsOf(one).some((found) => found.name === name && declaredIn(name, found.file) === file),
  );
  return [...importers, ...called];
}

function whyImpure(file: string): readonly string[] {
  const code = codeOf(file);
  const strangers = valueImportsOf(file)
    .filter((one) => !isOurs(one.file) && !TEXT_ALONE[one.file]?.includes(one.name))
    .map((one) => `${file} imports ${one.name} of ${one.file}`);
  const words = OUTWARD.filter((pattern) => pattern.test(code));
  return [...strangers, ...words.map((pattern) => `${file} has ${pattern.source}`)];
}

test('every law of the simulator is listed, and imported from outside the simulator', () => {
  const text = readFileSync(join(root, LAWS), 'utf8');
  const body = /export const realLaws = \{([\s\S]*?)\} as const/.exec(text)?.[1] ?? '';
  const listed = [...body.matchAll(/^\s*(\w+),$/gm)].map(([, name]) => name!);
  assert.ok(listed.length > 30, `${listed.length} laws`);
  assert.deepEqual(laws.map(({ as }) => as).sort(), listed.sort());
});

test('every law is called by what runs: the same function of the same file', (t) => {
  const orphans: string[] = [];
  for (const { name, file } of laws) {
    const found = Object.keys(RUNTIMES).flatMap((runtime) =>
      users(runtime, name, file).map((user) => `${user} (${runtime})`),
    );
    t.diagnostic(`${name} of ${file}: ${found.join(', ') || 'nobody'}`);
    if (found.length === 0) orphans.push(`${name} of ${file}`);
  }
  assert.deepEqual(orphans, []);
});

test('whatever else the simulator brings in from outside, runs outside', (t) => {
  const running = new Set(Object.values(reached).flatMap((files) => [...files]));
  for (const { from, name, file } of brought) if (from !== LAWS) t.diagnostic(`${name} of ${file}: ${from}`);
  const alone = brought.filter(({ file }) => !running.has(file));
  assert.deepEqual(alone, []);
});

test('… and is pure, with everything that it imports itself', () => {
  const pure = [...reachableFrom(brought.map(({ file }) => file))].filter(isOurs);
  assert.ok(pure.length > 20, `${pure.length} files`);
  assert.deepEqual(pure.flatMap(whyImpure), []);
});

test('the check sees what it looks for', () => {
  assert.ok(whyImpure('engine/services/route53/probe.ts').some((why) => why.includes('node:net')));
  assert.ok(whyImpure('engine/time/clock.ts').length > 0);
  assert.deepEqual(users('the controller’s function', 'decide', 'controller/observe.ts'), []);
  assert.deepEqual(users('the application’s task', 'decide', 'controller/decide.ts'), []);
  assert.equal(declaredIn('watch', 'controller/procedure.ts'), 'controller/invocation.ts');
});

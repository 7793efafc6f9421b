/**
 * The rules of the house, as tests: who may import whom, what a service may not reach for, how long a file may
 * get, and that the paths which documents name exist.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const sources = globSync('{infra,storefront,controller,engine,drills,simulator,cli,console}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|cdk\.out|site)(\/|$)/.test(path),
});
const MAX_LINES = 400;

/** Workspace → the workspaces of ours that it may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  infra: [],
  storefront: [],
  controller: [],
  engine: [],
  drills: ['engine'],
  simulator: ['controller', 'engine', 'storefront'],
  cli: ['engine', 'drills', 'simulator'],
  console: ['engine'],
};

/** Room of the engine → the rooms of the engine that it may import. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  assembly: ['template/json.ts', 'template/template.ts'],
  template: [],
  time: [],
  network: ['services/contract.ts', 'time/clock.ts'],
  wire: ['services/contract.ts', 'time/clock.ts'],
  guest: ['time/clock.ts'],
  provision: ['template/index.ts', 'assembly/index.ts', 'services/contract.ts', 'time/clock.ts'],
  services: ['network', 'wire', 'time', 'guest'],
  region: [
    'assembly/index.ts',
    'provision/index.ts',
    'services/contract.ts',
    'services/index.ts',
    'services/cloudformation/index.ts',
    'guest/javascript.ts',
    'network',
    'wire/identity.ts',
    'wire/index.ts',
    'time',
  ],
  console: [],
  supervisor: [
    'assembly/index.ts',
    'console',
    'provision/index.ts',
    'network',
    'region/channel.ts',
    'region/endpoint.ts',
    'region/inner-call.ts',
    'region/messages.ts',
    'services/contract.ts',
    'time/clock.ts',
    'wire/identity.ts',
  ],
};

/** What these rooms import for its types alone: they run without it. */
const TYPES_ALONE: Readonly<Record<string, readonly string[]>> = {
  'services/contract.ts': ['network', 'wire', 'guest', 'provision', 'region', 'supervisor'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /^(?:import|export)\s+(type\s+)?[^'"`;]*?from\s+'([^']+)'|import\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

/** What tests alone reach. */
const isTest = (file: string): boolean =>
  /\.test\.ts$|test-|\/test\/|\/torture\/|\.bench\.ts$|model-|scene|crash-/.test(file);
const resolved = ({ from, to }: Import): string =>
  to.startsWith('.') ? relative(root, resolve(root, dirname(from), to)) : to;
const all = sources.flatMap((file) => importsOf(file));

test('workspaces import each other only downwards and through doors', () => {
  const wrong = all.filter(({ from, to }) => {
    const workspace = from.split('/')[0]!;
    const target = /^@understudy\/([a-z]+)/.exec(to)?.[1];
    if (target !== undefined) return target !== workspace && !MAY_IMPORT[workspace]?.includes(target);
    return (
      to.startsWith('.') &&
      resolved({ from, to, typeOnly: false }).split('/')[0] !== workspace &&
      !isTest(from)
    );
  });
  assert.deepEqual(wrong, []);
});

test('rooms of the engine import only the rooms that the house allows them', () => {
  const wrong = all
    .filter(({ from, to }) => from.startsWith('engine/') && to.startsWith('.') && !isTest(from))
    .filter((one) => {
      const [, room = ''] = one.from.split('/');
      const path = resolved(one).replace(/^engine\//, '');
      const [target = ''] = path.split('/');
      if (target === room) return false;
      return !ROOMS[room]?.some((allowed) => path === allowed || path.startsWith(`${allowed}/`));
    })
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(wrong, []);
});

test('the contract of a service is imported for its types alone', () => {
  const wrong = all
    .filter((one) => one.from.startsWith('engine/') && !one.typeOnly && !isTest(one.from))
    .filter((one) => {
      const [, room = ''] = one.from.split('/');
      const rooms = TYPES_ALONE[resolved(one).replace(/^engine\//, '')];
      return rooms?.includes(room);
    })
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(wrong, []);
});

test('the console’s page knows the engine by the types of its contract alone', () => {
  const wrong = all
    .filter(({ from, to }) => from.startsWith('console/') && to.startsWith('@understudy/'))
    .filter(({ to, typeOnly }) => to !== '@understudy/engine/console' || !typeOnly)
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(wrong, []);
});

test('a service never imports another service', () => {
  const wrong = all
    .filter(({ from, to }) => from.startsWith('engine/services/') && to.startsWith('.') && !isTest(from))
    .filter((one) => {
      const service = one.from.split('/')[2]!;
      const target = resolved(one).split('/');
      const isService = target[1] === 'services' && target.length > 3;
      return isService && target[2] !== service && one.from.split('/').length > 3;
    })
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(wrong, []);
});

test('services go by the clock and the random of their context', () => {
  const forbidden = /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)/;
  const wrong = sources.filter(
    (file) =>
      file.startsWith('engine/services/') &&
      !isTest(file) &&
      !file.endsWith('bootstrap.ts') &&
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .some((line) => forbidden.test(line) && !/^\s*(\*|\/\/)/.test(line)),
  );
  assert.deepEqual(wrong, []);
});

test('no file is longer than a reader can hold', () => {
  const long = sources.filter(
    (file) => readFileSync(join(root, file), 'utf8').split('\n').length > MAX_LINES,
  );
  assert.deepEqual(long, []);
});

test('every file opens by saying what it is', () => {
  const silent = sources.filter((file) => {
    if (isTest(file) || file.endsWith('.d.ts')) return false;
    const head = readFileSync(join(root, file), 'utf8').split('\n').slice(0, 60).join('\n');
    return !/\/\*\*|\/\//.test(head);
  });
  assert.deepEqual(silent, []);
});

test('paths that documents name exist', () => {
  const missing = globSync('{*.md,docs/**/*.md}', { cwd: root }).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map((match) =>
      join(dirname(document), match[1]!),
    );
    const named = [
      ...text.matchAll(
        /`((?:infra|storefront|controller|engine|drills|simulator|cli|console|docs|scripts)\/[A-Za-z0-9_./-]+)`/g,
      ),
    ].map((match) => match[1]!);
    return [...links, ...named]
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${document}: ${path}`);
  });
  assert.deepEqual(missing, []);
});

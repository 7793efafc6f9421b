/**
 * Writes docs/differences.md: what becomes of every resource type, how each service differs from AWS, and the
 * delays that are waited out. It is made from the services' definitions, from the tables `here | on AWS` in
 * the READMEs of the engine's rooms, and from the table of delays, so that nothing is written down twice.
 *
 *   node scripts/differences.ts           writes the page
 *   node scripts/differences.ts --check   exit code 1 when the page is not what would be written
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createCloudFormation } from '../engine/services/cloudformation/index.ts';
import type { Fate, ServiceDefinition } from '../engine/services/contract.ts';
import { services } from '../engine/services/index.ts';
import { delays } from '../engine/time/delays.ts';

const ROOT = join(import.meta.dirname, '..');
export const PAGE = join(ROOT, 'docs', 'differences.md');

const HEAD = `<!-- Made by scripts/differences.ts from the engine itself. Do not edit: run \`npm run docs\`. -->

# Differences from AWS

What a template may say is one of three things:

- **runs**: alive here, with the differences listed for its service;
- **recorded**: accepted, checked against AWS's published schema, kept and returned, but nothing happens. \`up\` says so;
- **refused**: every other type. The stack, the logical id and the type are named before anything is made.

Properties are checked against AWS's published resource schema in all cases; an unknown or wrongly typed one is refused
with its path. Of a type that runs, a property is acted on, or it is in one of the two lists of its service: **kept**
(accepted, and nothing follows) or **refused** (with its path and what to do instead, since an application would
notice). What is in neither list and is not acted on is refused too. Tags are accepted everywhere.
`;

/** The rooms beside the services whose READMEs say how they differ. */
const ROOMS = ['engine/wire', 'engine/network/http', 'engine/network', 'engine/provision', 'engine/template'];

export interface Difference {
  readonly here: string;
  readonly onAws: string;
  /** The README's own order of columns; its sentences are written for it. */
  readonly awsFirst: boolean;
}

/** Every row of every table of a README whose header is \`here\` and \`on AWS\`, in either order. */
export function differencesIn(markdown: string): readonly Difference[] {
  const found: Difference[] = [];
  let columns: { readonly here: number; readonly onAws: number } | undefined;
  for (const line of markdown.split('\n')) {
    if (!line.trimStart().startsWith('|')) {
      columns = undefined;
      continue;
    }
    const cells = cellsOf(line);
    if (columns === undefined) {
      const names = cells.map((cell) => cell.toLowerCase());
      columns = { here: names.indexOf('here'), onAws: names.indexOf('on aws') };
    } else if (columns.here >= 0 && columns.onAws >= 0 && !cells.every((cell) => /^:?-+:?$/.test(cell))) {
      found.push({
        here: cells[columns.here] ?? '',
        onAws: cells[columns.onAws] ?? '',
        awsFirst: columns.onAws < columns.here,
      });
    }
  }
  return found;
}

/** Cells of a table's row; \`\\|\` is a bar inside one. */
function cellsOf(line: string): readonly string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

export function render(): string {
  const all = [...services, cloudFormation()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${[HEAD, ...all.map(serviceSection), ...ROOMS.flatMap(roomSection), delaySection()].join('\n')}`;
}

/** The one service that is given the provisioner's view when a region is composed; its types need none. */
function cloudFormation(): ServiceDefinition {
  return createCloudFormation({
    describe: () => [],
    stack: () => undefined,
    exports: () => [],
    events: () => [],
  });
}

function serviceSection(definition: ServiceDefinition): string {
  const folder = `engine/services/${definition.name}`;
  const readme = readmeOf(folder);
  const differences = readme === undefined ? [] : differencesIn(readme);
  const where =
    definition.controlPlane === 'us-east-1'
      ? 'Its control plane lives in us-east-1, as on AWS; a stack elsewhere that asks for it needs that region.'
      : '';
  return section(serviceTitle(titleOf(readme, definition.name), definition.name), [
    [where, definition.createDataPlane ? 'Its data plane belongs to no region.' : '']
      .filter(Boolean)
      .join(' '),
    apiLine(definition),
    typeTable(definition.types),
    propertyTable(definition.types),
    differenceTable(differences, folder),
  ]);
}

function roomSection(folder: string): readonly string[] {
  const readme = readmeOf(folder);
  const differences = readme === undefined ? [] : differencesIn(readme);
  if (!differences.length) return [];
  return [section(titleOf(readme, folder), [`\`${folder}/\``, differenceTable(differences, folder)])];
}

function apiLine({ api }: ServiceDefinition): string {
  return api ? `API: ${api.protocols.join(', ')}, signed for \`${api.signingName}\`.` : '';
}

/** Types that run in one row; recorded ones by what does not happen. */
function typeTable(types: Readonly<Record<string, Fate>>): string {
  const runs: string[] = [];
  const recorded = new Map<string, string[]>();
  for (const type of Object.keys(types).sort()) {
    const fate = types[type];
    if (!fate) continue;
    switch (fate.fate) {
      case 'runs':
        runs.push(type);
        break;
      case 'recorded':
        recorded.set(fate.note, [...(recorded.get(fate.note) ?? []), type]);
        break;
    }
  }
  const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const rows = [
    ...(runs.length ? [[list(runs), 'runs', '']] : []),
    ...[...recorded].map(([note, names]) => [list(names), 'recorded', note]),
  ];
  return rows.length ? table(['resource types', 'fate', 'what does not happen here'], rows) : '';
}

/** Properties of types that run: what is kept, what is refused, alike ones in one row. */
function propertyTable(types: Readonly<Record<string, Fate>>): string {
  const rows = Object.keys(types)
    .sort()
    .flatMap((type) => {
      const fate = types[type];
      if (fate?.fate !== 'runs' || !fate.properties) return [];
      const { keeps = {}, refuses = {} } = fate.properties;
      const said = Object.entries(refuses).map(([path, { remedy, unless }]): [string, string] => [
        path,
        unless ? `${remedy} (\`${unless.join('`, `')}\` is accepted)` : remedy,
      ]);
      return [
        ...grouped(Object.entries(keeps)).map(([note, paths]) => [`\`${type}\``, paths, 'kept', note]),
        ...grouped(said).map(([note, paths]) => [`\`${type}\``, paths, 'refused', note]),
      ];
    });
  return rows.length ? table(['resource type', 'properties', 'fate', 'here'], rows) : '';
}

/** What is said → the paths of which it is said. */
function grouped(
  said: readonly (readonly [path: string, note: string])[],
): readonly (readonly [string, string])[] {
  return [...Map.groupBy(said, ([, note]) => note)].map(([note, entries]) => [
    note,
    entries.map(([path]) => `\`${path}\``).join(', '),
  ]);
}

function differenceTable(differences: readonly Difference[], folder: string): string {
  const inOrder = (here: string, onAws: string): readonly string[] =>
    differences[0]?.awsFirst ? [onAws, here] : [here, onAws];
  return differences.length
    ? table(
        inOrder('here', 'on AWS'),
        differences.map(({ here, onAws }) => inOrder(rebased(here, folder), rebased(onAws, folder))),
      )
    : '';
}

function delaySection(): string {
  const rows = Object.entries(delays).map(([name, { typicalMs, source }]) => [
    `\`${name}\``,
    `${typicalMs / 1000} s`,
    source,
  ]);
  return section('Delays', [
    'What AWS needs time for and one machine does not is waited out once the system is up, unless it was started\nwith `--timing none`. Times are AWS time. While a system first comes up nobody waits.',
    table(['delay', 'waits', 'source'], rows),
  ]);
}

function section(title: string, parts: readonly string[]): string {
  return [`## ${title}`, ...parts.filter((part) => part !== '')].map((part) => `${part}\n`).join('\n');
}

/** Aligned, as the formatter would leave it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function readmeOf(folder: string): string | undefined {
  const file = join(ROOT, folder, 'README.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function titleOf(readme: string | undefined, name: string): string {
  return /^# (.+)$/m.exec(readme ?? '')?.[1] ?? name;
}

/** `events (EventBridge)` and `EventBridge` both become EventBridge (`events`); a bare name stays what it is. */
function serviceTitle(heading: string, name: string): string {
  const words = new RegExp(`^${name} \\((.+)\\)$`).exec(heading)?.[1] ?? heading;
  return words === name ? `\`${name}\`` : `${words} (\`${name}\`)`;
}

/** Links of a README, seen from docs/. */
function rebased(cell: string, folder: string): string {
  return cell.replace(
    /\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
    (_whole, path: string) => `](${relative(dirname(PAGE), join(ROOT, folder, path))}`,
  );
}

/** Folders of services that say nowhere how they differ from AWS. */
export function silentServices(): readonly string[] {
  return globSync('engine/services/*/', { cwd: ROOT })
    .map((folder) => folder.replace(/\/$/, ''))
    .filter((folder) => !differencesIn(readmeOf(folder) ?? '').length)
    .sort();
}

if (import.meta.main) {
  const page = render();
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (process.argv.includes('--check')) {
    if (before !== page) {
      process.stderr.write('docs/differences.md is not what the engine says of itself: run npm run docs\n');
      process.exitCode = 1;
    }
  } else if (before !== page) writeFileSync(PAGE, page);
}

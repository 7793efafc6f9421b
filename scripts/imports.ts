/**
 * Who imports whom, read from the sources: what a file brings in by name, which file that is, and what runs because of
 * it. An import of types alone runs nothing and is left out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const WORKSPACES = /^@understudy\/([a-z]+)(\/.*)?$/;

export interface ValueImport {
  /** As it is called where it is declared, and here; `*` for a whole module, or for what it does when it is loaded. */
  readonly name: string;
  readonly as: string;
  /** A path from the root; `node:fs` or a package's name where it is none of ours. */
  readonly file: string;
}

/** The code without comments; strings stay. */
export function codeOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

const known = new Map<string, readonly ValueImport[]>();

export function valueImportsOf(file: string): readonly ValueImport[] {
  const found = known.get(file) ?? readImports(file);
  known.set(file, found);
  return found;
}

function readImports(file: string): readonly ValueImport[] {
  const code = codeOf(file);
  const found: ValueImport[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\s+from\s+)?'([^']+)'/gm;
  for (const [, typeOnly, clause, specifier] of code.matchAll(statement))
    if (!typeOnly)
      for (const { name, as } of namesIn(clause)) found.push({ name, as, file: fileOf(specifier!, file) });
  for (const [, specifier] of code.matchAll(/\bimport\('([^']+)'\)/g))
    found.push({ name: '*', as: '*', file: fileOf(specifier!, file) });
  return found;
}

/** What stands between `import` and `from`, without the types. */
function namesIn(clause: string | undefined): readonly { readonly name: string; readonly as: string }[] {
  if (clause === undefined) return [{ name: '*', as: '*' }];
  const braces = /\{([\s\S]*)\}/.exec(clause);
  const whole = clause.replace(/\{[\s\S]*\}/, '').replace(/[,\s]/g, '');
  const listed = (braces?.[1] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => {
      const [name, as] = one.split(/\s+as\s+/);
      return { name: name!, as: as ?? name! };
    });
  return whole === '' ? listed : [{ name: '*', as: whole }, ...listed];
}

/** Where a name is declared that a file may only hand on. */
export function declaredIn(name: string, file: string): string {
  if (!isOurs(file)) return file;
  const handedOn = /^export\s+\{([^}]*)\}\s+from\s+'([^']+)'/gm;
  for (const [, clause, specifier] of codeOf(file).matchAll(handedOn))
    for (const one of namesIn(`{${clause}}`))
      if (one.as === name) return declaredIn(one.name, fileOf(specifier!, file));
  return file;
}

/** Relative paths and the workspaces' doors; what is none of ours keeps its name. */
function fileOf(specifier: string, importer: string): string {
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(importer), specifier));
  const [, workspace, door = ''] = WORKSPACES.exec(specifier) ?? [];
  if (workspace === undefined) return specifier;
  const { exports } = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as {
    exports?: Record<string, string>;
  };
  const path = exports?.[`.${door}`];
  if (path === undefined) throw new Error(`${importer}: ${workspace} has no door .${door}`);
  return join(workspace, path);
}

export const isOurs = (file: string): boolean => /\.[cm]?ts$/.test(file) && existsSync(join(root, file));

/** Everything that runs because these files run, they themselves included. */
export function reachableFrom(files: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    if (isOurs(file)) open.push(...valueImportsOf(file).map((one) => one.file));
  }
  return reached;
}

/**
 * Which properties of a resource ask for something that is not done here. Before a deployment a template's own
 * values are looked at and functions are passed over; at deployment the resolved ones are, so that nothing a
 * template asks for is left out in silence. Pure.
 */
import type { Json, PropertyFates } from '../services/contract.ts';
import { isFunction, isObject } from './schema.ts';

export interface UnservedProperty {
  /** From the properties down, with the indices of lists: `ContainerDefinitions[0].MountPoints`. */
  readonly path: string;
  readonly problem: string;
}

const ALWAYS_ACCEPTED = 'Tags';

export function unservedProperties(
  properties: Readonly<Record<string, Json>>,
  fates: PropertyFates,
): readonly UnservedProperty[] {
  const names = namesOf(fates);
  const found: UnservedProperty[] = [];
  const visitMembers = (value: Readonly<Record<string, Json>>, path: string, shown: string): void => {
    for (const [name, item] of Object.entries(value))
      if (path !== '' || name !== ALWAYS_ACCEPTED)
        visit(item, path === '' ? name : `${path}.${name}`, shown === '' ? name : `${shown}.${name}`, path);
  };
  const visit = (value: Json, path: string, shown: string, parent: string): void => {
    if (asksForNothing(value) || isFunction(value)) return;
    const refusal = fates.refuses?.[path];
    if (refusal) {
      if (!refusal.unless?.some((one) => String(one) === String(value)))
        found.push({ path: shown, problem: `${refusal.remedy}; found ${excerpt(value)}` });
    } else if (fates.keeps?.[path] === undefined && names.parents.has(path)) {
      const items = Array.isArray(value) ? (value as readonly Json[]) : undefined;
      if (items) for (const [n, item] of items.entries()) visit(item, path, `${shown}[${n}]`, parent);
      else if (isObject(value)) visitMembers(value, path, shown);
    } else if (!names.named.has(path) && names.closed.has(parent))
      found.push({ path: shown, problem: `is not acted on here; remove it; found ${excerpt(value)}` });
  };
  visitMembers(properties, '', '');
  return found;
}

interface Names {
  readonly named: ReadonlySet<string>;
  /** Paths that lead to a named one. */
  readonly parents: ReadonlySet<string>;
  /** Objects all of whose members must be named. */
  readonly closed: ReadonlySet<string>;
}

const known = new WeakMap<PropertyFates, Names>();

function namesOf(fates: PropertyFates): Names {
  const before = known.get(fates);
  if (before) return before;
  const named = [...fates.serves, ...Object.keys(fates.keeps ?? {}), ...Object.keys(fates.refuses ?? {})];
  const names: Names = {
    named: new Set(named),
    parents: new Set(named.flatMap(parentsOf)),
    closed: new Set(['', ...fates.serves.map((path) => parentsOf(path).at(-1) ?? '')]),
  };
  known.set(fates, names);
  return names;
}

/** `A.B.C` → `A`, `A.B`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join('.'));
}

function asksForNothing(value: Json): boolean {
  if (value === null || value === undefined || value === '' || value === false || value === 'false')
    return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

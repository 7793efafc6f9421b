/**
 * EC2's `Filters`: every filter must hold, a filter holds when one of its values does, `*` and `?` are
 * wildcards. A filter this service does not know is an error, never “everything matches”.
 */
import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../../wire/types.ts';
import type { Tag } from './model.ts';

export type Filterable<T> = Readonly<Record<string, (item: T) => string | readonly string[]>>;

export function applyFilters<T extends { readonly tags: readonly Tag[] }>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  known: Filterable<T>,
): readonly T[] {
  return items.filter((item) => (filters ?? []).every((filter) => holds(item, filter, known)));
}

function holds<T extends { readonly tags: readonly Tag[] }>(
  item: T,
  filter: Filter,
  known: Filterable<T>,
): boolean {
  const name = filter.Name ?? '';
  const actual = valuesOf(item, name, known);
  return (filter.Values ?? []).some((wanted) => actual.some((value) => wildcard(wanted).test(value)));
}

function valuesOf<T extends { readonly tags: readonly Tag[] }>(
  item: T,
  name: string,
  known: Filterable<T>,
): readonly string[] {
  if (name === 'tag-key') return item.tags.map((tag) => tag.Key);
  if (name.startsWith('tag:'))
    return item.tags.filter((tag) => tag.Key === name.slice(4)).map((tag) => tag.Value);
  const read = known[name];
  if (!read)
    throw new AwsError(
      'InvalidParameterValue',
      `The filter '${name}' is invalid here; known are ${Object.keys(known).join(', ')}, tag:<key> and tag-key`,
    );
  const found = read(item);
  return typeof found === 'string' ? [found] : found;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's');
}

/** Narrows to the ids asked for; an id that does not exist is an error, as on AWS. */
export function byIds<T>(
  items: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (item: T) => string,
  code: string,
): readonly T[] {
  if (!ids || ids.length === 0) return items;
  const missing = ids.find((id) => !items.some((item) => idOf(item) === id));
  if (missing !== undefined) throw new AwsError(code, `The ID '${missing}' does not exist`);
  return items.filter((item) => ids.includes(idOf(item)));
}

/**
 * The part of AWS's published resource schema that provisioning needs, small enough to live in a JSON file:
 * per type its properties' shapes, its attributes and what forces a replacement. `check-main.ts` makes the
 * file from the big database; region processes read only this.
 */
import type { Json, Properties } from '../services/contract.ts';

export type Shape =
  | { readonly kind: 'string'; readonly allowed?: readonly string[] }
  | { readonly kind: 'number'; readonly integer?: boolean; readonly allowed?: readonly number[] }
  | { readonly kind: 'boolean' }
  /** Any JSON: policies, patterns, and what the schema leaves open. */
  | { readonly kind: 'json' }
  | { readonly kind: 'list'; readonly element: Shape }
  | { readonly kind: 'map'; readonly element: Shape }
  /** A named definition of the same type's schema. */
  | { readonly kind: 'object'; readonly definition: string }
  | { readonly kind: 'union'; readonly of: readonly Shape[] };

export interface Member {
  readonly shape: Shape;
  readonly required?: boolean;
}

export type Members = Readonly<Record<string, Member>>;

export interface TypeSchema {
  readonly properties: Members;
  readonly definitions: Readonly<Record<string, Members>>;
  readonly attributes: readonly string[];
  /** Paths as `changes.ts` reads them. */
  readonly replaceOn: readonly string[];
}

export type Schema = Readonly<Record<string, TypeSchema>>;

/**
 * Turns text into the number or boolean that the schema asks for, and the other way round, as CloudFormation
 * does: parameters and Fn::Join give text even where a port is wanted. What does not fit stays as it is.
 */
export function coerceProperties(properties: Properties, schema: TypeSchema | undefined): Properties {
  if (!schema) return properties;
  return coerceMembers(properties as Readonly<Record<string, Json>>, schema.properties, schema);
}

function coerceMembers(
  value: Readonly<Record<string, Json>>,
  members: Members,
  schema: TypeSchema,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      return [name, member ? coerce(item, member.shape, schema) : item];
    }),
  );
}

function coerce(value: Json, shape: Shape, schema: TypeSchema): Json {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'number':
      return typeof value === 'string' && isNumeric(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'list':
      return Array.isArray(value)
        ? (value as readonly Json[]).map((item) => coerce(item, shape.element, schema))
        : value;
    case 'map':
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, coerce(item, shape.element, schema)]),
          )
        : value;
    case 'object':
      return isObject(value)
        ? coerceMembers(value, schema.definitions[shape.definition] ?? {}, schema)
        : value;
    case 'json':
    case 'union':
      return value;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{ Ref }` or `{ Fn::… }`: its value is only known at deployment. */
export function isFunction(value: Json): boolean {
  if (!isObject(value)) return false;
  const [name, ...more] = Object.keys(value);
  return more.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
}

export function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

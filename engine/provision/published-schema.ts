/**
 * Reads AWS's published resource schema (@aws-cdk/aws-service-spec, which is generated from the CloudFormation
 * registry) and keeps what provisioning needs of the types an app uses. Loading it takes about a second and
 * 200 MB, so only `check-main.ts` imports this file.
 */
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Member, Members, Schema, Shape, TypeSchema } from './schema.ts';

type Database = Awaited<ReturnType<typeof loadAwsServiceSpec>>;
type Resource = ReturnType<Database['all']>[number] & Published;
/** What is read of a resource or a type definition. */
interface Published {
  readonly properties: Readonly<Record<string, PublishedProperty>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly additionalReplacementProperties?: readonly (readonly string[])[];
}
interface PublishedProperty {
  readonly type: PublishedType;
  readonly previousTypes?: readonly PublishedType[];
  readonly required?: boolean;
  readonly causesReplacement?: string;
}
interface PublishedType {
  readonly type: string;
  readonly allowedValues?: readonly (string | number)[];
  readonly element?: PublishedType;
  readonly types?: readonly PublishedType[];
  readonly reference?: { readonly $ref: string };
}

/** Types that AWS does not publish (custom resources, for one) are absent from the result. */
export async function loadSchema(types: Iterable<string>): Promise<Schema> {
  const database = await loadAwsServiceSpec();
  const schema: Record<string, TypeSchema> = {};
  for (const type of types) {
    const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', type);
    if (resource) schema[type] = typeSchema(database, resource as unknown as Resource);
  }
  return schema;
}

function typeSchema(database: Database, resource: Resource): TypeSchema {
  const definitions = new Map<string, Published>();
  const properties = members(resource, database, definitions);
  const rendered: Record<string, Members> = {};
  // Rendering a definition may find further ones; a Map goes on to those while it is walked.
  for (const [id, definition] of definitions) rendered[id] = members(definition, database, definitions);
  const additional = resource.additionalReplacementProperties ?? [];
  return {
    properties,
    definitions: rendered,
    attributes: Object.keys(resource.attributes),
    replaceOn: [
      ...replacements(resource, definitions, [], new Set()),
      ...additional.map((path) => path.join('.')),
    ],
  };
}

function members(published: Published, database: Database, definitions: Map<string, Published>): Members {
  return Object.fromEntries(
    Object.entries(published.properties).map(([name, property]): [string, Member] => {
      const shapes = [property.type, ...(property.previousTypes ?? [])].map((type) =>
        shapeOf(type, database, definitions),
      );
      const [only] = shapes;
      const shape: Shape = shapes.length === 1 && only ? only : { kind: 'union', of: shapes };
      return [name, { shape, ...(property.required ? { required: true } : {}) }];
    }),
  );
}

function shapeOf(type: PublishedType, database: Database, definitions: Map<string, Published>): Shape {
  const inner = (each: PublishedType): Shape => shapeOf(each, database, definitions);
  switch (type.type) {
    case 'string':
      return type.allowedValues
        ? { kind: 'string', allowed: type.allowedValues.map(String) }
        : { kind: 'string' };
    case 'date-time':
      return { kind: 'string' };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        ...(type.type === 'integer' ? { integer: true } : {}),
        ...(type.allowedValues ? { allowed: type.allowedValues.map(Number) } : {}),
      };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return { kind: 'list', element: type.element ? inner(type.element) : { kind: 'json' } };
    case 'map':
      return { kind: 'map', element: type.element ? inner(type.element) : { kind: 'json' } };
    case 'union':
      return { kind: 'union', of: (type.types ?? []).map(inner) };
    case 'ref': {
      const id = type.reference?.$ref ?? '';
      if (!definitions.has(id))
        definitions.set(id, database.get('typeDefinition', id) as unknown as Published);
      return { kind: 'object', definition: id };
    }
    default:
      return { kind: 'json' };
  }
}

/** Paths whose change always replaces; “maybe” (conditional updates) is left to the handler. */
function replacements(
  published: Published,
  definitions: ReadonlyMap<string, Published>,
  path: readonly string[],
  seen: ReadonlySet<string>,
): readonly string[] {
  return Object.entries(published.properties).flatMap(([name, property]) => {
    const here = [...path, name];
    if (property.causesReplacement === 'yes') return [here.join('.')];
    return nested(property.type, here, definitions, seen);
  });
}

function nested(
  type: PublishedType,
  path: readonly string[],
  definitions: ReadonlyMap<string, Published>,
  seen: ReadonlySet<string>,
): readonly string[] {
  if ((type.type === 'array' || type.type === 'map') && type.element)
    return nested(type.element, [...path, '*'], definitions, seen);
  const id = type.reference?.$ref;
  const definition = id === undefined ? undefined : definitions.get(id);
  if (id === undefined || !definition || seen.has(id)) return [];
  return replacements(definition, definitions, path, new Set([...seen, id]));
}

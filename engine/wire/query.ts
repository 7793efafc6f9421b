/**
 * Reads an AWS query request (`MetricData.member.1.Dimensions.member.1.Name=Region`) by its input schema: the
 * counterpart of the SDK's QueryShapeSerializer. EC2's dialect capitalizes keys and flattens every list.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { scalarFromText } from './scalars.ts';
import { members, type Schema } from './schema.ts';

interface Node {
  value: string | undefined;
  readonly children: Map<string, Node>;
}

export type QueryDialect = 'query' | 'ec2-query';

export function decodeQuery(schema: Schema, form: URLSearchParams, dialect: QueryDialect): unknown {
  return structure(schema, tree(form), dialect, '');
}

function tree(form: URLSearchParams): Node {
  const root: Node = { value: undefined, children: new Map() };
  for (const [key, value] of form) {
    let node = root;
    for (const part of key.split('.')) {
      let child = node.children.get(part);
      if (!child) {
        child = { value: undefined, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

function read(schema: Schema, node: Node, dialect: QueryDialect, path: string): unknown {
  if (schema.isStructSchema()) return structure(schema, node, dialect, path);
  if (schema.isListSchema()) return list(schema, node, dialect, path);
  if (schema.isMapSchema()) return map(schema, node, dialect, path);
  return scalarFromText(schema, node.value ?? '', 'date-time', path);
}

function structure(schema: Schema, node: Node, dialect: QueryDialect, path: string): unknown {
  const out: Record<string, unknown> = {};
  for (const [name, member] of members(schema)) {
    const child = node.children.get(keyOf(name, member, dialect)) ?? flattenedAlias(member, node, dialect);
    if (child) out[name] = read(member, child, dialect, path === '' ? name : `${path}.${name}`);
  }
  return out;
}

function keyOf(name: string, member: Schema, dialect: QueryDialect): string {
  const { xmlName, ec2QueryName } = namesOf(member);
  if (dialect === 'query') return xmlName ?? name;
  if (ec2QueryName) return ec2QueryName;
  const key = xmlName ?? name;
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** The AWS CLI names a flattened list after its items where the model gives them a name. */
function flattenedAlias(member: Schema, node: Node, dialect: QueryDialect): Node | undefined {
  if (dialect !== 'query' || !member.isListSchema() || !member.getMergedTraits().xmlFlattened)
    return undefined;
  const { xmlName } = namesOf(member.getValueSchema());
  return xmlName === undefined ? undefined : node.children.get(xmlName);
}

function list(schema: Schema, node: Node, dialect: QueryDialect, path: string): unknown[] {
  const value = schema.getValueSchema();
  const flat = dialect === 'ec2-query' || Boolean(schema.getMergedTraits().xmlFlattened);
  const holder = flat ? node : node.children.get(namesOf(value).xmlName ?? 'member');
  if (!holder) return [];
  return numbered(holder).map(([index, item]) => read(value, item, dialect, `${path}.${index}`));
}

function map(schema: Schema, node: Node, dialect: QueryDialect, path: string): unknown {
  const flat = dialect === 'ec2-query' || Boolean(schema.getMergedTraits().xmlFlattened);
  const holder = flat ? node : node.children.get('entry');
  if (!holder) return {};
  const keyName = namesOf(schema.getKeySchema()).xmlName ?? 'key';
  const valueName = namesOf(schema.getValueSchema()).xmlName ?? 'value';
  const entries = numbered(holder).flatMap(([index, entry]): [string, unknown][] => {
    const key = entry.children.get(keyName)?.value;
    const value = entry.children.get(valueName);
    if (key === undefined || !value) return [];
    return [[key, read(schema.getValueSchema(), value, dialect, `${path}.${index}`)]];
  });
  // fromEntries defines own properties, so a key such as __proto__ stays a key.
  return Object.fromEntries(entries);
}

function numbered(node: Node): [number, Node][] {
  return [...node.children]
    .filter(([key]) => /^[0-9]{1,9}$/.test(key))
    .map(([key, child]): [number, Node] => [Number(key), child])
    .sort((a, b) => a[0] - b[0]);
}

function namesOf(schema: Schema): { readonly xmlName?: string; readonly ec2QueryName?: string } {
  return schema.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
}

/**
 * Holds a decoded input against its schema, as the front end of an AWS service does: a missing required
 * member and a value of another type are refused with the member's path. Unknown members are dropped by the
 * decoders. An idempotency token that a client left out is filled in.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { InvalidInput } from './scalars.ts';
import { members, requiredMembers, type Schema } from './schema.ts';

/** Depth beyond any AWS input; recursive shapes end here. */
const DEPTH_LIMIT = 64;

export function validate(schema: Schema, input: unknown): void {
  const problems: string[] = [];
  check(schema, input, '', problems, 0);
  if (problems.length > 0)
    throw new InvalidInput(
      `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected: ${problems.slice(0, 10).join('; ')}`,
    );
}

function check(schema: Schema, value: unknown, path: string, problems: string[], depth: number): void {
  if (schema.isUnitSchema() || schema.isDocumentSchema()) return;
  if (depth > DEPTH_LIMIT) {
    problems.push(`${path}: nested deeper than ${DEPTH_LIMIT}`);
    return;
  }
  if (schema.isStructSchema()) checkStructure(schema, value, path, problems, depth);
  else if (schema.isListSchema()) checkList(schema, value, path, problems, depth);
  else if (schema.isMapSchema()) checkMap(schema, value, path, problems, depth);
  else {
    const expected = scalarProblem(schema, value);
    if (expected) problems.push(found(path, expected, value));
  }
}

function checkList(schema: Schema, value: unknown, path: string, problems: string[], depth: number): void {
  if (!Array.isArray(value)) {
    problems.push(found(path, 'a list', value));
    return;
  }
  const item = schema.getValueSchema();
  for (const [index, entry] of value.entries())
    if (entry !== null) check(item, entry, `${path}.${index + 1}`, problems, depth + 1);
}

function checkMap(schema: Schema, value: unknown, path: string, problems: string[], depth: number): void {
  if (!isObject(value)) {
    problems.push(found(path, 'a map', value));
    return;
  }
  const entrySchema = schema.getValueSchema();
  for (const [key, entry] of Object.entries(value))
    if (entry !== null) check(entrySchema, entry, `${path}.${key}`, problems, depth + 1);
}

function checkStructure(
  schema: Schema,
  value: unknown,
  path: string,
  problems: string[],
  depth: number,
): void {
  if (!isObject(value)) {
    problems.push(found(path, 'a structure', value));
    return;
  }
  const required = new Set(requiredMembers(schema));
  for (const [name, member] of members(schema)) {
    const memberPath = path === '' ? name : `${path}.${name}`;
    const given = value[name];
    if (given !== undefined && given !== null) check(member, given, memberPath, problems, depth + 1);
    else if (member.isIdempotencyToken()) value[name] = randomUUID();
    else if (required.has(name)) problems.push(`${memberPath}: a value is required, found none`);
  }
}

function scalarProblem(schema: Schema, value: unknown): string | undefined {
  if (schema.isStringSchema())
    return typeof value === 'string' || value instanceof String ? undefined : 'a string';
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? undefined : 'a boolean';
  if (schema.isNumericSchema()) return typeof value === 'number' ? undefined : 'a number';
  if (schema.isTimestampSchema())
    return value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : 'a timestamp';
  if (schema.isBlobSchema())
    return value instanceof Uint8Array || value instanceof Readable || typeof value === 'string'
      ? undefined
      : 'a blob';
  return undefined;
}

function found(path: string, expected: string, value: unknown): string {
  const shown =
    JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'nothing';
  return `${path === '' ? 'input' : path}: expected ${expected}, found ${shown.slice(0, 100)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

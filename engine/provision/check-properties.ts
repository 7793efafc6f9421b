/**
 * Holds a template's properties against the schema of their types: unknown names, wrong kinds of values,
 * missing ones, values that are not among the allowed. A function is accepted wherever a value may stand,
 * since its result is only known at deployment. Pure.
 */
import type { Json } from '../services/contract.ts';
import { inside, type Place, presentResources, referencesOf, type Template } from '../template/index.ts';
import {
  isFunction,
  isNumeric,
  isObject,
  type Members,
  type Schema,
  type Shape,
  type TypeSchema,
} from './schema.ts';

export interface PropertyProblem {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** From the template's root: `Resources.Api.Properties.Port`. */
  readonly path: string;
  readonly problem: string;
}

type Report = (place: Place, problem: string) => void;

export function checkProperties(
  stack: string,
  template: Template,
  schema: Schema,
): readonly PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  for (const { logicalId, type, properties } of presentResources(template)) {
    const known = schema[type];
    const place: Place = { file: template.file, path: `Resources.${logicalId}.Properties` };
    const report: Report = (at, problem) => problems.push({ stack, logicalId, type, path: at.path, problem });
    if (known) checkMembers(properties, known.properties, known, place, report);
    for (const { logicalId: target, attribute, place: at } of referencesOf(
      properties,
      template,
      undefined,
      place,
    ))
      if (attribute !== undefined) checkAttribute(template, schema, target, attribute, at, report);
  }
  return problems;
}

function checkAttribute(
  template: Template,
  schema: Schema,
  logicalId: string,
  attribute: string,
  place: Place,
  report: Report,
): void {
  const type = template.resources.get(logicalId)?.type;
  const attributes = type === undefined ? undefined : schema[type]?.attributes;
  if (!attributes || attributes.length === 0) return;
  // An attribute that is an object may be listed without its members.
  const [head = ''] = attribute.split('.');
  if (attributes.includes(attribute) || attributes.includes(head)) return;
  report(place, `${logicalId} (${type}) has no attribute ${attribute}; ${nearest(attribute, attributes)}`);
}

function checkMembers(
  value: Readonly<Record<string, Json>>,
  members: Members,
  schema: TypeSchema,
  place: Place,
  report: Report,
): void {
  for (const [name, item] of Object.entries(value)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member) checkValue(item, member.shape, schema, inside(place, name), report);
    else report(inside(place, name), `unknown property; ${nearest(name, Object.keys(members))}`);
  }
  for (const [name, member] of Object.entries(members))
    if (member.required && value[name] === undefined) report(place, `${name} is required and missing`);
}

function checkValue(value: Json, shape: Shape, schema: TypeSchema, place: Place, report: Report): void {
  if (isFunction(value)) return;
  const wrong = (expected: string): void => report(place, `must be ${expected}, found ${kindOf(value)}`);
  switch (shape.kind) {
    case 'json':
      return;
    case 'string':
      if (typeof value === 'object') wrong('text');
      else if (shape.allowed && !isDynamic(value) && !shape.allowed.includes(String(value)))
        report(place, `must be ${nearest(String(value), shape.allowed)}, found ${JSON.stringify(value)}`);
      return;
    case 'number':
      checkNumber(value, shape, place, report);
      return;
    case 'boolean':
      if (typeof value !== 'boolean' && value !== 'true' && value !== 'false') wrong('true or false');
      return;
    case 'list':
      if (!Array.isArray(value)) {
        wrong('a list');
        return;
      }
      (value as readonly Json[]).forEach((item, index) => {
        checkValue(item, shape.element, schema, inside(place, index), report);
      });
      return;
    case 'map':
      if (!isObject(value)) {
        wrong('an object');
        return;
      }
      for (const [key, item] of Object.entries(value))
        checkValue(item, shape.element, schema, inside(place, key), report);
      return;
    case 'object':
      if (!isObject(value)) {
        wrong('an object');
        return;
      }
      checkMembers(value, schema.definitions[shape.definition] ?? {}, schema, place, report);
      return;
    case 'union': {
      // The value must fit one of the shapes; if it fits none, the first one's complaints are told.
      const complaints = shape.of.map((each) => {
        const found: Parameters<Report>[] = [];
        checkValue(value, each, schema, place, (...problem) => found.push(problem));
        return found;
      });
      if (complaints.some((found) => found.length === 0)) return;
      for (const problem of complaints[0] ?? []) report(...problem);
    }
  }
}

function checkNumber(
  value: Json,
  shape: Extract<Shape, { readonly kind: 'number' }>,
  place: Place,
  report: Report,
): void {
  if (isDynamic(value)) return;
  const fits = typeof value === 'number' || (typeof value === 'string' && isNumeric(value));
  if (!fits || (shape.integer && !Number.isInteger(Number(value))))
    report(place, `must be ${shape.integer ? 'a whole number' : 'a number'}, found ${kindOf(value)}`);
  else if (shape.allowed && !shape.allowed.includes(Number(value)))
    report(place, `must be one of ${shape.allowed.join(', ')}, found ${Number(value)}`);
}

/** {{resolve:…}} has its value at deployment only. */
function isDynamic(value: Json): boolean {
  return typeof value === 'string' && value.includes('{{resolve:');
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

/** The allowed names that look most like what was found: at most five, all of them when they are few. */
export function nearest(found: string, allowed: readonly string[]): string {
  const ranked = [...allowed].sort((a, b) => distance(found, a) - distance(found, b));
  if (ranked.length === 0) return 'nothing is allowed here';
  const few = ranked.slice(0, 5).join(', ');
  return ranked.length <= 5 ? `one of ${few}` : `one of ${few}, … (${ranked.length} in all)`;
}

/** Levenshtein's distance, upper and lower case alike. */
function distance(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * Evaluates intrinsic functions: a JSON value with functions in it becomes one without. Synchronous and
 * pure; a dynamic reference ({{resolve:…}}) stays as it is until a handler needs its value.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */

import { cutCidr } from './cidr.ts';
import type { Json, JsonObject } from './json.ts';
import { choices, inside, type Place, shown, TemplateError } from './problem.ts';
import { attribute, noValue, reference, type Scope, type Value } from './scope.ts';
import { parseSubstitution, splitAttribute } from './substitution.ts';

type Intrinsic = (argument: Json, scope: Scope, place: Place) => Value;

/** The value without functions; undefined if it is AWS::NoValue. */
export function resolve(value: Json, scope: Scope, place: Place): Json | undefined {
  const resolved = evaluate(value, scope, place);
  return resolved === noValue ? undefined : resolved;
}

/** The function an object calls: it has one member, `Ref` or `Fn::…`. */
export function intrinsicName(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const names = Object.keys(value);
  const name = names[0];
  return names.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'))
    ? name
    : undefined;
}

export function evaluate(value: Json, scope: Scope, place: Place): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return (value as readonly Json[])
      .map((item, index) => evaluate(item, scope, inside(place, index)))
      .filter((item): item is Json => item !== noValue);
  const name = intrinsicName(value);
  if (name !== undefined) {
    const intrinsic = intrinsics.get(name);
    const at = inside(place, name);
    if (!intrinsic)
      throw new TemplateError(at, `unknown function here; allowed are ${choices(intrinsics.keys())}`);
    return intrinsic((value as JsonObject)[name] as Json, scope, at);
  }
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const resolved = evaluate(member, scope, inside(place, key));
    if (resolved !== noValue) members.push([key, resolved]);
  }
  return Object.fromEntries(members);
}

const intrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', (argument, scope, place) => reference(scope, stringIn(argument, place), place)],
  ['Fn::GetAtt', getAtt],
  ['Fn::Sub', sub],
  ['Fn::Join', join],
  ['Fn::Select', select],
  ['Fn::Split', split],
  ['Fn::If', choose],
  ['Fn::FindInMap', findInMap],
  ['Fn::GetAZs', (argument, scope, place) => scope.zones(text(argument, scope, place) || scope.stack.region)],
  ['Fn::ImportValue', importValue],
  ['Fn::GetStackOutput', stackOutput],
  ['Fn::Base64', (argument, scope, place) => Buffer.from(text(argument, scope, place)).toString('base64')],
  ['Fn::Cidr', cidr],
  ['Fn::Length', (argument, scope, place) => list(argument, scope, place).length],
  ['Fn::ToJsonString', (argument, scope, place) => JSON.stringify(value(argument, scope, place))],
]);

function getAtt(argument: Json, scope: Scope, place: Place): Value {
  if (typeof argument === 'string') {
    const { logicalId, attribute: name } = splitAttribute(argument);
    if (name === undefined)
      throw new TemplateError(place, `must be LogicalId.Attribute, found ${shown(argument)}`);
    return attribute(scope, logicalId, name, place);
  }
  const [logicalId, name] = pair(argument, place, '[logical id, attribute]');
  return attribute(scope, stringIn(logicalId, inside(place, 0)), text(name, scope, inside(place, 1)), place);
}

function sub(argument: Json, scope: Scope, place: Place): Value {
  const [template, variables] = Array.isArray(argument)
    ? pair(argument, place, '[text, variables]')
    : [argument, {}];
  const own = new Map(Object.entries(objectIn(variables, inside(place, 1))));
  return parseSubstitution(stringIn(template, place), place)
    .map((piece) => {
      if (piece.kind === 'literal') return piece.text;
      const variable = own.get(piece.name);
      if (variable !== undefined) return text(variable, scope, inside(inside(place, 1), piece.name));
      const { logicalId, attribute: name } = splitAttribute(piece.name);
      const found =
        name === undefined ? reference(scope, logicalId, place) : attribute(scope, logicalId, name, place);
      return scalar(found, place);
    })
    .join('');
}

function join(argument: Json, scope: Scope, place: Place): Value {
  const [delimiter, values] = pair(argument, place, '[delimiter, list]');
  return list(values, scope, inside(place, 1))
    .map((item, index) => scalar(item, inside(inside(place, 1), index)))
    .join(stringIn(delimiter, inside(place, 0)));
}

function select(argument: Json, scope: Scope, place: Place): Value {
  const [position, values] = pair(argument, place, '[index, list]');
  const index = Number(text(position, scope, inside(place, 0)));
  const items = list(values, scope, inside(place, 1));
  if (!Number.isInteger(index) || index < 0 || index >= items.length)
    throw new TemplateError(place, `the list has ${items.length} elements, asked for ${shown(position)}`);
  return items[index] as Json;
}

function split(argument: Json, scope: Scope, place: Place): Value {
  const [delimiter, source] = pair(argument, place, '[delimiter, text]');
  return text(source, scope, inside(place, 1)).split(stringIn(delimiter, inside(place, 0)));
}

function choose(argument: Json, scope: Scope, place: Place): Value {
  const branches = triple(argument, place, '[condition, then, else]');
  const name = stringIn(branches[0], inside(place, 0));
  const truth = scope.conditions.get(name);
  if (truth === undefined)
    throw new TemplateError(
      inside(place, 0),
      `no condition ${shown(name)}; there is ${choices(scope.conditions.keys())}`,
    );
  return truth
    ? evaluate(branches[1], scope, inside(place, 1))
    : evaluate(branches[2], scope, inside(place, 2));
}

function findInMap(argument: Json, scope: Scope, place: Place): Value {
  if (!Array.isArray(argument) || argument.length < 3 || argument.length > 4)
    throw new TemplateError(place, 'must be [map, first key, second key] and may have {DefaultValue} behind');
  const names = argument.slice(0, 3).map((part, index) => text(part as Json, scope, inside(place, index)));
  let found: Json | undefined = scope.template.mappings;
  for (const name of names)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as JsonObject)[name]
        : undefined;
  if (found !== undefined) return found;
  const fallback = (argument[3] as JsonObject | undefined)?.['DefaultValue'];
  if (fallback !== undefined) return evaluate(fallback, scope, inside(inside(place, 3), 'DefaultValue'));
  throw new TemplateError(place, `nothing is mapped under ${names.join(' → ')}`);
}

function importValue(argument: Json, scope: Scope, place: Place): Value {
  const name = text(argument, scope, place);
  const found = scope.importValue(name);
  if (found !== undefined) return found;
  throw new TemplateError(
    place,
    `no stack of ${scope.stack.region} exports ${shown(name)}; exported: ${choices(scope.exportNames())}`,
  );
}

function stackOutput(argument: Json, scope: Scope, place: Place): Value {
  const members = objectIn(argument, place);
  const read = (key: string): string => text(members[key] ?? '', scope, inside(place, key));
  const region = read('Region') || scope.stack.region;
  if (region !== scope.stack.region)
    throw new TemplateError(
      place,
      `reads stacks of ${scope.stack.region} only, asked for ${region}; pass the value by a fixed name instead`,
    );
  const found = scope.stackOutput(read('StackName'), read('OutputName'));
  if (found !== undefined) return found;
  throw new TemplateError(
    place,
    `stack ${read('StackName')} has no output ${read('OutputName')} in ${region}`,
  );
}

function cidr(argument: Json, scope: Scope, place: Place): Value {
  const [block, count, bits] = triple(argument, place, '[block, count, host bits]');
  try {
    return cutCidr(
      text(block, scope, inside(place, 0)),
      Number(text(count, scope, inside(place, 1))),
      Number(text(bits, scope, inside(place, 2))),
    );
  } catch (error) {
    throw error instanceof RangeError ? new TemplateError(place, error.message) : error;
  }
}

function value(argument: Json, scope: Scope, place: Place): Json {
  const found = evaluate(argument, scope, place);
  if (found === noValue) throw new TemplateError(place, 'AWS::NoValue has no value to work with');
  return found;
}

function list(argument: Json, scope: Scope, place: Place): readonly Json[] {
  const found = value(argument, scope, place);
  if (!Array.isArray(found)) throw new TemplateError(place, `must be a list, found ${shown(found)}`);
  return found as readonly Json[];
}

function text(argument: Json, scope: Scope, place: Place): string {
  return scalar(value(argument, scope, place), place);
}

function scalar(found: Value, place: Place): string {
  if (typeof found === 'string') return found;
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  throw new TemplateError(place, `must be text, found ${found === noValue ? 'AWS::NoValue' : shown(found)}`);
}

function stringIn(argument: Json, place: Place): string {
  if (typeof argument === 'string') return argument;
  throw new TemplateError(place, `must be a string, found ${shown(argument)}`);
}

function objectIn(argument: Json, place: Place): JsonObject {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument))
    return argument as JsonObject;
  throw new TemplateError(place, `must be an object, found ${shown(argument)}`);
}

function pair(argument: Json, place: Place, form: string): readonly [Json, Json] {
  if (Array.isArray(argument) && argument.length === 2) return argument as unknown as readonly [Json, Json];
  throw new TemplateError(place, `must be ${form}, found ${shown(argument)}`);
}

function triple(argument: Json, place: Place, form: string): readonly [Json, Json, Json] {
  if (Array.isArray(argument) && argument.length === 3)
    return argument as unknown as readonly [Json, Json, Json];
  throw new TemplateError(place, `must be ${form}, found ${shown(argument)}`);
}

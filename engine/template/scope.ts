/**
 * What names mean while a template is evaluated: pseudo parameters, parameters, conditions, mappings,
 * resources that exist already, and values of other stacks. Everything is given; nothing is looked up.
 */
import type { Json } from './json.ts';
import { choices, type Place, shown, TemplateError } from './problem.ts';
import type { Template } from './template.ts';

/** What AWS::NoValue leaves: the member or element that holds it is left out. */
export const noValue: unique symbol = Symbol('AWS::NoValue');
export type Value = Json | typeof noValue;

/** A resource as others may refer to it. */
export interface KnownResource {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface StackPlace {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
}

export interface Scope {
  readonly template: Template;
  readonly stack: StackPlace;
  readonly parameters: ReadonlyMap<string, Json>;
  readonly conditions: ReadonlyMap<string, boolean>;
  resource(logicalId: string): KnownResource | undefined;
  /** The value of another stack's export in this region; undefined if nothing is exported by that name. */
  importValue(name: string): Json | undefined;
  /** All names that importValue knows, for messages. */
  exportNames(): readonly string[];
  /** An output of another stack of this region, exported or not; undefined if there is none. */
  stackOutput(stackName: string, outputName: string): Json | undefined;
  zones(region: string): readonly string[];
}

export function pseudoParameter(stack: StackPlace, name: string): Value | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return stack.account;
    case 'AWS::Region':
      return stack.region;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.stackName;
    case 'AWS::StackId':
      return stack.stackId;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return noValue;
    default:
      return undefined;
  }
}

/** What `Ref` gives. */
export function reference(scope: Scope, name: string, place: Place): Value {
  const pseudo = pseudoParameter(scope.stack, name);
  if (pseudo !== undefined) return pseudo;
  const parameter = scope.parameters.get(name);
  if (parameter !== undefined) return parameter;
  return knownResource(scope, name, place).physicalId;
}

/** What `Fn::GetAtt` gives: an attribute by its whole name, or a member of one that is an object. */
export function attribute(scope: Scope, logicalId: string, name: string, place: Place): Json {
  const { attributes } = knownResource(scope, logicalId, place);
  if (Object.hasOwn(attributes, name)) return attributes[name] as Json;
  let value: Json | undefined = attributes;
  for (const step of name.split('.'))
    value =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, step)
        ? (value as Readonly<Record<string, Json>>)[step]
        : undefined;
  if (value !== undefined) return value;
  const type = scope.template.resources.get(logicalId)?.type ?? 'its type';
  throw new TemplateError(
    place,
    `${logicalId} (${type}) has no attribute ${shown(name)} here; its attributes: ${choices(Object.keys(attributes))}`,
  );
}

function knownResource(scope: Scope, logicalId: string, place: Place): KnownResource {
  const resource = scope.resource(logicalId);
  if (resource) return resource;
  if (scope.template.resources.has(logicalId))
    throw new TemplateError(
      place,
      `refers to ${logicalId}, which this stack does not create: its condition is false or it is not made yet`,
    );
  throw new TemplateError(
    place,
    `refers to ${shown(logicalId)}, which is neither a parameter nor a resource of this template`,
  );
}

/**
 * Conditions and rules: expressions over parameters that are true or false before any resource exists.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
 */

import { resolve } from './intrinsics.ts';
import type { Json, JsonObject } from './json.ts';
import { choices, inside, type Place, shown, TemplateError } from './problem.ts';
import type { Scope } from './scope.ts';

/** The scope before conditions are known. */
export type EarlyScope = Omit<Scope, 'conditions'>;

const OPERATORS = [
  'Fn::Equals',
  'Fn::And',
  'Fn::Or',
  'Fn::Not',
  'Condition',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
];

export function evaluateConditions(early: EarlyScope): ReadonlyMap<string, boolean> {
  const { template } = early;
  const known = new Map<string, boolean>();
  const path: string[] = [];
  const named = (name: string, place: Place): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!Object.hasOwn(template.conditions, name))
      throw new TemplateError(
        place,
        `no condition ${shown(name)}; there is ${choices(Object.keys(template.conditions))}`,
      );
    if (path.includes(name))
      throw new TemplateError(place, `conditions refer to each other: ${[...path, name].join(' → ')}`);
    path.push(name);
    const at: Place = { file: template.file, path: `Conditions.${name}` };
    const truth = isTrue(template.conditions[name] as Json, { ...early, conditions: known }, at, named);
    path.pop();
    known.set(name, truth);
    return truth;
  };
  for (const name of Object.keys(template.conditions))
    named(name, { file: template.file, path: 'Conditions' });
  return known;
}

/** Throws for the first rule whose assertion does not hold, with the rule's own words. */
export function checkRules(scope: Scope): void {
  const { template } = scope;
  const named = (name: string, place: Place): boolean => {
    const truth = scope.conditions.get(name);
    if (truth === undefined) throw new TemplateError(place, `no condition ${shown(name)}`);
    return truth;
  };
  for (const [name, rule] of Object.entries(template.rules)) {
    const place: Place = { file: template.file, path: `Rules.${name}` };
    const when = rule['RuleCondition'];
    if (when !== undefined && !isTrue(when, scope, inside(place, 'RuleCondition'), named)) continue;
    const assertions = (rule['Assertions'] ?? []) as readonly JsonObject[];
    assertions.forEach((assertion, index) => {
      const at = inside(inside(inside(place, 'Assertions'), index), 'Assert');
      if (!isTrue(assertion['Assert'] as Json, scope, at, named))
        throw new TemplateError(at, String(assertion['AssertDescription'] ?? 'the assertion does not hold'));
    });
  }
}

function isTrue(
  expression: Json,
  scope: Scope,
  place: Place,
  named: (name: string, place: Place) => boolean,
): boolean {
  const [operator, argument] =
    typeof expression === 'object' && expression !== null && !Array.isArray(expression)
      ? (Object.entries(expression as JsonObject)[0] ?? ['', null])
      : ['', null];
  const at = inside(place, operator);
  const parts = (least: number, most: number): readonly Json[] => {
    if (!Array.isArray(argument) || argument.length < least || argument.length > most)
      throw new TemplateError(at, `must be a list of ${least} to ${most}, found ${shown(argument)}`);
    return argument as readonly Json[];
  };
  const truth = (part: Json, index: number): boolean => isTrue(part, scope, inside(at, index), named);
  const plain = (part: Json | undefined, index: number): Json =>
    resolve(part ?? null, scope, inside(at, index)) ?? null;
  switch (operator) {
    case 'Fn::Equals': {
      const [left, right] = parts(2, 2);
      return same(plain(left, 0), plain(right, 1));
    }
    case 'Fn::And':
      return parts(2, 10).map(truth).every(Boolean);
    case 'Fn::Or':
      return parts(2, 10).map(truth).some(Boolean);
    case 'Fn::Not':
      return !parts(1, 1).map(truth)[0];
    case 'Condition':
      return named(String(argument), at);
    case 'Fn::Contains': {
      const [values, wanted] = parts(2, 2);
      return members(plain(values, 0)).some((value) => same(value, plain(wanted, 1)));
    }
    case 'Fn::EachMemberEquals': {
      const [values, wanted] = parts(2, 2);
      return members(plain(values, 0)).every((value) => same(value, plain(wanted, 1)));
    }
    case 'Fn::EachMemberIn': {
      const [values, allowed] = parts(2, 2);
      const among = members(plain(allowed, 1));
      return members(plain(values, 0)).every((value) => among.some((other) => same(value, other)));
    }
    default:
      throw new TemplateError(place, `must be one of ${choices(OPERATORS)}, found ${shown(expression)}`);
  }
}

/** CloudFormation compares as text: the number 3 equals "3". */
function same(left: Json, right: Json): boolean {
  const text = (value: Json): string =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return text(left) === text(right);
}

function members(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

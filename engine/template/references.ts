/**
 * Which resources a value refers to: Ref, Fn::GetAtt and names in Fn::Sub. Of Fn::If only the branch that is
 * taken counts, since the other one's resources may not exist.
 */

import { intrinsicName } from './intrinsics.ts';
import type { Json, JsonObject } from './json.ts';
import { inside, type Place } from './problem.ts';
import { pseudoParameter, type StackPlace } from './scope.ts';
import { parseSubstitution, splitAttribute } from './substitution.ts';
import type { Template } from './template.ts';

export interface Reference {
  readonly logicalId: string;
  /** Absent for Ref. */
  readonly attribute?: string;
  readonly place: Place;
}

const NOWHERE: StackPlace = { account: '', region: '', stackName: '', stackId: '' };

/** Parameters and pseudo parameters are no resources and left out; names that are nothing at all are kept. */
export function referencesOf(
  value: Json,
  template: Template,
  conditions: ReadonlyMap<string, boolean> | undefined,
  place: Place,
): readonly Reference[] {
  const found: Reference[] = [];
  const add = (name: string, at: Place, attribute?: string): void => {
    if (pseudoParameter(NOWHERE, name) !== undefined || Object.hasOwn(template.parameters, name)) return;
    found.push({ logicalId: name, place: at, ...(attribute === undefined ? {} : { attribute }) });
  };
  const walk = (current: Json, at: Place): void => {
    if (typeof current !== 'object' || current === null) return;
    if (Array.isArray(current)) {
      (current as readonly Json[]).forEach((item, index) => void walk(item, inside(at, index)));
      return;
    }
    const members = current as JsonObject;
    const name = intrinsicName(current);
    const argument = name === undefined ? undefined : members[name];
    if (name !== undefined && argument !== undefined && special(name, argument, inside(at, name))) return;
    for (const [key, member] of Object.entries(members)) walk(member, inside(at, key));
  };
  /** True when the function's argument needs no further walk. */
  const special = (name: string, argument: Json, at: Place): boolean => {
    switch (name) {
      case 'Ref':
        if (typeof argument === 'string') add(argument, at);
        return true;
      case 'Fn::GetAtt': {
        const parts =
          typeof argument === 'string'
            ? splitAttribute(argument)
            : { logicalId: (argument as readonly Json[])[0], attribute: (argument as readonly Json[])[1] };
        if (typeof parts.logicalId === 'string')
          add(parts.logicalId, at, typeof parts.attribute === 'string' ? parts.attribute : undefined);
        return typeof parts.attribute === 'string';
      }
      case 'Fn::Sub': {
        const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
        if (typeof text !== 'string') return false;
        for (const piece of parseSubstitution(text, at)) {
          if (piece.kind === 'literal' || Object.hasOwn((variables ?? {}) as JsonObject, piece.name))
            continue;
          const { logicalId, attribute } = splitAttribute(piece.name);
          add(logicalId, at, attribute);
        }
        return false;
      }
      case 'Fn::If': {
        if (!conditions || !Array.isArray(argument)) return false;
        const branch = conditions.get(String(argument[0])) ? 1 : 2;
        walk((argument[branch] ?? null) as Json, inside(at, branch));
        return true;
      }
      default:
        return false;
    }
  };
  walk(value, place);
  return found;
}

/**
 * What becomes of every resource of an app, known before anything is made: it runs, it is recorded (and what
 * does not happen here is said), or it is refused (and what to do is said). So is every property of a
 * resource that runs.
 */
import type { Fate } from '../services/contract.ts';
import { presentResources, type Template } from '../template/index.ts';
import { type UnservedProperty, unservedProperties } from './property-fates.ts';

export interface PlannedResource {
  readonly stack: string;
  readonly region: string;
  readonly logicalId: string;
  readonly type: string;
}

export interface FatePlan {
  readonly runs: readonly (PlannedResource & { readonly service: string })[];
  readonly recorded: readonly (PlannedResource & { readonly service: string; readonly note: string })[];
  readonly refused: readonly PlannedResource[];
  /** Properties, as far as the template itself says them, of resources that run unconditionally. */
  readonly refusedProperties: readonly (PlannedResource & UnservedProperty)[];
}

/** The part of a service definition that is needed here. */
export interface TypeOwner {
  readonly name: string;
  readonly types: Readonly<Record<string, Fate>>;
}

export interface PlannedStack {
  readonly name: string;
  readonly region: string;
  readonly template: Template;
}

export function planFates(stacks: readonly PlannedStack[], services: readonly TypeOwner[]): FatePlan {
  const owners = new Map<string, { service: string; fate: Fate }>();
  for (const { name, types } of services)
    for (const [type, fate] of Object.entries(types)) owners.set(type, { service: name, fate });
  const runs: (PlannedResource & { service: string })[] = [];
  const recorded: (PlannedResource & { service: string; note: string })[] = [];
  const refused: PlannedResource[] = [];
  const refusedProperties: (PlannedResource & UnservedProperty)[] = [];
  for (const { name, region, template } of stacks)
    for (const { logicalId, type, properties, condition } of presentResources(template)) {
      const resource: PlannedResource = { stack: name, region, logicalId, type };
      const owner = owners.get(type);
      if (!owner) refused.push(resource);
      else if (owner.fate.fate === 'recorded')
        recorded.push({ ...resource, service: owner.service, note: owner.fate.note });
      else {
        runs.push({ ...resource, service: owner.service });
        // Whether a conditional one is made is known at deployment, where its properties are looked at.
        if (owner.fate.properties && condition === undefined)
          for (const unserved of unservedProperties(properties, owner.fate.properties))
            refusedProperties.push({ ...resource, ...unserved });
      }
    }
  return { runs, recorded, refused, refusedProperties };
}

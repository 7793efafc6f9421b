/**
 * What a change of properties means for a resource: nothing, an update in place, or a replacement. Compared
 * is what was deployed with what the template says now; what became of the resource since (a writer that
 * changed places, a scaled service) is not looked at and never put back.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from '../services/contract.ts';

export type Change =
  | { readonly kind: 'create' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'update'; readonly changed: readonly string[] }
  | { readonly kind: 'replace'; readonly because: readonly string[] };

export interface ChangeRules {
  /** Paths whose change replaces: `Engine`, `Network.Subnets`, `Listeners.*.Port` (`*` is any element). */
  readonly replaceOn: readonly string[];
  readonly canUpdate: boolean;
}

export function changeOf(deployed: Properties | undefined, wanted: Properties, rules: ChangeRules): Change {
  if (!deployed) return { kind: 'create' };
  const changed = [...new Set([...Object.keys(deployed), ...Object.keys(wanted)])].filter(
    (name) => !isDeepStrictEqual(deployed[name], wanted[name]),
  );
  if (changed.length === 0) return { kind: 'keep' };
  if (!rules.canUpdate) return { kind: 'replace', because: changed };
  const because = rules.replaceOn.filter((path) => {
    const steps = path.split('.');
    return changed.includes(steps[0] ?? '') && !isDeepStrictEqual(pick(deployed, steps), pick(wanted, steps));
  });
  return because.length > 0 ? { kind: 'replace', because } : { kind: 'update', changed };
}

function pick(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (step === '*') return Object.values(value).map((item) => pick(item, rest));
  return Object.hasOwn(value, step) ? pick((value as Record<string, unknown>)[step], rest) : undefined;
}

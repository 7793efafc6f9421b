/** What is wrong with an app before anything is made of it, and what of it will not be alive here. */
import { type Assembly, readTemplate } from '../assembly/index.ts';
import { checkAssembly, planFates } from '../provision/index.ts';
import type { TypeOwner } from '../region/messages.ts';

export interface Findings {
  /** Sentences; not empty: the app is refused. */
  readonly problems: readonly string[];
  readonly recorded: readonly { readonly type: string; readonly note: string; readonly count: number }[];
}

/** Checks properties against AWS's published schema; the report is kept for the regions in `schemaFile`. */
export async function propertyProblems(assembly: Assembly, schemaFile: string): Promise<readonly string[]> {
  const report = await checkAssembly(assembly, schemaFile);
  return report.problems.map(({ stack, path, type, problem }) => `${stack}, ${path} (${type}): ${problem}`);
}

export function fatesOf(assembly: Assembly, owners: readonly TypeOwner[]): Findings {
  const stacks = assembly.stacks.map((stack) => ({ ...stack, template: readTemplate(stack) }));
  const plan = planFates(stacks, owners);
  const recorded = new Map<string, { type: string; note: string; count: number }>();
  for (const { type, note } of plan.recorded)
    recorded.set(type, { type, note, count: (recorded.get(type)?.count ?? 0) + 1 });
  return {
    problems: [
      ...plan.refused.map(
        ({ stack, region, logicalId, type }) =>
          `${stack} (${region}), ${logicalId}: ${type} is not run here; remove it, or add a handler (docs/recipes/add-a-resource-type.md)`,
      ),
      ...plan.refusedProperties.map(
        ({ stack, logicalId, type, path, problem }) =>
          `${stack}, Resources.${logicalId}.Properties.${path} (${type}): ${problem}`,
      ),
    ],
    recorded: [...recorded.values()],
  };
}

/** `later` without what is said of a place that `first` has found fault with already. */
export function withoutRepeats(first: readonly string[], later: readonly string[]): readonly string[] {
  const placeOf = (sentence: string): string => sentence.split('): ')[0] ?? sentence;
  const places = new Set(first.map(placeOf));
  return [...first, ...later.filter((sentence) => !places.has(placeOf(sentence)))];
}

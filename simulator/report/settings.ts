// What a person chose, and what differs between two choices, in words. Pure.

import type { Setting } from '../options.ts';

const FEW_KINDS = 4;

function kindsText(kinds: Setting['faults']): string {
  if (kinds.length === 0) return 'no faults';
  return kinds.length > FEW_KINDS ? `${kinds.length} kinds of fault` : kinds.join(', ');
}

/** One line that tells two usual settings apart. */
export function settingText(setting: Setting): string {
  const { policy, healthCheck, schedule, standbyCapacity, shedsLoad, faults } = setting;
  return [
    `${schedule} of ${kindsText(faults)}`,
    `policy ${policy.mode}`,
    `health check ${healthCheck.intervalSeconds} s × ${healthCheck.failureThreshold}`,
    `standby ${standbyCapacity}`,
    ...(shedsLoad ? [] : ['no load shed']),
  ].join('; ');
}

type Leaves = readonly (readonly [path: string, value: string])[];

function leaves(value: unknown, path: string): Leaves {
  if (Array.isArray(value)) return [[path, value.join(', ')]];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}

/** Every choice by its name, nested ones with dots. */
export const choices = (setting: object): Leaves => leaves(setting, '');

export interface Differing {
  readonly name: string;
  /** In the settings' order; null: it is not there. */
  readonly values: readonly (string | null)[];
}

export function differing(settings: readonly Setting[]): readonly Differing[] {
  const all = settings.map((setting) => new Map(choices(setting)));
  const names = [...new Set(all.flatMap((one) => [...one.keys()]))];
  return names
    .map((name) => ({ name, values: all.map((one) => one.get(name) ?? null) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

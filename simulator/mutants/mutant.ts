// A mutant is the system with one rule broken on purpose. Each must be caught by an invariant within a bounded number
// of seeds: a checker that lets a broken system pass proves nothing about the whole one.

import type { Policy } from '@understudy/controller/policy';
import { defaultPolicy } from '@understudy/controller/policy';
import type { Fault, FaultKind } from '../faults.ts';
import type { Laws } from '../laws.ts';
import { realLaws } from '../laws.ts';
import type { RunOptions, Setting } from '../options.ts';
import { DEFAULT_SETTING, drawOptions } from '../options.ts';

export interface Mutant {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly breaks: string;
  /** The invariants that should speak. */
  readonly expects: readonly string[];
  readonly laws: Laws;
  /** The faults that bring it to light soonest. */
  readonly setting: Setting;
  /** Where chance would take too long: this schedule in every run; the rest is drawn. */
  readonly schedule?: readonly Fault[];
  /** With a schedule: the region that stays lost; none by default. */
  readonly core?: RunOptions['core'];
}

export function optionsOf({ setting, schedule, core = 'all' }: Mutant, seed: number): RunOptions {
  const drawn = drawOptions(seed, setting);
  return schedule === undefined ? drawn : { ...drawn, faults: schedule, core };
}

export function broken(change: Partial<Laws>): Laws {
  return { ...realLaws, ...change };
}

/** Storms of these faults alone, or of all. */
export function storms(faults: readonly FaultKind[], policy: Partial<Policy> = {}): Setting {
  return { ...DEFAULT_SETTING, faults, policy: { ...defaultPolicy, ...policy } };
}

/** The writer moves without loss while the world cannot reach it, and goes back by command under full traffic. */
export const thereAndBack: readonly Fault[] = [
  { kind: 'world-cut', region: 0, atMs: 300_000, forMs: 420_000 },
  { kind: 'operator', region: 1, atMs: 1_200_000, command: 'failback' },
];

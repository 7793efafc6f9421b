// What a campaign is made of when a person says nothing, or little: storms, in which anything may fail, for the
// invariants; and single losses of a region, what an architect plans for, for the distributions. Each policy to be
// compared is a part of each. The way back from a seed to its run is the command that this room writes too.

import { FAULT_KINDS, type Fault, type FaultKind } from '../faults.ts';
import { DEFAULT_SETTING, REGION_LOSS, type Setting } from '../options.ts';
import type { Part } from './chunk.ts';
import type { Choice } from './policy-file.ts';

export interface Wish {
  readonly schedule?: Setting['schedule'];
  readonly kinds?: readonly FaultKind[];
  readonly choices: readonly Choice[];
}

const scheduleNamed = (schedule: Setting['schedule']): Setting =>
  schedule === 'incident' ? REGION_LOSS : { ...DEFAULT_SETTING, faults: FAULT_KINDS };

/** Both schedules, unless one or the faults are named. */
export function partsOf({ schedule, kinds, choices }: Wish): readonly Part[] {
  const schedules: readonly Setting['schedule'][] =
    schedule === undefined && kinds === undefined ? ['storm', 'incident'] : [schedule ?? 'storm'];
  const labelOf = (label: string, name: string): string => {
    if (choices.length === 1) return name;
    return schedules.length === 1 ? label : `${label}, ${name}`;
  };
  return schedules.flatMap((one) =>
    choices.map(({ label, policyFile, ...chosen }) => ({
      label: labelOf(label, nameOf(one, kinds)),
      setting: { ...scheduleNamed(one), ...(kinds && { faults: kinds }), ...chosen },
      ...(policyFile !== undefined && { policyFile }),
    })),
  );
}

function nameOf(schedule: Setting['schedule'], kinds: readonly FaultKind[] | undefined): string {
  if (kinds === undefined) return schedule === 'storm' ? 'storm' : 'region-loss';
  if (kinds.length === 0) return `${schedule} without faults`;
  return `${schedule} of ${kinds.length > 3 ? `${kinds.length} kinds of faults` : kinds.join(', ')}`;
}

/** One line for a shell, with nothing in it that a shell would read otherwise. `faults`: others than the seed draws. */
export function replayCommand(
  seed: number,
  { setting, policyFile }: Part,
  faults?: readonly Fault[],
): string {
  const base = scheduleNamed(setting.schedule);
  const sameKinds = JSON.stringify(setting.faults) === JSON.stringify(base.faults);
  const words = [
    'npx understudy simulate',
    `--replay ${seed}`,
    setting.schedule === 'incident' && '--schedule incident',
    !sameKinds && `--faults ${setting.faults.length > 0 ? setting.faults.join(',') : 'none'}`,
    policyFile !== undefined && `--policy ${quoted(policyFile)}`,
    faults && `--with ${quoted(JSON.stringify(faults))}`,
  ];
  return words.filter(Boolean).join(' ');
}

const quoted = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

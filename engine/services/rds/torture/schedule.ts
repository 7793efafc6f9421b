/**
 * What goes wrong, and when: rounds of faults drawn from a seed, the same for the same seed however the run
 * goes. Faults name their victims by part (the writer, a reader, the standby), since who plays it depends on
 * what went wrong before. Pure.
 */
import { seededRandom } from '../../../region/random.ts';

export const FAULT_KINDS = [
  'kill-writer',
  'kill-reader',
  'kill-head',
  'freeze-writer',
  'freeze-reader',
  'move-writer-in-region',
  'cut-link',
  'cut-link-one-way',
  'slow-link',
  'flap-link',
  'switchover',
  'restart-writer-region',
  'restart-standby-region',
  'restart-both-regions',
  'failover-cut-off',
  'failover-region-lost',
  'failover-twice',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** After the round's beginning. */
  readonly atMs: number;
  readonly forMs: number;
  /** One-way faults: towards the standby, or back. */
  readonly towardsStandby: boolean;
}

export interface Round {
  readonly number: number;
  readonly faults: readonly Fault[];
  /** How long everything is left to itself afterwards, before the next round or the check. */
  readonly restMs: number;
  /** Without it the next round begins on what this one left behind. */
  readonly calm: boolean;
}

/** What a round may meet at most, by how often: one fault, two or three that overlap. */
const FAULTS_IN_ROUND = [1, 1, 1, 2, 2, 3];

export function roundOf(seed: number, number: number, kinds: readonly FaultKind[] = FAULT_KINDS): Round {
  const random = seededRandom(seed, `round ${number}`);
  const between = (low: number, high: number): number => Math.round(low + (high - low) * random());
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const faults = Array.from({ length: pick(FAULTS_IN_ROUND) }, (): Fault => {
    const kind = pick(kinds);
    return { kind, atMs: between(0, 1500), forMs: between(200, 4000), towardsStandby: random() < 0.5 };
  });
  return { number, faults, restMs: between(300, 2500), calm: random() < 0.6 };
}

export function describeRound({ number, faults, restMs, calm }: Round): string {
  const words = faults.map(({ kind, atMs, forMs, towardsStandby }) => {
    const way = kind === 'cut-link-one-way' ? (towardsStandby ? ' outward' : ' inward') : '';
    return `${kind}${way} at ${atMs} ms for ${forMs} ms`;
  });
  return `round ${number}: ${words.join(' + ')}; ${restMs} ms rest${calm ? ', then calm' : ''}`;
}

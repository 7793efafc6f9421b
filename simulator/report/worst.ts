// Which runs a person should look at first, and one sentence for each. Only seed and sentence are kept: the seed
// brings the run back whole.

import { describeFault } from '../faults.ts';
import type { RunResult } from '../result.ts';
import { secondsText } from './figures.ts';

export interface WorstRun {
  readonly seed: number;
  readonly headline: string;
  /** Compared from the first figure on, greater is worse. */
  readonly badness: readonly number[];
}

/** A broken invariant, then viewers left without service, then a wrong or missed move, then time, then data. */
function badnessOf(result: RunResult): readonly number[] {
  const lost = result.lossSeconds !== null;
  return [
    result.verdict === 'violated' ? 1 : 0,
    lost && result.rtoWritesSeconds === null ? 1 : 0,
    result.judgement === 'wrong' || result.judgement === 'missed' ? 1 : 0,
    result.rtoWritesSeconds ?? 0,
    result.rtoReadsSeconds ?? 0,
    result.rpoSeconds,
  ];
}

function causeOf({ options }: RunResult): string {
  const [first, ...others] = options.faults;
  if (!first) return 'without any fault';
  return `${describeFault(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

export function headlineOf(result: RunResult): string {
  const [first, ...others] = result.violations;
  if (first)
    return `${first.invariant} at ${secondsText(first.atSeconds)}: ${first.because}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
  const words: string[] = [];
  if (result.verdict === 'violated') words.push('violated');
  if (result.judgement === 'wrong') words.push('moved without need');
  if (result.judgement === 'missed') words.push('did not move');
  if (result.lossSeconds !== null)
    words.push(
      result.rtoWritesSeconds === null
        ? 'writes never came back for good'
        : `writes back after ${secondsText(result.rtoWritesSeconds)}`,
    );
  if (result.lostWrites > 0)
    words.push(
      `${Math.round(result.lostWrites)} writes lost, the oldest ${secondsText(result.rpoSeconds)} old`,
    );
  if (result.missing.length > 0) words.push(`missing: ${result.missing.join(', ')}`);
  return `${words.length > 0 ? words.join('; ') : 'nothing was lost'}: ${causeOf(result)}`;
}

export function worseFirst(one: WorstRun, other: WorstRun): number {
  for (const [n, figure] of one.badness.entries()) {
    const less = (other.badness[n] ?? 0) - figure;
    if (less !== 0) return less;
  }
  return one.seed - other.seed;
}

/** The sentence is made only for a run that is among the worst so far. */
export function keepWorst(kept: readonly WorstRun[], result: RunResult, most: number): readonly WorstRun[] {
  const { seed } = result;
  const candidate = { seed, headline: '', badness: badnessOf(result) };
  const last = kept[most - 1];
  if (most === 0 || (last && worseFirst(last, candidate) < 0)) return kept;
  return joinWorst(kept, [{ ...candidate, headline: headlineOf(result) }], most);
}

export const joinWorst = (
  kept: readonly WorstRun[],
  others: readonly WorstRun[],
  most: number,
): readonly WorstRun[] => [...kept, ...others].sort(worseFirst).slice(0, most);

// What a campaign knows about recovering from the loss of a region, for whoever reckons with years: a sample of
// recovery times, a second exact, and the share of losses from which writes did not come back within the run.

import type { RecoverySample } from '../availability/year.ts';
import type { Distribution } from '../report/histogram.ts';
import type { Summary } from '../report/summary.ts';

/** null: no run recovered, so there is nothing to reckon with. */
export function recoveryOf({ figures }: Summary): RecoverySample | null {
  const { rtoWrites, rtoReads } = figures;
  if (rtoWrites.count === 0 || rtoReads.count === 0) return null;
  return {
    rtoWritesSeconds: secondsOf(rtoWrites),
    rtoReadsSeconds: secondsOf(rtoReads),
    missedShare: rtoWrites.never / (rtoWrites.count + rtoWrites.never),
  };
}

/** Each case at the middle of its bin, and never beyond what was seen. */
function secondsOf({ bins, min, max }: Distribution): readonly number[] {
  return bins.flatMap(([from, to, cases]) => {
    const middle = to === null ? from : (from + to) / 2;
    return Array<number>(cases).fill(Math.min(max ?? middle, Math.max(min ?? middle, middle)));
  });
}

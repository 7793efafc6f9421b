/** How far a drill of a lost region is, while it runs: the same milestones that its verdict rests on. Pure. */
import { milestonesOf } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { recoverySeconds } from './measure.ts';
import type { PhaseName } from './result.ts';
import type { Watch } from './watch.ts';

/** Times are AWS milliseconds; null: not yet. */
export interface LiveFigures {
  readonly lossMs: number | null;
  /** When each phase ended. */
  readonly phases: Readonly<Record<PhaseName, number | null>>;
  /** Since when nothing but success was seen; it may be taken back by a failure. */
  readonly writesBackMs: number | null;
  readonly readsBackMs: number | null;
  readonly acknowledged: number;
}

export function liveFigures(
  ledger: Pick<Ledger, 'attempts' | 'orders'>,
  watch: Pick<Watch, 'seen' | 'records'>,
  loss: { readonly lossMs: number; readonly survivor: string } | null,
): LiveFigures {
  const acknowledged = ledger.orders().filter((order) => order.acknowledgedMs !== null).length;
  if (!loss) {
    const phases = { detect: null, decide: null, promote: null, redirect: null, recover: null };
    return { lossMs: null, phases, writesBackMs: null, readsBackMs: null, acknowledged };
  }
  const { lossMs } = loss;
  const attempts = ledger.attempts();
  const back = (kind: 'write' | 'read'): number | null => {
    // Before anything has failed the loss has not been felt: nothing has come back.
    const felt = attempts.some((one) => one.kind === kind && one.endedMs > lossMs && one.outcome !== 'ok');
    const seconds = felt ? recoverySeconds(attempts, kind, lossMs) : null;
    return seconds === null ? null : lossMs + seconds * 1000;
  };
  const [writesBackMs, readsBackMs] = [back('write'), back('read')];
  const seconds = writesBackMs === null ? null : (writesBackMs - lossMs) / 1000;
  const marks = milestonesOf(ledger, watch, loss, seconds);
  return {
    lossMs,
    phases: {
      detect: marks.answeredMs,
      decide: marks.decidedMs,
      promote: marks.promotedMs,
      redirect: marks.redirectedMs,
      recover: marks.recoveredMs,
    },
    writesBackMs,
    readsBackMs,
    acknowledged,
  };
}

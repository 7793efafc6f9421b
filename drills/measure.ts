/**
 * From what clients saw to RTO and RPO. RTO is the moment of the first success that is followed by nothing but
 * success, less the moment of the loss; RPO is the age of the oldest acknowledged write that is gone. Pure.
 */
import type { Attempt, Order } from './ledger.ts';
import { type LostWrite, PHASES, type PhaseName, type SecondOfTraffic } from './result.ts';

/**
 * Seconds from the loss until attempts of a kind succeed without interruption; 0 if none failed after the
 * loss, null if the last attempts still fail. Only attempts that ended after the loss count.
 */
export function recoverySeconds(
  attempts: readonly Attempt[],
  kind: Attempt['kind'],
  lossMs: number,
  untilMs = Number.POSITIVE_INFINITY,
): number | null {
  const after = attempts
    .filter((attempt) => attempt.kind === kind && attempt.endedMs > lossMs && attempt.startedMs <= untilMs)
    .sort((a, b) => a.startedMs - b.startedMs);
  const lastFailure = after.findLastIndex((attempt) => attempt.outcome !== 'ok');
  if (lastFailure < 0) return 0;
  // A success begun after the last failure began: what was sent before it proves nothing about the time after.
  const first = after
    .slice(lastFailure + 1)
    .reduce<number | null>(
      (least, { endedMs }) => (least === null ? endedMs : Math.min(least, endedMs)),
      null,
    );
  return first === null ? null : (first - lossMs) / 1000;
}

/** Milestones of a failover, AWS ms; null when one was not seen. */
export interface Milestones {
  readonly lossMs: number;
  /** DNS names the survivor. */
  readonly answeredMs: number | null;
  /** The promotion was called. */
  readonly decidedMs: number | null;
  /** The survivor's cluster is the writer. */
  readonly promotedMs: number | null;
  /** The first answer that came from the survivor through the front door. */
  readonly redirectedMs: number | null;
  /** Writes succeed without interruption. */
  readonly recoveredMs: number | null;
}

/**
 * RTO split into its parts, which add up to it: each part is the time from the latest milestone before it.
 * A milestone that was passed while an earlier one was still awaited took no time of its own.
 */
export function phasesOf(milestones: Milestones): Record<PhaseName, number | null> {
  const marks: Record<PhaseName, number | null> = {
    detect: milestones.answeredMs,
    decide: milestones.decidedMs,
    promote: milestones.promotedMs,
    redirect: milestones.redirectedMs,
    recover: milestones.recoveredMs,
  };
  const phases: Partial<Record<PhaseName, number | null>> = {};
  let reached = milestones.lossMs;
  for (const phase of PHASES) {
    const mark = marks[phase];
    phases[phase] = mark === null ? null : Math.max(0, mark - reached) / 1000;
    if (mark !== null) reached = Math.max(reached, mark);
  }
  return phases as Record<PhaseName, number | null>;
}

/** Acknowledged orders that are not there any more, oldest first, and the RPO that they make. */
export function lossOf(
  orders: readonly Order[],
  present: ReadonlySet<string>,
  lossMs: number,
): { readonly rpoSeconds: number; readonly lost: readonly LostWrite[] } {
  const lost = orders
    .filter((order) => order.acknowledgedMs !== null && !order.orderIds.some((id) => present.has(id)))
    .map((order) => ({
      key: order.key,
      orderId: order.orderIds[0] ?? '',
      acknowledgedSecondsBefore: (lossMs - order.acknowledgedMs!) / 1000,
    }))
    .sort((a, b) => b.acknowledgedSecondsBefore - a.acknowledgedSecondsBefore);
  return { rpoSeconds: Math.max(0, lost[0]?.acknowledgedSecondsBefore ?? 0), lost };
}

/** Keys for which more than one order exists. */
export function duplicatesOf(orders: readonly Order[]): readonly string[] {
  return orders.filter((order) => order.orderIds.length > 1).map((order) => order.key);
}

/** The longest stretch within a window in which no write succeeded. */
export function longestPauseSeconds(attempts: readonly Attempt[], fromMs: number, toMs: number): number {
  const successes = attempts
    .filter(
      (one) => one.kind === 'write' && one.outcome === 'ok' && one.endedMs >= fromMs && one.endedMs <= toMs,
    )
    .map((one) => one.endedMs)
    .sort((a, b) => a - b);
  let longest = 0;
  let before = fromMs;
  for (const at of [...successes, toMs]) {
    longest = Math.max(longest, at - before);
    before = at;
  }
  return longest / 1000;
}

/** Outcomes per AWS second, by when attempts ended; seconds without traffic are there too. */
export function perSecond(attempts: readonly Attempt[], lossMs: number): readonly SecondOfTraffic[] {
  const seconds = new Map<number, { -readonly [K in keyof SecondOfTraffic]: SecondOfTraffic[K] }>();
  const at = (second: number): { -readonly [K in keyof SecondOfTraffic]: SecondOfTraffic[K] } => {
    let found = seconds.get(second);
    if (!found) {
      found = {
        atSeconds: second,
        writesOk: 0,
        writesRefused: 0,
        writesFailed: 0,
        readsOk: 0,
        readsFailed: 0,
      };
      seconds.set(second, found);
    }
    return found;
  };
  for (const { kind, outcome, endedMs } of attempts) {
    const second = at(Math.floor((endedMs - lossMs) / 1000));
    if (kind === 'read') second[outcome === 'ok' ? 'readsOk' : 'readsFailed'] += 1;
    else if (outcome === 'ok') second.writesOk += 1;
    else second[outcome === 'refused' ? 'writesRefused' : 'writesFailed'] += 1;
  }
  const known = [...seconds.keys()];
  if (known.length) for (let s = Math.min(...known); s <= Math.max(...known); s++) at(s);
  return [...seconds.values()].sort((a, b) => a.atSeconds - b.atSeconds);
}

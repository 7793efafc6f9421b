/** From everything that was seen to a verdict: each budget and each invariant is one check. Pure. */
import type { Ledger } from './ledger.ts';
import { duplicatesOf, lossOf, type Milestones, perSecond, phasesOf, recoverySeconds } from './measure.ts';
import type { RegionLossOptions } from './region-loss.ts';
import type { Budget, Check, DrillResult } from './result.ts';
import type { Watch } from './watch.ts';

export interface Findings {
  readonly startedAt: string;
  readonly lossMs: number;
  /** When the lost region was brought back; the outage is over by then. */
  readonly restoredMs: number;
  /** Order ids that were found at the end. */
  readonly present: ReadonlySet<string>;
  readonly wayBack: {
    readonly done: boolean;
    readonly because: string;
    readonly startedMs: number | null;
    readonly endedMs: number | null;
    readonly writesPausedSeconds: number | null;
  };
  readonly lost: string;
  readonly survivor: string;
  readonly speed: number;
  readonly options: RegionLossOptions;
  readonly budget: Budget;
}

export function judge(
  ledger: Ledger,
  watch: Pick<Watch, 'seen' | 'records'>,
  findings: Findings,
): DrillResult {
  const { lossMs, restoredMs, present, wayBack, lost, survivor, budget, options } = findings;
  const attempts = ledger.attempts();
  const orders = ledger.orders();
  const writesSeconds = recoverySeconds(attempts, 'write', lossMs, restoredMs);
  const readsSeconds = recoverySeconds(attempts, 'read', lossMs, restoredMs);
  const milestones = milestonesOf(ledger, watch, findings, writesSeconds);
  const { rpoSeconds, lost: gone } = lossOf(orders, present, lossMs);
  // What the lost region acknowledged may be gone (that is the RPO); what the survivor acknowledged may not.
  const bySurvivor = new Set(orders.filter(({ servedBy }) => servedBy === survivor).map(({ key }) => key));
  const lostBefore = gone.filter((one) => !bySurvivor.has(one.key));
  const lostAfter = gone.filter((one) => bySurvivor.has(one.key));
  const forked = forkedWrites(ledger, watch, findings);
  const duplicates = duplicatesOf(orders);
  const acknowledged = orders.filter((order) => order.acknowledgedMs !== null).length;
  const rescued = watch.records.find((record) => record.event === 'rescue.exported')?.data?.['transactions'];
  const strays = orders.filter(
    (order) =>
      order.acknowledgedMs !== null &&
      order.acknowledgedMs > restoredMs &&
      !forked.keys.has(order.key) &&
      !order.orderIds.some((id) => present.has(id)),
  );
  const checks: Check[] = [
    check(
      'writes recover within the RTO',
      writesSeconds !== null && writesSeconds < budget.rtoSeconds,
      seconds(writesSeconds),
      `< ${budget.rtoSeconds} s`,
    ),
    check(
      'reads recover within the RTO',
      readsSeconds !== null && readsSeconds < budget.rtoSeconds,
      seconds(readsSeconds),
      `< ${budget.rtoSeconds} s`,
    ),
    check(
      'lost writes are younger than the RPO',
      rpoSeconds < budget.rpoSeconds,
      `${rpoSeconds.toFixed(3)} s, ${lostBefore.length} lost`,
      `< ${budget.rpoSeconds} s`,
    ),
    check(
      'nothing that the survivor acknowledged is lost',
      lostAfter.length === 0,
      `${lostAfter.length} lost`,
      '0',
    ),
    check('no order exists twice', duplicates.length === 0, `${duplicates.length}`, '0'),
    check(
      'no flapping: DNS moved once for the loss',
      moves(watch, lossMs, restoredMs) === 1,
      `${moves(watch, lossMs, restoredMs)} moves`,
      '1',
    ),
    check(
      'one writer: nothing is kept that the old one took after the promotion',
      forked.kept === 0,
      `${forked.kept} kept, ${forked.setAside} set aside`,
      '0 kept',
    ),
    ...(options.failback
      ? [
          check(
            'the lost region rejoins and leads again',
            wayBack.done,
            wayBack.because,
            'the writer and DNS are back',
          ),
          check('the way back loses nothing', strays.length === 0, `${strays.length} lost`, '0'),
        ]
      : []),
  ];
  const at = (ms: number): number => (ms - lossMs) / 1000;
  return {
    drill: 'region-loss',
    verdict: checks.every(({ ok }) => ok) ? 'passed' : 'failed',
    startedAt: findings.startedAt,
    speed: findings.speed,
    regions: { lost, survivor },
    traffic: { ordersPerSecond: options.ordersPerSecond, readsPerSecond: options.readsPerSecond },
    budget,
    rto: { writesSeconds, readsSeconds, phases: phasesOf(milestones) },
    rpo: { seconds: rpoSeconds, lostWrites: lostBefore.length, lost: lostBefore },
    acknowledged,
    duplicates: duplicates.length,
    unresolved: orders.length - acknowledged,
    rescued: typeof rescued === 'number' ? rescued : null,
    failback: {
      done: wayBack.done,
      lostWrites: strays.length,
      writesPausedSeconds: wayBack.writesPausedSeconds,
      seconds:
        wayBack.startedMs !== null && wayBack.endedMs !== null
          ? (wayBack.endedMs - wayBack.startedMs) / 1000
          : null,
      because: wayBack.because,
    },
    checks,
    timeline: watch.records.map(({ atMs, where, event, subject, because }) => ({
      atSeconds: at(atMs),
      where,
      event,
      subject,
      because,
    })),
    seconds: perSecond(attempts, lossMs),
    sightings: watch.seen.map(({ atMs, ...seen }) => ({ atSeconds: at(atMs), ...seen })),
  };
}

export function milestonesOf(
  ledger: Pick<Ledger, 'attempts'>,
  watch: Pick<Watch, 'seen' | 'records'>,
  { lossMs, survivor }: Pick<Findings, 'lossMs' | 'survivor'>,
  writesSeconds: number | null,
): Milestones {
  const answered = watch.seen.find((seen) => seen.atMs >= lossMs && seen.dnsActive === survivor);
  const event = (name: string): number | null =>
    watch.records.find(
      (record) => record.atMs >= lossMs && record.where === survivor && record.event === name,
    )?.atMs ?? null;
  const redirected = ledger
    .attempts()
    .filter((attempt) => attempt.endedMs >= lossMs && attempt.servedBy === survivor)
    .reduce<number | null>(
      (least, { endedMs }) => (least === null ? endedMs : Math.min(least, endedMs)),
      null,
    );
  return {
    lossMs,
    answeredMs: answered?.atMs ?? null,
    decidedMs: event('cluster.failover-began'),
    promotedMs: event('cluster.promoted'),
    redirectedMs: redirected,
    recoveredMs: writesSeconds === null ? null : lossMs + writesSeconds * 1000,
  };
}

/** How often the active region changed in DNS within a window, as seen once a second. */
function moves(watch: Pick<Watch, 'seen'>, fromMs: number, toMs: number): number {
  const names = watch.seen
    .filter(({ atMs, dnsActive }) => atMs >= fromMs - 5000 && atMs <= toMs && dnsActive !== 'none')
    .map(({ dnsActive }) => dnsActive);
  return names.filter((name, n) => n > 0 && name !== names[n - 1]).length;
}

/**
 * Orders that the old writer acknowledged after the other region was promoted. They may be set aside (and
 * rescued), never kept beside the new writer's.
 */
function forkedWrites(
  ledger: Ledger,
  watch: Pick<Watch, 'records'>,
  { lossMs, lost, survivor, present }: Findings,
): { readonly keys: ReadonlySet<string>; readonly kept: number; readonly setAside: number } {
  const promotion = (where: string, afterMs: number): number =>
    watch.records.find(
      (record) => record.event === 'cluster.promoted' && record.where === where && record.atMs >= afterMs,
    )?.atMs ?? Number.POSITIVE_INFINITY;
  const promotedMs = promotion(survivor, lossMs);
  const backMs = promotion(lost, promotedMs);
  const forked = ledger
    .orders()
    .filter(
      ({ servedBy, acknowledgedMs }) =>
        servedBy === lost &&
        acknowledgedMs !== null &&
        acknowledgedMs > promotedMs &&
        acknowledgedMs < backMs,
    );
  const kept = forked.filter(({ orderIds }) => orderIds.some((id) => present.has(id))).length;
  return { keys: new Set(forked.map(({ key }) => key)), kept, setAside: forked.length - kept };
}

const check = (name: string, ok: boolean, found: string, allowed: string): Check => ({
  name,
  ok,
  found,
  allowed,
});
const seconds = (value: number | null): string => (value === null ? 'not at all' : `${value.toFixed(1)} s`);

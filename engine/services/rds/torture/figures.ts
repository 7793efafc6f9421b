/**
 * What a run measured, and how it reads: how often what went wrong, how long it took to be seen and to be made
 * good, what was lost and why, how long nobody could write.
 */
import { recordsOf, type TimedRecord } from '../region-explanation.ts';
import type { Injected, Stage } from './faults.ts';
import type { Verdict } from './ledger.ts';
import type { Workload } from './workload.ts';

const CAUSED_WITHIN_MS = 60_000;

export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

export interface TortureReport {
  readonly seed: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly checks: number;
  readonly faults: Readonly<Record<string, { readonly done: number; readonly refused: number }>>;
  readonly promotions: {
    readonly inRegion: number;
    readonly restartedInPlace: number;
    readonly planned: number;
    readonly unplanned: number;
  };
  readonly times: Readonly<Record<string, Spread>>;
  readonly writes: {
    readonly acknowledged: number;
    readonly refused: number;
    readonly conflicts: number;
    readonly reads: number;
    readonly behindAtStandby: number;
    readonly longestPauseMs: number;
  };
  readonly losses: Omit<Verdict, 'violations'>;
  readonly rescues: number;
  readonly violations: readonly string[];
}

/** A fault and how long until a client's next write, sent after it, was acknowledged. */
export interface Felt {
  readonly injected: Injected;
  readonly writesAfterMs: number | undefined;
}

export function report(
  run: { readonly seed: number; readonly beganMs: number; readonly rounds: number; readonly checks: number },
  stage: Stage,
  workload: Workload,
  felt: readonly Felt[],
  verdict: Verdict,
): TortureReport {
  const { violations, ...losses } = verdict;
  const records = stage.regions.flatMap(({ region }) => recordsOf(region));
  const told = (event: string, words = ''): number =>
    records.filter(({ entry }) => entry.event === event && entry.because.startsWith(words)).length;
  const planned = told('cluster.promoted', 'a planned move');
  const unplanned = told('cluster.promoted', 'data loss was allowed') + told('cluster.takeover-overruled');
  const inRegion = told('cluster.promoted') - planned - told('cluster.promoted', 'data loss was allowed');
  return {
    seed: run.seed,
    seconds: Math.round((performance.now() - run.beganMs) / 1000),
    rounds: run.rounds,
    checks: run.checks,
    faults: countFaults(felt),
    promotions: { inRegion, restartedInPlace: told('cluster.restarts-writer'), planned, unplanned },
    times: times(felt),
    writes: {
      acknowledged: workload.acknowledged.size,
      ...workload.counts,
      longestPauseMs: Math.round(workload.longestPauseMs),
    },
    losses,
    rescues: told('rescue.exported'),
    violations,
  };
}

function countFaults(felt: readonly Felt[]): TortureReport['faults'] {
  const faults: Record<string, { done: number; refused: number }> = {};
  for (const { injected } of felt) {
    const count = faults[injected.kind] ?? { done: 0, refused: 0 };
    if (injected.done) count.done++;
    else count.refused++;
    faults[injected.kind] = count;
  }
  return faults;
}

function times(felt: readonly Felt[]): TortureReport['times'] {
  const all: Record<string, number[]> = {};
  const add = (what: string, ms: number | undefined): void => {
    if (ms !== undefined) all[what] = [...(all[what] ?? []), ms];
  };
  for (const { injected, writesAfterMs } of felt) {
    const { kind, region, outcome, done } = injected;
    if (!done) continue;
    const after = (wanted: (record: TimedRecord) => boolean): number | undefined => {
      const found = recordsOf(region).find(
        (record) =>
          record.atMs >= injected.atMs && record.atMs < injected.atMs + CAUSED_WITHIN_MS && wanted(record),
      );
      return found && found.atMs - injected.atMs;
    };
    if (/^(kill|freeze)-writer$/.test(kind)) {
      add(
        `${kind}: seen`,
        after(({ entry }) => entry.event === 'instance.failed' && entry.subject === outcome),
      );
      add(
        `${kind}: another writes`,
        after(
          ({ entry }) =>
            entry.event === 'cluster.promoted' && JSON.stringify(entry.data).includes(`"from":"${outcome}"`),
        ),
      );
      add(`${kind}: clients write`, writesAfterMs);
    } else if (kind === 'switchover' || kind === 'move-writer-in-region')
      add(`${kind}: clients write`, writesAfterMs);
    else if (kind.startsWith('failover'))
      add(
        `${kind}: promoted`,
        after(({ entry }) => entry.event === 'cluster.promoted' && entry.because.startsWith('data loss')),
      );
  }
  return Object.fromEntries(Object.entries(all).map(([what, values]) => [what, spread(values)]));
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!);
  return { count: sorted.length, p50Ms: at(0.5), maxMs: at(1) };
}

export function summary(found: TortureReport): string {
  const { promotions, writes, losses } = found;
  const faults = Object.entries(found.faults).map(
    ([kind, { done, refused }]) => `  ${kind} ${done}${refused ? ` (and ${refused} not possible)` : ''}`,
  );
  const took = Object.entries(found.times).map(
    ([what, { count, p50Ms, maxMs }]) => `  ${what}: p50 ${p50Ms} ms, at most ${maxMs} ms (${count})`,
  );
  return [
    `seed ${found.seed}: ${found.rounds} rounds in ${found.seconds} s, checked ${found.checks} times`,
    'faults',
    ...faults.sort(),
    `promotions: ${promotions.inRegion} in a region, ${promotions.restartedInPlace} writers restarted in place, ${promotions.planned} planned and ${promotions.unplanned} unplanned moves of the region`,
    ...took.sort(),
    `writes: ${writes.acknowledged} acknowledged, ${writes.refused} refused, ${writes.conflicts} lost a race; nobody could write for ${writes.longestPauseMs} ms at most`,
    `reads after a write: ${writes.reads}, ${losses.explainedStaleReads} of them of writes that were set aside later`,
    `losses: ${losses.explainedLosses} explained (in ${found.rescues} rescue files), ${losses.unexplainedLosses} unexplained`,
    ...(found.violations.length
      ? ['VIOLATIONS', ...found.violations.slice(0, 20)]
      : ['every promise was kept']),
  ].join('\n');
}

/** What a drill says while it runs and what stays of it, in the console's words. Pure. */
import { type DrillResult, type LiveFigures, SEED_BUDGET } from '@understudy/drills';
import type { DrillProgress, ReportEntry } from '@understudy/engine/console';

const BUDGET: DrillProgress['budgetSeconds'] = {
  ...SEED_BUDGET.phases,
  rto: SEED_BUDGET.rtoSeconds,
  rpo: SEED_BUDGET.rpoSeconds,
};

const NOTHING: LiveFigures = {
  lossMs: null,
  phases: { detect: null, decide: null, promote: null, redirect: null, recover: null },
  writesBackMs: null,
  readsBackMs: null,
  acknowledged: 0,
};

export function begun(id: string, drill: string, startedMs: number): DrillProgress {
  return {
    ...{ id, drill, state: 'running', step: 'starting', startedMs },
    ...NOTHING,
    ...{ budgetSeconds: BUDGET, lost: null, because: '' },
  };
}

/** The verdict's own figures take the place of those that were counted on the way. */
export function ended(so: DrillProgress, result: DrillResult): DrillProgress {
  const back = (seconds: number | null): number | null =>
    so.lossMs === null || seconds === null ? null : so.lossMs + seconds * 1000;
  return {
    ...so,
    state: result.verdict,
    step: 'over',
    writesBackMs: back(result.rto.writesSeconds),
    readsBackMs: back(result.rto.readsSeconds),
    acknowledged: result.acknowledged,
    lost: result.rpo.lostWrites,
    because: headlineOf(result),
  };
}

export function broken(so: DrillProgress, because: string): DrillProgress {
  return { ...so, state: 'broken', because };
}

export function drillEntry(id: string, result: DrillResult, atMs: number): ReportEntry {
  const { rto, rpo, regions } = result;
  return {
    id,
    kind: 'drill',
    title: `${result.drill}: ${regions.lost} lost`,
    verdict: result.verdict,
    atMs,
    headline: headlineOf(result),
    figures: {
      writesSeconds: rto.writesSeconds,
      readsSeconds: rto.readsSeconds,
      ...Object.fromEntries(Object.entries(rto.phases).map(([name, value]) => [`${name}Seconds`, value])),
      rpoSeconds: rpo.seconds,
      lostWrites: rpo.lostWrites,
      duplicates: result.duplicates,
      acknowledged: result.acknowledged,
      failbackSeconds: result.failback.seconds,
      speed: result.speed,
    },
  };
}

function headlineOf({ checks, rto, rpo }: DrillResult): string {
  const wrong = checks.filter(({ ok }) => !ok).map(({ name, found }) => `${name}: ${found}`);
  if (wrong.length > 0) return `not met: ${wrong.join('; ')}`;
  const after = (seconds: number | null): string =>
    seconds === null ? 'never' : `after ${seconds.toFixed(1)} s`;
  return `writes back ${after(rto.writesSeconds)}, reads ${after(rto.readsSeconds)}; RPO ${rpo.seconds.toFixed(3)} s, ${rpo.lostWrites} lost`;
}

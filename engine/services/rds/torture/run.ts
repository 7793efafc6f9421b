/**
 * A torture run: two regions of real servers, clients that keep a ledger, rounds of faults from a seed until the
 * time is over, a check at every calm point and at the end. The first broken promise ends it.
 */

import { setTimeout as realSleep } from 'node:timers/promises';
import { recordsOf } from '../region-explanation.ts';
import { ask, createLink, createRegion, instances, provision, until } from '../two-regions.ts';
import { check, reachCalm } from './calm.ts';
import { GLOBAL, globalOf, inject, LINK_DELAY_MS, type Stage } from './faults.ts';
import { type Felt, report, type TortureReport } from './figures.ts';
import type { Verdict } from './ledger.ts';
import { describeRound, type FaultKind, roundOf } from './schedule.ts';
import { startWorkload, TABLES, type Workload } from './workload.ts';

/** AWS seconds pass faster, so that half a minute of silence is a few real seconds. */
const SPEED = 8;
const BOOT_DEADLINE_MS = 90_000;
const JOURNAL_MS = 45_000;
const CLIENTS_RETURN_MS = 30_000;

export interface TortureOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly kinds?: readonly FaultKind[];
  /** Ends the run after the round under way, with its check. */
  readonly stop?: AbortSignal;
  readonly tell: (line: string) => void;
}

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const link = createLink(LINK_DELAY_MS);
  const regions = [
    createRegion('us-east-1', link, { speed: SPEED }),
    createRegion('us-west-2', link, { speed: SPEED }),
  ] as const;
  const stage: Stage = { regions, link, lost: new Set() };
  let workload: Workload | undefined;
  try {
    await boot(stage);
    workload = startWorkload(regions, options.seed);
    return await rounds(stage, workload, options);
  } finally {
    await workload?.stop();
    await Promise.all(regions.map((region) => region.dispose()));
  }
}

async function boot(stage: Stage): Promise<void> {
  const [east] = stage.regions;
  await Promise.all(stage.regions.map((region) => region.service.start()));
  for (const region of stage.regions) await provision(region, GLOBAL);
  const ready = () =>
    instances(east).some(({ role }) => role === 'writer') &&
    globalOf(east)?.members.length === 2 &&
    stage.regions.every((region) =>
      instances(region).every(({ role, following }) => role === 'writer' || following),
    );
  await until('two regions are up', ready, BOOT_DEADLINE_MS);
  for (const statement of TABLES)
    await until(statement, async () => (await ask(east.endpoint, statement)) !== undefined);
  await reachCalm(stage);
}

async function rounds(stage: Stage, workload: Workload, options: TortureOptions): Promise<TortureReport> {
  const { seed, tell } = options;
  const beganMs = performance.now();
  const over = (): boolean =>
    options.stop?.aborted === true || performance.now() - beganMs > options.seconds * 1000;
  const felt: Felt[] = [];
  let verdict: Verdict | undefined;
  let checks = 0;
  let number = 0;
  while (!verdict?.violations.length) {
    const round = roundOf(seed, ++number, options.kinds);
    tell(`${elapsed(beganMs)} ${describeRound(round)}`);
    const injected = await Promise.all(round.faults.map((fault) => inject(stage, fault)));
    for (const { kind, outcome, done } of injected)
      tell(`${elapsed(beganMs)}   ${kind}: ${done ? outcome : `not possible: ${outcome}`}`);
    await realSleep(round.restMs);
    for (const one of injected)
      felt.push({ injected: one, writesAfterMs: await writesAfter(workload, one.atMs) });
    const last = over();
    if (!round.calm && !last) continue;
    const calmMs = performance.now();
    verdict = await calmAndCheck(stage, workload, verdict);
    checks++;
    tell(
      `${elapsed(beganMs)}   calm after ${Math.round(performance.now() - calmMs)} ms: ${verdict.kept} kept, ${verdict.explainedLosses} set aside, ${verdict.violations.length} violations`,
    );
    if (verdict.violations.length) tellJournals(stage, calmMs - JOURNAL_MS, tell);
    if (last) break;
    workload.resume();
  }
  return report({ seed, beganMs, rounds: number, checks }, stage, workload, felt, verdict!);
}

/** Regions that never come to rest break a promise as well. */
async function calmAndCheck(stage: Stage, workload: Workload, last: Verdict | undefined): Promise<Verdict> {
  try {
    await reachCalm(stage);
    await workload.pause();
    return await check(stage, workload);
  } catch (error) {
    const none = { kept: 0, explainedLosses: 0, unexplainedLosses: 0, explainedStaleReads: 0 };
    return { ...(last ?? none), violations: [error instanceof Error ? error.message : String(error)] };
  }
}

/** What the regions did before a promise was found broken. */
function tellJournals(stage: Stage, sinceMs: number, tell: (line: string) => void): void {
  for (const { region } of stage.regions)
    for (const { atMs, entry } of recordsOf(region))
      if (atMs >= sinceMs)
        tell(
          `${region} ${((atMs - sinceMs) / 1000).toFixed(2)} s ${entry.event} ${entry.subject}: ${entry.because} ${JSON.stringify(entry.data ?? {})}`,
        );
}

/** Waits for the clients: a fault that nobody can write after is seen in the figures. */
async function writesAfter(workload: Workload, atMs: number): Promise<number | undefined> {
  const deadline = performance.now() + CLIENTS_RETURN_MS;
  while (workload.firstAfter(atMs) === undefined && performance.now() < deadline) await realSleep(20);
  const firstMs = workload.firstAfter(atMs);
  return firstMs === undefined ? undefined : firstMs - atMs;
}

const elapsed = (beganMs: number): string =>
  `${((performance.now() - beganMs) / 1000).toFixed(1).padStart(7)} s`;

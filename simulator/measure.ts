// From what happened to figures: RTO as viewers see it, its phases, losses, and whether moving was right.

import { headOf } from './model/cluster.ts';
import { endOf, shareOf } from './model/history.ts';
import type { Marks, World } from './model/state.ts';
import type { Judgement, MoveSeen, Outage, PhaseName, RunResult } from './result.ts';
import { PHASES } from './result.ts';

/** Uninterrupted success for this long is recovery: the drill's own measure. */
const STEADY_SECONDS = 45;
/** An outage that begins this long after the loss has another cause. */
const ITS_OWN_SECONDS = 120;
/** An outage longer than this should have been ended by a move. */
const MISSED_SECONDS = 600;

export function recoverySeconds(
  outages: readonly Outage[],
  lossSeconds: number | null,
  endedSeconds: number,
): number | null {
  if (lossSeconds === null) return null;
  let recovered = lossSeconds;
  for (const { fromSeconds, toSeconds } of outages) {
    if (toSeconds !== null && toSeconds <= lossSeconds) continue;
    if (fromSeconds > recovered + (recovered === lossSeconds ? ITS_OWN_SECONDS : STEADY_SECONDS)) break;
    if (toSeconds === null) return null;
    recovered = toSeconds;
  }
  return endedSeconds - recovered >= STEADY_SECONDS ? recovered - lossSeconds : null;
}

export function phasesOf(marks: Marks, recoveredMs: number | null): RunResult['phases'] {
  if (marks.lossMs === null || marks.promotedMs === null || recoveredMs === null) return null;
  let reached = marks.lossMs;
  const ends: Readonly<Record<PhaseName, number | null>> = {
    detect: marks.answeredMs,
    decide: marks.decidedMs,
    promote: marks.promotedMs,
    redirect: marks.redirectedMs,
    recover: recoveredMs,
  };
  const phases: Partial<Record<PhaseName, number>> = {};
  for (const phase of PHASES) {
    const end = ends[phase];
    phases[phase] = end === null ? 0 : Math.max(0, end - reached) / 1000;
    reached = Math.max(reached, end ?? reached);
  }
  return phases as Record<PhaseName, number>;
}

export function judgementOf(
  moves: readonly MoveSeen[],
  lossSeconds: number | null,
  outages: readonly Outage[],
  endedSeconds: number,
): Judgement {
  const forced = moves.filter(({ kind }) => kind === 'fail-over');
  if (forced.some(({ fromWell }) => fromWell)) return 'wrong';
  if (moves.some((move) => lossSeconds !== null && move.promotedSeconds >= lossSeconds)) return 'right';
  if (lossSeconds === null) return forced.length > 0 ? 'right' : 'none-needed';
  const long = outages.some(
    ({ fromSeconds, toSeconds }) =>
      (toSeconds ?? endedSeconds) > lossSeconds && (toSeconds ?? endedSeconds) - fromSeconds > MISSED_SECONDS,
  );
  return long ? 'missed' : 'none-needed';
}

/** Acknowledged writes outside the writer's history, and how many of them were set aside. */
export function lossesOf(world: World): { readonly lost: number; readonly rescued: number } {
  const { histories, regions, agenda } = world;
  const [east, west] = regions;
  const winner = east.cluster.membership.epoch >= west.cluster.membership.epoch ? east : west;
  const writer = regions.find(({ name }) => name === winner.cluster.membership.writerRegion) ?? winner;
  let lost = 0;
  let rescued = 0;
  for (const branch of histories.branches) {
    const kept = shareOf(histories, headOf(world, writer), branch.id) ?? branch.forkAt;
    const end = endOf(branch, agenda.nowMs);
    lost += Math.max(0, Math.floor(end) - Math.floor(kept));
    for (const part of histories.rescued)
      if (part.branch === branch.id)
        rescued += Math.max(0, Math.floor(part.to) - Math.floor(Math.max(part.from, kept)));
  }
  return { lost, rescued: Math.min(lost, rescued) };
}

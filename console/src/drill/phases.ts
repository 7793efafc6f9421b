/**
 * A drill's phases as bars on the budget's own scale: each begins where the one before it ended, or runs until now,
 * beside the share that the architecture allows it. Pure.
 */
import type { DrillPhase, DrillProgress } from '@understudy/engine/console';

export const PHASES = [
  'detect',
  'decide',
  'promote',
  'redirect',
  'recover',
] as const satisfies readonly DrillPhase[];

export interface PhaseBar {
  readonly phase: DrillPhase;
  readonly state: 'waits' | 'runs' | 'done';
  readonly fromSeconds: number;
  readonly seconds: number;
  readonly budgetFromSeconds: number;
  readonly budgetSeconds: number;
  readonly isOver: boolean;
}

export function phaseBars(drill: DrillProgress, nowMs: number): readonly PhaseBar[] {
  let fromSeconds = 0;
  let budgetFromSeconds = 0;
  let isOpen = drill.lossMs !== null;
  return PHASES.map((phase) => {
    const budgetSeconds = drill.budgetSeconds[phase];
    const endedMs = drill.phases[phase];
    const ended = endedMs === null || drill.lossMs === null ? null : (endedMs - drill.lossMs) / 1000;
    const state = ended !== null ? 'done' : isOpen ? 'runs' : 'waits';
    const until =
      ended ?? (state === 'runs' && drill.lossMs !== null ? (nowMs - drill.lossMs) / 1000 : fromSeconds);
    const seconds = Math.max(0, until - fromSeconds);
    const bar = {
      phase,
      state,
      fromSeconds,
      seconds,
      budgetFromSeconds,
      budgetSeconds,
      isOver: seconds > budgetSeconds,
    } as const;
    if (ended === null) isOpen = false;
    fromSeconds += seconds;
    budgetFromSeconds += budgetSeconds;
    return bar;
  });
}

/** From the loss until writes were back, or until now; null: nothing is lost yet. */
export function rtoMs(drill: DrillProgress, nowMs: number): number | null {
  if (drill.lossMs === null) return null;
  if (drill.writesBackMs === null && drill.state !== 'running') return null;
  return Math.max(0, (drill.writesBackMs ?? nowMs) - drill.lossMs);
}

/** The scale's end: the budget, or as far as the drill has come beyond it. */
export function scaleSeconds(drill: DrillProgress, bars: readonly PhaseBar[]): number {
  const last = bars.at(-1);
  return Math.max(drill.budgetSeconds.rto, last ? last.fromSeconds + last.seconds : 0);
}

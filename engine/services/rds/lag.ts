/**
 * Lag by heartbeat: the writer stamps a row with its time about once a second; how old the stamp is when it
 * arrives is the lag. Between stamps the lag is the last one measured, until the next stamp is overdue; from
 * then on it grows, because nothing says that the follower still keeps up. Pure; times are AWS milliseconds.
 */
export interface LagState {
  /** The newest stamp seen, and when it was first seen. */
  readonly stampMs: number;
  readonly seenAtMs: number;
}

/** The writer's next stamp may come this much after its period without being called late. */
export const STAMP_GRACE_MS = 500;

export function afterStamp(state: LagState | undefined, stampMs: number, nowMs: number): LagState {
  if (state && stampMs <= state.stampMs) return state;
  return { stampMs, seenAtMs: nowMs };
}

/** Undefined until a stamp has been seen. */
export function lagMs(state: LagState | undefined, nowMs: number, periodMs: number): number | undefined {
  if (!state) return undefined;
  const measured = Math.max(0, state.seenAtMs - state.stampMs);
  const overdue = nowMs - state.stampMs - periodMs - STAMP_GRACE_MS;
  return Math.max(measured, overdue);
}

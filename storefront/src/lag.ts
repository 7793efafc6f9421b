// Replication lag, measured and never guessed. A standby polls the writer region's heartbeat; when a new
// value shows up, its age at that moment is the lag (too high by one poll at most). Silence is not lag: when
// the writer's region is lost the heartbeat stops, and that is when the standby must not look bad.

export interface HeartbeatSample {
  readonly region: string;
  /** The moment the writer's database gave it, epoch milliseconds. */
  readonly atMs: number;
  /** How old it was when it was read, by the clock of the database that was read. */
  readonly ageMs: number;
}

export interface LagWatch {
  readonly newest: HeartbeatSample | null;
  /** When the newest value was first seen here. */
  readonly newestSeenAtMs: number;
  readonly polledAtMs: number;
  readonly lagMs: number | null;
  readonly measuredAtMs: number | null;
}

export const noHeartbeatYet: LagWatch = {
  newest: null,
  newestSeenAtMs: 0,
  polledAtMs: 0,
  lagMs: null,
  measuredAtMs: null,
};

/** Between polls further apart than this, a new value's age says more about the polling than about lag. */
const longestPollGapMs = 1_000;

/** A lag older than this is history: it is still told, but no longer held against the region. */
const measurementFreshMs = 15_000;

export function observeHeartbeat(
  watch: LagWatch,
  sample: HeartbeatSample,
  self: string,
  nowMs: number,
): LagWatch {
  const { newest } = watch;
  if (newest !== null && sample.atMs <= newest.atMs) return { ...watch, polledAtMs: nowMs };
  const polledJustBefore = newest !== null && nowMs - watch.polledAtMs <= longestPollGapMs;
  const measured = sample.region !== self && polledJustBefore;
  return {
    newest: sample,
    // On the first look the value may have been there for long.
    newestSeenAtMs: newest === null ? nowMs - Math.max(0, sample.ageMs) : nowMs,
    polledAtMs: nowMs,
    lagMs: measured ? Math.max(0, sample.ageMs) : watch.lagMs,
    measuredAtMs: measured ? nowMs : watch.measuredAtMs,
  };
}

export function writerSilentMs(watch: LagWatch, nowMs: number): number | null {
  return watch.newest === null ? null : Math.max(0, nowMs - watch.newestSeenAtMs);
}

export function lagIsOver(watch: LagWatch, limitMs: number, nowMs: number): boolean {
  if (watch.lagMs === null || watch.measuredAtMs === null) return false;
  return watch.lagMs > limitMs && nowMs - watch.measuredAtMs <= measurementFreshMs;
}

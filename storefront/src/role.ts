// Which part this region plays, and whether it can play it: the two questions behind GET /health/region.
// Pure. The region forgives what it heals by itself: while its writer is away for less than an in-region
// failover takes, and something answers reads, it stays healthy, or fast DNS checks would move regions for a
// local hiccup.

import type { HealthLimits } from './config.ts';
import { type LagWatch, lagIsOver, writerSilentMs } from './lag.ts';

export type Role = 'writer' | 'standby';

/** What the writer endpoint turned out to be. `writable` means that a heartbeat was written and committed. */
export type WriterFinding = 'writable' | 'read-only' | 'unreachable';

export interface Observation {
  readonly region: string;
  /** When the last probe finished; null before the first. */
  readonly probedAtMs: number | null;
  readonly writer: WriterFinding;
  readonly readerAnswers: boolean;
  /** Whether the reader endpoint, or at least the writer endpoint, answers a read. */
  readonly readsAnswer: boolean;
  readonly schemaCurrent: boolean;
  readonly lastWritableAtMs: number | null;
  readonly lag: LagWatch;
  readonly role: Role;
}

export interface Verdict {
  readonly region: string;
  readonly role: Role;
  readonly healthy: boolean;
  readonly because: string;
  readonly lagMs: number | null;
  readonly writerSilentMs: number | null;
  readonly checkedAt: string | null;
}

/** A probe that has not come back for this long hangs on something: a frozen database, most likely. */
export const probeStaleMs = 10_000;

export function nothingObserved(region: string, lag: LagWatch): Observation {
  return {
    region,
    probedAtMs: null,
    writer: 'unreachable',
    readerAnswers: false,
    readsAnswer: false,
    schemaCurrent: false,
    lastWritableAtMs: null,
    lag,
    role: 'standby',
  };
}

/**
 * Who can write is the writer. When nobody can here, the newest heartbeat names the writer's region: our own
 * name means that our writer is away, another's that we stand by. Without any evidence the role stays.
 */
export function roleOf(
  region: string,
  writer: WriterFinding,
  newestHeartbeatRegion: string | null,
  before: Role,
): Role {
  if (writer === 'writable') return 'writer';
  if (newestHeartbeatRegion === null) return before;
  return newestHeartbeatRegion === region ? 'writer' : 'standby';
}

export function judge(observation: Observation, limits: HealthLimits, nowMs: number): Verdict {
  const [healthy, because] = opinion(observation, limits, nowMs);
  const standby = observation.role === 'standby';
  return {
    region: observation.region,
    role: observation.role,
    healthy,
    because,
    lagMs: standby ? rounded(observation.lag.lagMs) : null,
    writerSilentMs: standby ? rounded(writerSilentMs(observation.lag, nowMs)) : null,
    checkedAt: observation.probedAtMs === null ? null : new Date(observation.probedAtMs).toISOString(),
  };
}

function opinion(seen: Observation, limits: HealthLimits, nowMs: number): readonly [boolean, string] {
  if (seen.probedAtMs === null) return [false, 'the first probe of the database has not finished'];
  const staleMs = nowMs - seen.probedAtMs;
  if (staleMs > probeStaleMs) return [false, `the database probe has been hanging for ${seconds(staleMs)}`];
  if (!seen.readsAnswer && seen.writer === 'unreachable') return [false, 'no database answers'];
  if (!seen.schemaCurrent) return [false, 'the schema is not there yet'];
  return seen.role === 'writer' ? writerOpinion(seen, limits, nowMs) : standbyOpinion(seen, limits, nowMs);
}

function writerOpinion(seen: Observation, limits: HealthLimits, nowMs: number): readonly [boolean, string] {
  if (seen.writer === 'writable') return [true, 'a write works'];
  if (!seen.readsAnswer) return [false, 'no database answers'];
  const awayMs = nowMs - (seen.lastWritableAtMs ?? seen.lag.newestSeenAtMs);
  const state = seen.writer === 'read-only' ? 'read-only' : 'away';
  if (awayMs <= limits.writerAwayLimitMs) {
    return [true, `the writer has been ${state} for ${seconds(awayMs)} and a reader answers`];
  }
  return [
    false,
    `the writer has been ${state} for ${seconds(awayMs)}, over ${seconds(limits.writerAwayLimitMs)}`,
  ];
}

function standbyOpinion(seen: Observation, limits: HealthLimits, nowMs: number): readonly [boolean, string] {
  if (!seen.readsAnswer) return [false, 'no reader answers'];
  if (lagIsOver(seen.lag, limits.lagLimitMs, nowMs)) {
    return [false, `replication is ${rounded(seen.lag.lagMs)} ms behind, over ${limits.lagLimitMs} ms`];
  }
  return [true, 'a reader answers'];
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value));
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

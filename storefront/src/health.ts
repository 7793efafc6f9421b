// The probe behind GET /health/region: every two seconds it asks the writer endpoint what it is and, if it
// can write, writes this region's heartbeat; it asks the reader endpoint for the newest heartbeat. A standby
// also polls the heartbeat in between, to time its arrival. Judging what was seen is role.ts's business.

import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { HealthLimits } from './config.ts';
import type { Endpoint } from './database.ts';
import { databaseErrorKind } from './database-error.ts';
import { type HeartbeatSample, noHeartbeatYet, observeHeartbeat } from './lag.ts';
import { migrate, schemaIsCurrent } from './migrate.ts';
import {
  judge,
  nothingObserved,
  type Observation,
  roleOf,
  type Verdict,
  type WriterFinding,
} from './role.ts';
import type { Schema } from './schema.ts';

export interface Health {
  readonly verdict: () => Verdict;
  readonly observation: () => Observation;
  readonly firstProbe: Promise<void>;
  readonly stop: () => void;
}

const heartbeatPollMs = 250;
const probeDeadlineMs = 6_000;

/** Wall-clock milliseconds that never jump. */
export const monotonicNow = () => performance.timeOrigin + performance.now();

export function startHealth(
  region: string,
  limits: HealthLimits,
  writer: Endpoint,
  reader: Endpoint,
  log: Logger,
): Health {
  let seen: Observation = nothingObserved(region, noHeartbeatYet);
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const note = (sample: HeartbeatSample | null) => {
    if (sample === null) return;
    seen = { ...seen, lag: observeHeartbeat(seen.lag, sample, region, monotonicNow()) };
  };

  const probe = async () => {
    const [found, readerAnswers] = await Promise.all([askWriter(), askReader()]);
    const before = seen;
    const nowMs = monotonicNow();
    seen = {
      ...seen,
      probedAtMs: nowMs,
      writer: found,
      readerAnswers,
      readsAnswer: readerAnswers || found !== 'unreachable',
      lastWritableAtMs: found === 'writable' ? nowMs : seen.lastWritableAtMs,
      role: roleOf(region, found, seen.lag.newest?.region ?? null, seen.role),
    };
    tellChange(log, before, seen, limits, nowMs);
  };

  const askWriter = async (): Promise<WriterFinding> => {
    try {
      if (await withDeadline(isReadOnly(writer.db))) {
        // The endpoint may point elsewhere by now: look again with a new connection next time.
        writer.distrust();
        return 'read-only';
      }
      if (!seen.schemaCurrent) {
        const applied = await migrate(writer.db);
        if (applied.length > 0) log.info({ applied }, 'schema migrated');
        seen = { ...seen, schemaCurrent: true };
      }
      await withDeadline(beat(writer.db, region));
      return 'writable';
    } catch (error) {
      return writerFindingOf(error);
    }
  };

  const writerFindingOf = (error: unknown): WriterFinding => {
    const kind = databaseErrorKind(error);
    if (kind === 'defect') log.error({ err: error }, 'the writer probe failed');
    if (isMissingTable(error)) seen = { ...seen, schemaCurrent: false };
    return kind === 'read-only' ? 'read-only' : 'unreachable';
  };

  const askReader = async (): Promise<boolean> => {
    try {
      if (!seen.schemaCurrent && (await withDeadline(schemaIsCurrent(reader.db)))) {
        seen = { ...seen, schemaCurrent: true };
      }
      note(await withDeadline(newestHeartbeat(reader.db)));
      return true;
    } catch (error) {
      if (databaseErrorKind(error) === 'defect') log.error({ err: error }, 'the reader probe failed');
      return isMissingTable(error);
    }
  };

  const every = async (pauseMs: number, work: () => Promise<void>): Promise<void> => {
    await work();
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void every(pauseMs, work);
    }, pauseMs);
    timers.add(timer);
  };

  const firstProbe = every(limits.probeIntervalMs, probe);
  void every(heartbeatPollMs, async () => {
    if (seen.role !== 'standby' || !seen.schemaCurrent || !seen.readsAnswer) return;
    await withDeadline(newestHeartbeat(reader.db)).then(note, () => undefined);
  });

  return {
    verdict: () => judge(seen, limits, monotonicNow()),
    observation: () => seen,
    firstProbe,
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** `@@innodb_read_only` is Aurora's sign of a reader, `@@read_only` MariaDB's and MySQL's; either is enough. */
async function isReadOnly(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql<{ readOnly: number }>`
    select (@@global.innodb_read_only or @@global.read_only) as readOnly`.execute(db);
  return Number(rows[0]?.readOnly) !== 0;
}

async function beat(writer: Kysely<Schema>, region: string): Promise<void> {
  await sql`insert into region_heartbeat (region, at) values (${region}, utc_timestamp(3))
    on duplicate key update at = greatest(at, utc_timestamp(3))`.execute(writer);
}

/** Age and moment by the database's own clock, so that the driver's time zone has no say. */
async function newestHeartbeat(db: Kysely<Schema>): Promise<HeartbeatSample | null> {
  const { rows } = await sql<{ region: string; atMs: string; ageMs: string }>`
    select region,
      timestampdiff(microsecond, '1970-01-01', at) / 1000 as atMs,
      timestampdiff(microsecond, at, utc_timestamp(3)) / 1000 as ageMs
    from region_heartbeat order by at desc limit 1`.execute(db);
  const row = rows[0];
  return row === undefined ? null : { region: row.region, atMs: Number(row.atMs), ageMs: Number(row.ageMs) };
}

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && (error as Error & { errno?: number }).errno === 1146;
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer in ${probeDeadlineMs} ms`), { code: 'EPROBETIMEOUT' }));
    }, probeDeadlineMs);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

function tellChange(
  log: Logger,
  before: Observation,
  after: Observation,
  limits: HealthLimits,
  nowMs: number,
) {
  const old = judge(before, limits, nowMs);
  const verdict = judge(after, limits, nowMs);
  if (old.role === verdict.role && old.healthy === verdict.healthy && before.probedAtMs !== null) return;
  log.info({ role: verdict.role, healthy: verdict.healthy, because: verdict.because }, 'region verdict');
}

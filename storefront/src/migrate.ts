// Brings the schema up to date. Any number of tasks may try at once: the one that gets the server's lock
// does the work, the others find it done. Only a writable server is ever touched; a standby's schema comes
// to it by replication like every other row.

import { type Kysely, sql } from 'kysely';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

const lockName = 'storefront-schema';

/** Waits in short turns, so that no single query comes near a connection's query deadline. */
const lockTurnSeconds = 2;
const lockTurns = 30;

/** The ids of the migrations that were applied here and now; empty when another task did them. */
export async function migrate(writer: Kysely<Schema>): Promise<readonly string[]> {
  return writer.connection().execute(async (connection) => {
    await lock(connection);
    try {
      return await applyMissing(connection);
    } finally {
      // If the connection is gone so is the lock.
      await sql`select release_lock(${lockName})`.execute(connection).catch(() => undefined);
    }
  });
}

/** True when every migration known here has been applied where `db` points (and has arrived there). */
export async function schemaIsCurrent(db: Kysely<Schema>): Promise<boolean> {
  const tables = await sql<{ n: number }>`select count(*) as n from information_schema.tables
    where table_schema = database() and table_name = 'schema_migrations'`.execute(db);
  if (Number(tables.rows[0]?.n) === 0) return false;
  const applied = await appliedIds(db);
  return migrations.every((migration) => applied.has(migration.id));
}

async function lock(connection: Kysely<Schema>): Promise<void> {
  for (let turn = 0; turn < lockTurns; turn += 1) {
    const { rows } = await sql<{
      got: number | null;
    }>`select get_lock(${lockName}, ${lockTurnSeconds}) as got`.execute(connection);
    if (rows[0]?.got === 1) return;
  }
  throw new Error(`the lock ${lockName} was not free within ${lockTurns * lockTurnSeconds} s`);
}

async function applyMissing(connection: Kysely<Schema>): Promise<readonly string[]> {
  await sql`create table if not exists schema_migrations (
    id varchar(80) character set ascii collate ascii_bin not null primary key,
    applied_at datetime(3) not null
  ) engine = InnoDB`.execute(connection);
  const applied = await appliedIds(connection);
  const missing = migrations.filter((migration) => !applied.has(migration.id));
  for (const migration of missing) {
    for (const statement of migration.statements) await sql.raw(statement).execute(connection);
    await sql`insert into schema_migrations (id, applied_at) values (${migration.id}, utc_timestamp(3))`.execute(
      connection,
    );
  }
  return missing.map((migration) => migration.id);
}

async function appliedIds(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('schema_migrations').select('id').execute();
  return new Set(rows.map((row) => row.id));
}

/**
 * A service's records: JSON documents in named tables of one SQLite file. `synchronous=FULL` with a
 * write-ahead log makes every `put` durable when it returns and the file valid after SIGKILL at any instant.
 * Documents are kept parsed in memory, so that reads cost nothing; they are frozen, since they are shared.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store, Table } from '../services/contract.ts';

export interface OpenStore extends Store {
  close(): void;
}

/** Opens (and creates) the file; `:memory:` for a store that nobody needs again. */
export function openStore(file: string): OpenStore {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;');
  const tables = new Map<string, Table<unknown>>();
  // A transaction that fails must not leave its documents in memory: every touched table reads itself again.
  const reload = new Set<() => void>();
  let depth = 0;
  return {
    table: <T>(name: string): Table<T> => {
      let table = tables.get(name);
      if (!table) {
        const opened = openTable(database, name);
        reload.add(opened.reload);
        tables.set(name, opened.table);
        table = opened.table;
      }
      return table as Table<T>;
    },
    transaction: (work) => {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth++;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        for (const again of reload) again();
        throw error;
      } finally {
        depth--;
      }
    },
    close: () => database.close(),
  };
}

function openTable(database: DatabaseSync, name: string): { table: Table<unknown>; reload: () => void } {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name))
    throw new Error(
      `table name must be letters, digits, - and _ (at most 63), found ${JSON.stringify(name)}`,
    );
  database.exec(
    `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID`,
  );
  const all = database.prepare(`SELECT id, document FROM "${name}" ORDER BY id`);
  const upsert = database.prepare(
    `INSERT INTO "${name}" (id, document) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET document = excluded.document`,
  );
  const remove = database.prepare(`DELETE FROM "${name}" WHERE id = ?`);
  const documents = new Map<string, unknown>();
  const reload = (): void => {
    documents.clear();
    for (const row of all.all() as { id: string; document: string }[])
      documents.set(row.id, deepFreeze(JSON.parse(row.document)));
  };
  reload();
  const table: Table<unknown> = {
    get: (id) => documents.get(id),
    put: (id, value) => {
      const text = JSON.stringify(value);
      upsert.run(id, text);
      documents.set(id, deepFreeze(JSON.parse(text)));
    },
    delete: (id) => {
      remove.run(id);
      documents.delete(id);
    },
    entries: () => [...documents.entries()],
    values: () => [...documents.values()],
  };
  return { table, reload };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

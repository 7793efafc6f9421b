// What an error from the database means for the request that met it. Pure: a table of MySQL and MariaDB
// error numbers (the same in both) and of the codes that Node and mysql2 give to a connection's death.

/**
 * - `read-only`: the server refused because it is not the writer; certainly nothing was written.
 * - `unavailable`: no usable server, or none any more; if a COMMIT was under way its outcome is unknown.
 * - `contention`: a deadlock or a lock wait that ran out; the transaction is gone, trying again is right.
 * - `duplicate`: a unique key holds this value already.
 * - `defect`: anything else, which is a fault in this program or in its schema.
 */
export type DatabaseErrorKind = 'read-only' | 'unavailable' | 'contention' | 'duplicate' | 'defect';

/** Thrown by our own checks where the server would have let a privileged user write. */
export class ReadOnlyError extends Error {
  readonly errno = 1290;
}

const kindByNumber: ReadonlyMap<number, DatabaseErrorKind> = new Map([
  [1290, 'read-only'], // ER_OPTION_PREVENTS_STATEMENT: --read-only, --innodb-read-only
  [1792, 'read-only'], // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  [1836, 'read-only'], // ER_READ_ONLY_MODE
  [1040, 'unavailable'], // ER_CON_COUNT_ERROR
  [1044, 'unavailable'], // ER_DBACCESS_DENIED_ERROR: a rotated or not yet replicated user
  [1045, 'unavailable'], // ER_ACCESS_DENIED_ERROR
  [1049, 'unavailable'], // ER_BAD_DB_ERROR: a standby whose first copy has not arrived
  [1053, 'unavailable'], // ER_SERVER_SHUTDOWN
  [1077, 'unavailable'], // ER_NORMAL_SHUTDOWN
  [1129, 'unavailable'], // ER_HOST_IS_BLOCKED
  [1146, 'unavailable'], // ER_NO_SUCH_TABLE: the schema has not arrived yet
  [1152, 'unavailable'], // ER_ABORTING_CONNECTION
  [1158, 'unavailable'], // ER_NET_READ_ERROR
  [1159, 'unavailable'], // ER_NET_READ_INTERRUPTED
  [1160, 'unavailable'], // ER_NET_ERROR_ON_WRITE
  [1161, 'unavailable'], // ER_NET_WRITE_INTERRUPTED
  [1184, 'unavailable'], // ER_NEW_ABORTING_CONNECTION
  [1203, 'unavailable'], // ER_TOO_MANY_USER_CONNECTIONS
  [1317, 'unavailable'], // ER_QUERY_INTERRUPTED
  [1927, 'unavailable'], // ER_CONNECTION_KILLED (MariaDB)
  [4031, 'unavailable'], // ER_CLIENT_INTERACTION_TIMEOUT (MySQL)
  [1205, 'contention'], // ER_LOCK_WAIT_TIMEOUT
  [1213, 'contention'], // ER_LOCK_DEADLOCK
  [1020, 'contention'], // ER_CHECKREAD: MariaDB's snapshot isolation found the row changed
  [1062, 'duplicate'], // ER_DUP_ENTRY
]);

export function databaseErrorKind(error: unknown): DatabaseErrorKind {
  if (!(error instanceof Error)) return 'defect';
  const { errno, code } = error as Error & { readonly errno?: unknown; readonly code?: unknown };
  // Server errors have numbers above 1000; system errors have negative ones and a code such as ECONNRESET.
  if (typeof errno === 'number' && errno >= 1000) return kindByNumber.get(errno) ?? 'defect';
  if (typeof code === 'string' && /^(E[A-Z]|PROTOCOL_|POOL_|HANDSHAKE_)/.test(code)) return 'unavailable';
  return /closed state|Pool is closed|Queue limit/.test(error.message) ? 'unavailable' : 'defect';
}

/**
 * Passwords of the engine's own database users and the token between regions. The engine's administrator is
 * of this region alone and may enter by the Unix socket only; the replication user has to be known by the
 * other regions, so its password follows from the token that all regions of one system are given.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Store } from '../contract.ts';

export interface Secrets {
  /** Between regions; empty when this system has one region only, and then nobody is let in. */
  readonly peerToken: string;
  readonly enginePassword: string;
  readonly replicationPassword: string;
}

export const ENGINE_USER = 'understudy_engine';
export const REPLICATION_USER = 'understudy_replication';

export function openSecrets(store: Store, peerToken: string | undefined): Secrets {
  const kept = store.table<string>('secrets');
  const own = (name: string): string => {
    const found = kept.get(name);
    if (found !== undefined) return found;
    const made = randomBytes(24).toString('base64url');
    kept.put(name, made);
    return made;
  };
  const replicationKey = peerToken || own('single-region');
  return {
    peerToken: peerToken ?? '',
    enginePassword: own('engine'),
    replicationPassword: createHmac('sha256', replicationKey).update('rds replication').digest('base64url'),
  };
}

/**
 * Runs at every start, outside the binary log: a data directory that came from another region brings that
 * region's users along. The installer's own accounts without a password go away.
 */
export function initialUsers(secrets: Secrets): string {
  return [
    'SET SESSION sql_log_bin=0;',
    "DELETE FROM mysql.global_priv WHERE (User='root' OR User='') AND Host<>'%';",
    "DELETE FROM mysql.proxies_priv WHERE User='root' AND Host<>'%';",
    'FLUSH PRIVILEGES;',
    `CREATE OR REPLACE USER '${ENGINE_USER}'@'localhost' IDENTIFIED BY '${secrets.enginePassword}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${ENGINE_USER}'@'localhost' WITH GRANT OPTION;`,
    `CREATE OR REPLACE USER '${REPLICATION_USER}'@'%' IDENTIFIED BY '${secrets.replicationPassword}';`,
    `GRANT REPLICATION SLAVE ON *.* TO '${REPLICATION_USER}'@'%';`,
    '',
  ].join('\n');
}

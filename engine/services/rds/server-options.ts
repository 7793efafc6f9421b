/**
 * The command line of one database server. Durable first (every commit is on disk in the redo log and the
 * binary log before it is acknowledged), small second: about 55 MB resident each, where the defaults take
 * 200. Nothing is read from the distribution's configuration.
 */
import type { Setting } from './server-parameters.ts';

export interface ServerOptions {
  readonly dataDirectory: string;
  readonly socket: string;
  readonly pidFile: string;
  /** SQL run at every start before anyone may connect: the engine's own users. */
  readonly initFile: string;
  readonly host: string;
  readonly port: number;
  readonly serverId: number;
  /**
   * Started to follow another instance of its region. Commits that nobody acknowledged are then undone at
   * crash recovery instead of kept, so that it can follow (https://mariadb.com/kb/en/semisynchronous-replication/).
   */
  readonly asReplica: boolean;
  /** What parameter groups say; the last word on what is also said below. */
  readonly settings: readonly Setting[];
  /** The user to run as; only root has to say it. */
  readonly user?: string;
}

const DURABLE = [
  '--innodb-flush-log-at-trx-commit=1',
  '--sync-binlog=1',
  '--log-bin=binlog',
  '--relay-log=relay',
  '--relay-log-recovery=1',
  '--binlog-format=ROW',
  '--log-slave-updates=1',
  '--gtid-strict-mode=1',
  '--gtid-domain-id=0',
  '--max-binlog-size=64M',
  '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
  // A reader that is away is noticed and written down by the engine, which then switches waiting off. Were the
  // server to give up by itself, commits could be acknowledged that a promoted reader does not have.
  '--rpl-semi-sync-master-timeout=3600000',
  // A follower whose source is cut off (not closed) notices after this many seconds without its heartbeat.
  '--slave-net-timeout=4',
  // Stopping a follower interrupts its read every 2 s, and each interruption begins the read's time anew, this
  // many times. With the default of 10 a follower that was cut off after it sent its login took 22 s to stop,
  // and a promotion that waits for it failed; so it takes 4 s.
  '--net-retry-count=1',
];

const SMALL = [
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=24M',
  '--innodb-log-file-size=16M',
  '--innodb-log-buffer-size=2M',
  '--innodb-buffer-pool-dump-at-shutdown=0',
  '--innodb-buffer-pool-load-at-startup=0',
  // Kernel AIO slots are a machine-wide limit, and four servers share this machine.
  '--innodb-use-native-aio=0',
  '--key-buffer-size=256K',
  '--aria-pagecache-buffer-size=1M',
  '--table-open-cache=200',
  '--table-definition-cache=400',
  '--thread-cache-size=8',
  '--query-cache-type=0',
  '--query-cache-size=0',
  '--max-connections=200',
];

/** Options that the installer takes as well, so that the first start has nothing to rebuild. */
export const INSTALL_OPTIONS = ['--innodb-log-file-size=16M', '--innodb-use-native-aio=0'];

export function serverArguments(options: ServerOptions): string[] {
  return [
    '--no-defaults',
    ...(options.user ? [`--user=${options.user}`] : []),
    `--datadir=${options.dataDirectory}`,
    `--socket=${options.socket}`,
    `--pid-file=${options.pidFile}`,
    `--init-file=${options.initFile}`,
    `--bind-address=${options.host}`,
    `--port=${options.port}`,
    `--server-id=${options.serverId}`,
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    // Nobody writes and nothing is followed until the engine knows this instance's role.
    '--read-only=1',
    '--skip-slave-start',
    `--init-rpl-role=${options.asReplica ? 'SLAVE' : 'MASTER'}`,
    `--rpl-semi-sync-slave-enabled=${options.asReplica ? 1 : 0}`,
    ...DURABLE,
    ...SMALL,
    ...options.settings.map(({ option, value }) => `--${option}=${value}`),
  ];
}

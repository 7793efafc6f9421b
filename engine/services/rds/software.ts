/**
 * Where MariaDB's programs are. Debian puts the server into /usr/sbin, which is not on an ordinary user's
 * PATH. Only the programs are used: no service of the distribution, none of its configuration.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Software {
  readonly server: string;
  readonly installer: string;
  readonly backup: string;
  readonly stream: string;
  readonly binlogReader: string;
}

const PROGRAMS: Readonly<Record<keyof Software, readonly string[]>> = {
  server: ['mariadbd', 'mysqld'],
  installer: ['mariadb-install-db', 'mysql_install_db'],
  backup: ['mariadb-backup', 'mariabackup'],
  stream: ['mbstream'],
  binlogReader: ['mariadb-binlog', 'mysqlbinlog'],
};

const ALSO_IN = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
];

export function findSoftware(path: string = process.env['PATH'] ?? ''): Software {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...ALSO_IN];
  const missing: string[] = [];
  const find = (names: readonly string[]): string => {
    for (const name of names)
      for (const folder of folders) {
        const file = join(folder, name);
        if (executable(file)) return file;
      }
    missing.push(names[0]!);
    return '';
  };
  const found = {
    server: find(PROGRAMS.server),
    installer: find(PROGRAMS.installer),
    backup: find(PROGRAMS.backup),
    stream: find(PROGRAMS.stream),
    binlogReader: find(PROGRAMS.binlogReader),
  };
  if (missing.length > 0)
    throw new Error(
      `rds needs MariaDB's ${missing.join(', ')}; not found in ${folders.join(', ')}. On Debian and Ubuntu: apt-get install mariadb-server mariadb-backup`,
    );
  return found;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

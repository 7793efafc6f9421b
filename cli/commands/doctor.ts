/** Looks at the machine and says what is missing and how to get it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../command.ts';
import { green, red, say, sayJson, yellow } from '../terminal.ts';

interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'missing';
  readonly found: string;
  readonly remedy?: string;
}

const GIB = 1024 ** 3;

export const doctor: Command = {
  name: 'doctor',
  summary: 'check this machine: Node, MariaDB, loopback addresses, ports, memory',
  usage: '',
  words: [0, 0],
  options: {},
  run: async (given) => {
    const findings = [node(), ...(await mariaDb()), await loopback(), await lowPorts(), memory()];
    if (given.flag('json')) sayJson(findings);
    else
      for (const { check, verdict, found, remedy } of findings) {
        const mark = { ok: green('ok     '), warning: yellow('warning'), missing: red('missing') }[verdict];
        say(`${mark} ${check}: ${found}${remedy ? `\n        ${remedy}` : ''}`);
      }
    return findings.some((finding) => finding.verdict === 'missing') ? 1 : 0;
  },
};

function node(): Finding {
  return { check: 'Node', verdict: 'ok', found: `${process.version} (${process.execPath})` };
}

async function mariaDb(): Promise<Finding[]> {
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
  ];
  const find = (program: string): string | undefined =>
    places.map((place) => join(place, program)).find((path) => existsSync(path));
  const server = find('mariadbd');
  const remedy =
    'Debian and Ubuntu: sudo apt-get install mariadb-server mariadb-backup; macOS: brew install mariadb';
  if (!server) return [{ check: 'MariaDB server', verdict: 'missing', found: 'no mariadbd', remedy }];
  const { stdout } = await promisify(execFile)(server, ['--version']);
  const backup = find('mariadb-backup');
  return [
    { check: 'MariaDB server', verdict: 'ok', found: stdout.trim() },
    backup
      ? { check: 'mariadb-backup', verdict: 'ok', found: backup }
      : { check: 'mariadb-backup', verdict: 'missing', found: 'not found', remedy },
  ];
}

async function canListen(host: string, port: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? undefined : error.code),
    );
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

async function loopback(): Promise<Finding> {
  const problem = await canListen('127.9.254.253', 0);
  return problem
    ? {
        check: 'loopback addresses',
        verdict: 'missing',
        found: `127.9.254.253 cannot be used (${problem})`,
        remedy: 'Linux has all of 127.0.0.0/8; on macOS every address needs sudo ifconfig lo0 alias ADDRESS',
      }
    : { check: 'loopback addresses', verdict: 'ok', found: 'all of 127.0.0.0/8' };
}

async function lowPorts(): Promise<Finding> {
  const problem = await canListen('127.9.254.253', 443);
  return problem
    ? {
        check: 'ports 53, 80, 443',
        verdict: 'warning',
        found: 'this user may not bind them; 20053, 20080 and 20443 are used instead',
        remedy: 'to have the standard ones: sudo sysctl net.ipv4.ip_unprivileged_port_start=53',
      }
    : { check: 'ports 53, 80, 443', verdict: 'ok', found: 'this user may bind them' };
}

function memory(): Finding {
  const gib = totalmem() / GIB;
  const found = `${gib.toFixed(1)} GiB`;
  return gib >= 3
    ? { check: 'memory', verdict: 'ok', found }
    : { check: 'memory', verdict: 'warning', found, remedy: 'two idle regions take about 1.5 GB' };
}

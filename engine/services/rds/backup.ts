/**
 * Copies of a running server with mariadb-backup: made and streamed while it goes on serving, taken apart and
 * made consistent on the other side. Only programs, pipes and folders; who copies whom is decided elsewhere.
 * https://mariadb.com/kb/en/mariabackup-overview/
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProgram } from './data-directory.ts';
import type { InstanceProcess } from './instance-process.ts';
import { ENGINE_USER, type Secrets } from './secrets.ts';
import type { Software } from './software.ts';

let copies = 0;

/** Streams a copy of the server into the sink. Rejects, and leaves the sink destroyed, if the copy is not whole. */
export async function sendBackup(
  software: Software,
  secrets: Secrets,
  server: InstanceProcess,
  sink: Writable,
): Promise<void> {
  const work = join(server.directory, `backup-${process.pid}-${++copies}`);
  await mkdir(work, { recursive: true, mode: 0o700 });
  // In a file of its own, since every user of the machine can read a command line.
  const settings = join(work, 'settings.cnf');
  const lines = ['[mariadb-backup]', `user=${ENGINE_USER}`, `password=${secrets.enginePassword}`];
  await writeFile(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
  const child = spawn(
    software.backup,
    [
      `--defaults-file=${settings}`,
      '--backup',
      '--stream=mbstream',
      // Its default of a second is what a small copy would mostly wait for.
      '--log-copy-interval=100',
      `--datadir=${join(server.directory, 'data')}`,
      `--socket=${server.socket}`,
      `--target-dir=${work}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = endOf(child);
  try {
    // The sink is ended by hand: only a copy that the program calls whole may look finished.
    await Promise.all([pipeline(child.stdout!, sink, { end: false }), ended]);
    sink.end();
  } catch (error) {
    child.kill('SIGKILL');
    sink.destroy();
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Takes a streamed copy apart into a data directory ready to start, and says where its history stands. */
export async function receiveBackup(
  software: Software,
  source: Readable,
  target: string,
): Promise<{ readonly position: string }> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true, mode: 0o700 });
  const child = spawn(software.stream, ['-x', '-C', target], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = endOf(child);
  try {
    await Promise.all([pipeline(source, child.stdin!), ended]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  await runProgram(software.backup, [
    '--no-defaults',
    '--prepare',
    '--use-memory=32M',
    `--target-dir=${target}`,
  ]);
  const info = await readFile(join(target, 'xtrabackup_binlog_info'), 'utf8');
  return { position: info.trim().split(/\s+/)[2] ?? '' };
}

async function endOf(child: ChildProcess): Promise<void> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}: ${words.trim().slice(-600)}`);
}

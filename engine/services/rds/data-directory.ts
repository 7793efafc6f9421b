/**
 * Data directories. One template is initialised per region and copied for every new instance (a copy on
 * write where the file system can), so that the second instance costs milliseconds. Every step works aside
 * and renames, so that a directory either is complete or is not there.
 */
import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_OPTIONS } from './server-options.ts';
import type { Software } from './software.ts';

export interface DataDirectories {
  /** Makes `<directory>/data` from the template unless it is there. */
  provide(directory: string): Promise<string>;
}

export function dataDirectories(software: Software, folder: string): DataDirectories {
  const template = join(folder, 'template');
  let making: Promise<void> | undefined;
  const haveTemplate = (): Promise<void> => {
    making ??= makeTemplate(software, template).catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
  return {
    provide: async (directory) => {
      const data = join(directory, 'data');
      if (existsSync(data)) return data;
      await haveTemplate();
      const aside = join(directory, 'data.new');
      await rm(aside, { recursive: true, force: true });
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await cp(template, aside, { recursive: true, mode: constants.COPYFILE_FICLONE });
      await rename(aside, data);
      return data;
    },
  };
}

async function makeTemplate(software: Software, template: string): Promise<void> {
  if (existsSync(template)) return;
  const aside = `${template}.new`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await runProgram(software.installer, [
    '--no-defaults',
    `--datadir=${aside}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...INSTALL_OPTIONS,
  ]);
  await rename(aside, template);
}

/** Runs a program to its end; its last words are in the error. */
export async function runProgram(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  const listen = (chunk: Buffer): void => {
    words = (words + chunk.toString()).slice(-2000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${words.trim()}`);
}

/**
 * The rescue files in the directory of a system, whether it runs or not: found, read, exported. What was
 * exported is noted beside the file (`<id>.exported`), so that a list can say which have been looked at.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { RescueFile } from './rescue-rows.ts';
import { sqlOf } from './rescue-sql.ts';

export interface ShelvedRescue {
  /** The file's name without `.json`. */
  readonly id: string;
  readonly path: string;
  readonly exported: ExportNote | undefined;
  readonly content: RescueFile;
}

export interface ExportNote {
  readonly to: string;
  readonly format: ExportFormat;
  readonly at: string;
}

export const EXPORT_FORMATS = ['json', 'sql'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Every rescue of the system whose state is in a directory, oldest first. */
export function rescuesIn(directory: string): readonly ShelvedRescue[] {
  const found = namesIn(directory).flatMap((region) => {
    const folder = join(directory, region, 'rds', 'rescue');
    return namesIn(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readRescue(folder, name.slice(0, -'.json'.length)));
  });
  return found.sort((a, b) => a.id.localeCompare(b.id));
}

/** A rescue by its id, by the beginning of one that no other has, or `latest`. */
export function rescueNamed(directory: string, asked: string): ShelvedRescue {
  const all = rescuesIn(directory);
  const ids = all.map(({ id }) => id);
  if (all.length === 0) throw new Error(`there is no rescue file in ${directory}: nothing was set aside`);
  const exact = all.find(({ id }) => id === asked);
  if (exact) return exact;
  if (asked === 'latest') return all.at(-1)!;
  const fitting = all.filter(({ id }) => id.startsWith(asked));
  if (fitting.length === 1) return fitting[0]!;
  throw new Error(
    `${fitting.length === 0 ? 'no rescue is' : `${fitting.length} rescues are`} called ${JSON.stringify(asked)}; there ${ids.length === 1 ? 'is' : 'are'} ${ids.join(', ')}, or latest`,
  );
}

export function exportRescue(rescue: ShelvedRescue, to: string, format: ExportFormat, now: Date): ExportNote {
  const target = resolve(to);
  if (target === rescue.path) throw new Error(`${target} is the rescue file itself; name another one`);
  const text = format === 'sql' ? sqlOf(rescue.content) : `${JSON.stringify(rescue.content, null, 2)}\n`;
  writeAside(target, text);
  const note: ExportNote = { to: target, format, at: now.toISOString() };
  writeAside(notePath(rescue.path), `${JSON.stringify(note)}\n`);
  return note;
}

function readRescue(folder: string, id: string): ShelvedRescue {
  const path = resolve(folder, `${id}.json`);
  let content: RescueFile;
  try {
    content = JSON.parse(readFileSync(path, 'utf8')) as RescueFile;
    if (!Array.isArray(content.changes)) throw new Error('it has no list of changes');
  } catch (error) {
    throw new Error(`${path} is not a rescue file: ${(error as Error).message}`);
  }
  return { id, path, exported: readNote(notePath(path)), content };
}

function notePath(path: string): string {
  return path.replace(/\.json$/, '.exported');
}

function readNote(path: string): ExportNote | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ExportNote;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function writeAside(path: string, text: string): void {
  const aside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(aside, 'w', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new Error(`${path} cannot be written: ${(error as Error).message}`);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

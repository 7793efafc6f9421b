/**
 * The ends of log files under the state directory, for people: what a task, a function, a database or a process of
 * the system wrote last. It works for what is lost, too. Names come from the picture, never from a request's path.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '../console/api.ts';

const TAIL_BYTES = 64 * 1024;

/** The whole lines at the end of a file; none where there is no file. */
export function tailOf(file: string, bytes = TAIL_BYTES): readonly string[] {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(handle);
    const length = Math.min(size, bytes);
    const buffer = Buffer.alloc(length);
    readSync(handle, buffer, 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n');
    // The first one may be the rest of a longer line.
    if (length < size) lines.shift();
    return lines.filter((line) => line !== '');
  } finally {
    closeSync(handle);
  }
}

/** The names that CloudWatch Logs' folders have: percent-encoded. */
function foldersIn(path: string): readonly { readonly folder: string; readonly name: string }[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      if (!entry.isDirectory()) return [];
      try {
        return [{ folder: join(path, entry.name), name: decodeURIComponent(entry.name) }];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function newestFile(folder: string): string | undefined {
  try {
    const last = readdirSync(folder)
      .filter((name) => /^\d{12}\.jsonl$/.test(name))
      .sort()
      .at(-1);
    return last && join(folder, last);
  } catch {
    return undefined;
  }
}

function eventsOf(folder: string, stream: string): readonly LogLine[] {
  const file = newestFile(folder);
  return (file ? tailOf(file) : []).flatMap((line) => {
    try {
      const { t, m } = JSON.parse(line) as { t: number; m: string };
      return [{ atMs: t, stream, text: m }];
    } catch {
      return [];
    }
  });
}

/** The streams of a region whose name ends with one of these words, in whichever group they are. */
export function linesOfStreams(
  regionDirectory: string,
  chosen: (group: string, stream: string) => boolean,
  most: number,
): readonly LogLine[] {
  return foldersIn(join(regionDirectory, 'logs'))
    .flatMap((group) =>
      foldersIn(group.folder)
        .filter((stream) => chosen(group.name, stream.name))
        .map((stream) => ({ ...stream, file: newestFile(stream.folder) })),
    )
    .flatMap(({ folder, name, file }) => (file ? [{ folder, name, atMs: statSync(file).mtimeMs }] : []))
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, STREAMS_READ)
    .flatMap(({ folder, name }) => eventsOf(folder, name))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-most);
}

/** Of many streams the newest ones are enough for an end. */
const STREAMS_READ = 8;

/** A file of plain lines: MariaDB begins them with local time, others with none. */
export function linesOfFile(file: string, stream: string, most: number): readonly LogLine[] {
  let atMs = 0;
  return tailOf(file)
    .slice(-most)
    .map((line) => {
      const stamp = /^(\d{4}-\d\d-\d\d)\s+(\d{1,2}:\d\d:\d\d)/.exec(line);
      const parsed = stamp ? Date.parse(`${stamp[1]}T${stamp[2]!.padStart(8, '0')}`) : Number.NaN;
      if (!Number.isNaN(parsed)) atMs = parsed;
      return { atMs, stream, text: line };
    });
}

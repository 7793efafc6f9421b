/**
 * The events of one log stream on disk: append-only JSON lines in files of limited size, named by the number
 * of their first event, so that the oldest can go. A line cut short by a kill is skipped when read.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface LogEvent {
  /** Running number in the stream. */
  readonly n: number;
  /** The event's own time. */
  readonly t: number;
  /** When it came in. */
  readonly i: number;
  readonly m: string;
}

export interface StreamFiles {
  append(events: readonly Omit<LogEvent, 'n'>[]): void;
  read(): readonly LogEvent[];
  /** Removes whole files whose newest event came in before this. */
  expire(beforeMs: number): void;
  /** Number of the next event. */
  next(): number;
  bytes(): number;
}

const FILE_BYTES = 4 * 1024 * 1024;
const FILES_LIMIT = 8;
const NAME = /^(\d{12})\.jsonl$/;

/** A folder name for any log group or stream: readable, never `..`, never too long. */
export function safeName(name: string): string {
  const encoded = encodeURIComponent(name)
    .replace(/^\.+/, (dots) => dots.replaceAll('.', '%2E'))
    .replaceAll('*', '%2A');
  if (encoded.length <= 200) return encoded;
  return `${encoded.slice(0, 150)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

export function openStreamFiles(directory: string): StreamFiles {
  mkdirSync(directory, { recursive: true });
  let files = readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort();
  let current = files.at(-1);
  let size = current === undefined ? 0 : statSync(join(directory, current)).size;
  if (current !== undefined && size > 0) endLine(join(directory, current));
  const newest = current === undefined ? undefined : parse(join(directory, current)).at(-1);
  let next = newest ? newest.n + 1 : current === undefined ? 0 : Number(NAME.exec(current)?.[1]);

  return {
    append: (events) => {
      if (events.length === 0) return;
      if (current === undefined || size > FILE_BYTES) {
        current = `${String(next).padStart(12, '0')}.jsonl`;
        size = 0;
        files.push(current);
        while (files.length > FILES_LIMIT) rmSync(join(directory, files.shift() as string), { force: true });
      }
      const text = `${events.map((event) => JSON.stringify({ n: next++, ...event })).join('\n')}\n`;
      appendFileSync(join(directory, current), text);
      size += Buffer.byteLength(text);
    },
    read: () => files.flatMap((file) => parse(join(directory, file))),
    expire: (beforeMs) => {
      for (const file of [...files]) {
        const last = parse(join(directory, file)).at(-1);
        if (last && last.i >= beforeMs) return;
        rmSync(join(directory, file), { force: true });
        files = files.filter((other) => other !== file);
        if (file === current) current = undefined;
      }
    },
    next: () => next,
    bytes: () => files.reduce((total, file) => total + statSync(join(directory, file)).size, 0),
  };
}

/** A kill may have cut the last line short; what is appended must not become its tail. */
function endLine(file: string): void {
  if (readFileSync(file).at(-1) !== 10) appendFileSync(file, '\n');
}

function parse(file: string): LogEvent[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): LogEvent[] => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as LogEvent];
      } catch {
        return [];
      }
    });
}

/**
 * Bodies as files. A body is written aside under a random name, synced, and renamed into place; a key never
 * becomes part of a path. Its MD5 (the ETag) and length are taken while it streams. A file that is read stays
 * until its last reader has gone, also when its object is deleted meanwhile.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AwsError } from '../../wire/types.ts';
import type { Segment } from './model.ts';

export interface WrittenBody {
  readonly segments: readonly Segment[];
  readonly size: number;
  /** MD5, hex. */
  readonly md5: string;
}

export interface Bodies {
  /** Rejects with EntityTooLarge after `limitBytes`. Keeps nothing of a stream that fails. */
  write(source: unknown, limitBytes: number): Promise<WrittenBody>;
  /** Bytes `start` up to and without `end`. Holds the files from this call until the stream ends or is destroyed. */
  read(segments: readonly Segment[], start: number, end: number): Readable;
  discard(bodies: readonly string[]): void;
  /** Makes the names of all bodies written so far durable. */
  sync(): Promise<void>;
  /** Removes what no record names; before anybody writes. Says how many there were. */
  sweep(known: ReadonlySet<string>): number;
  close(): Promise<void>;
}

/** From here on a body is read in chunks rather than at once. */
const CHUNK_BYTES = 256 * 1024;

export function openBodies(directory: string): Bodies {
  const aside = join(directory, 'incoming');
  const place = join(directory, 'bodies');
  for (const folder of [aside, place]) mkdirSync(folder, { recursive: true });
  const readers = new Map<string, number>();
  const condemned = new Set<string>();
  let folder: FileHandle | undefined;
  let unsynced = false;

  const remove = (body: string): void => {
    // What cannot be removed now is an orphan, and the next start sweeps it.
    void rm(join(place, body), { force: true }).catch(() => {});
  };
  const hold = (body: string): void => void readers.set(body, (readers.get(body) ?? 0) + 1);
  const release = (body: string): void => {
    const left = (readers.get(body) ?? 1) - 1;
    if (left > 0) return void readers.set(body, left);
    readers.delete(body);
    if (condemned.delete(body)) remove(body);
  };

  return {
    write: async (source, limitBytes) => {
      const name = randomUUID();
      const written = await writeAside(join(aside, name), source, limitBytes);
      if (written.size === 0) return { ...written, segments: [] };
      await rename(join(aside, name), join(place, name));
      unsynced = true;
      return { ...written, segments: [{ body: name, size: written.size }] };
    },
    read: (segments, start, end) => {
      const pieces = piecesOf(segments, start, end);
      for (const { body } of pieces) hold(body);
      const stream = Readable.from(chunks(place, pieces), { objectMode: false });
      stream.once('close', () => {
        for (const { body } of pieces) release(body);
      });
      return stream;
    },
    discard: (bodies) => {
      for (const body of bodies)
        if (readers.has(body)) condemned.add(body);
        else remove(body);
    },
    sync: async () => {
      if (!unsynced) return;
      unsynced = false;
      try {
        folder ??= await open(place, 'r');
        await folder.sync();
      } catch (error) {
        unsynced = true;
        throw error;
      }
    },
    sweep: (known) => {
      rmSync(aside, { recursive: true, force: true });
      mkdirSync(aside);
      const orphans = readdirSync(place).filter((body) => !known.has(body));
      for (const body of orphans) rmSync(join(place, body), { force: true });
      return orphans.length;
    },
    close: async () => {
      const opened = folder;
      folder = undefined;
      await opened?.close();
    },
  };
}

async function writeAside(
  path: string,
  source: unknown,
  limitBytes: number,
): Promise<{ size: number; md5: string }> {
  const hash = createHash('md5');
  let size = 0;
  let file: FileHandle | undefined;
  try {
    for await (const chunk of chunksOf(source)) {
      size += chunk.length;
      if (size > limitBytes)
        throw new AwsError(
          'EntityTooLarge',
          `Your proposed upload exceeds the maximum allowed size of ${limitBytes} bytes`,
          400,
        );
      hash.update(chunk);
      file ??= await open(path, 'wx');
      await writeFully(file, chunk);
    }
    await file?.datasync();
    await file?.close();
    return { size, md5: hash.digest('hex') };
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; )
    written += (await file.write(chunk, written, chunk.length - written)).bytesWritten;
}

/** The wire gives streams; callers in process give text or bytes too. */
function chunksOf(source: unknown): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (source === undefined || source === null) return [];
  if (typeof source === 'string') return source === '' ? [] : [Buffer.from(source)];
  if (source instanceof Uint8Array) return source.length === 0 ? [] : [source];
  if (typeof source === 'object' && Symbol.asyncIterator in source)
    return source as AsyncIterable<Uint8Array>;
  throw new AwsError('InvalidRequest', `Body must be a stream, bytes or text, found ${typeof source}`);
}

interface Piece {
  readonly body: string;
  readonly start: number;
  readonly end: number;
}

function piecesOf(segments: readonly Segment[], start: number, end: number): readonly Piece[] {
  let offset = 0;
  return segments.flatMap(({ body, size }) => {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, size);
    offset += size;
    return from < to ? [{ body, start: from, end: to }] : [];
  });
}

async function* chunks(place: string, pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const { body, start, end } of pieces) {
    const path = join(place, body);
    if (end - start > CHUNK_BYTES)
      yield* createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES });
    else yield await readPiece(path, start, end - start);
  }
}

async function readPiece(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await file.read(bytes, read, length - read, position + read);
      if (bytesRead === 0) throw new Error(`${path} ends ${length - read} bytes early`);
      read += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Reads a ZIP archive (PKWARE APPNOTE 6.3): stored and deflated entries of the central directory, without
 * ZIP64 or encryption, as Lambda's deployment packages are. A name that would leave the folder is an error.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAXIMUM_BYTES = 250 * 1024 * 1024;

export function readZip(archive: Buffer): readonly ZipEntry[] {
  const end = endOfCentralDirectory(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== CENTRAL)
      throw new Error(`not a ZIP archive: no directory entry at ${at}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => archive.readUInt16LE(at + o));
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength!);
    total += archive.readUInt32LE(at + 24);
    if (total > MAXIMUM_BYTES) throw new Error('the unzipped package is larger than 250 MB, Lambda’s limit');
    if (!name.endsWith('/'))
      entries.push({
        name,
        mode: archive.readUInt32LE(at + 38) >>> 16,
        content: contentOf(archive, at, name),
      });
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
  return entries;
}

function endOfCentralDirectory(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - 22 - 65_535);
  for (let at = archive.length - 22; at >= lowest; at--) if (archive.readUInt32LE(at) === END) return at;
  throw new Error('not a ZIP archive: it has no end of central directory');
}

function contentOf(archive: Buffer, entry: number, name: string): Buffer {
  const flags = archive.readUInt16LE(entry + 8);
  const method = archive.readUInt16LE(entry + 10);
  const compressed = archive.readUInt32LE(entry + 20);
  const size = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  if (flags & 1) throw new Error(`${name} is encrypted`);
  if (local + 30 > archive.length || archive.readUInt32LE(local) !== LOCAL)
    throw new Error(`not a ZIP archive: no entry for ${name} at ${local}`);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + compressed);
  if (method === 0) return bytes;
  if (method !== 8)
    throw new Error(`${name} is compressed by method ${method}; stored (0) and deflate (8) are read`);
  return inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
}

export function unzipTo(archive: Buffer, folder: string): void {
  for (const { name, mode, content } of readZip(archive)) {
    const path = resolve(folder, name);
    if (!path.startsWith(folder + sep)) throw new Error(`the archive’s entry ${name} would leave its folder`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (mode & 0o111) chmodSync(path, 0o755);
  }
}

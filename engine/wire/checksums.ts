/**
 * Checksums of S3's flexible integrity checks, incremental. CRC-32 and the SHAs are Node's; CRC-32C and
 * CRC-64/NVME are tables here (reflected polynomials 0x82F63B78 and 0x9A6C9329AC4BC9B5).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256' | 'md5';

export interface Checksum {
  update(chunk: Uint8Array): void;
  digest(): Buffer;
}

export function checksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'sha1':
    case 'sha256':
    case 'md5': {
      const hash = createHash(algorithm);
      return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
    }
    case 'crc32': {
      let value = 0;
      return {
        update: (chunk) => {
          value = crc32(chunk, value);
        },
        digest: () => bigEndian(value),
      };
    }
    case 'crc32c':
      return crc32c();
    case 'crc64nvme':
      return crc64nvme();
  }
}

function bigEndian(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, index * 4);
  return bytes;
}

let castagnoli: Uint32Array | undefined;

function crc32c(): Checksum {
  castagnoli ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value;
  });
  const table = castagnoli;
  let value = 0xffffffff;
  return {
    update: (chunk) => {
      for (const byte of chunk) value = (table[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
    },
    digest: () => bigEndian(~value),
  };
}

let nvme: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

/** Two 32-bit halves, since BigInt is some hundred times slower. */
function crc64nvme(): Checksum {
  nvme ??= nvmeTable();
  const table = nvme;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff;
        const shifted = (low >>> 8) | (high << 24);
        high = (high >>> 8) ^ (table.high[index] as number);
        low = shifted ^ (table.low[index] as number);
      }
    },
    digest: () => bigEndian(~high, ~low),
  };
}

function nvmeTable(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
}

/**
 * The checksum of an object that came in parts: COMPOSITE is the checksum of the parts' checksums and their
 * number; FULL_OBJECT is of all the bytes, which are read once more for it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
import { type ChecksumAlgorithm, checksum } from '../../wire/checksums.ts';
import { failures } from './failures.ts';
import type { ChecksumMember, ObjectFacts } from './model.ts';
import type { House } from './storage.ts';
import type { Part, Upload } from './upload-records.ts';

const algorithms: Readonly<Record<string, ChecksumAlgorithm>> = {
  CRC32: 'crc32',
  CRC32C: 'crc32c',
  CRC64NVME: 'crc64nvme',
  SHA1: 'sha1',
  SHA256: 'sha256',
};

export async function completedChecksum(
  house: House,
  upload: Upload,
  parts: readonly Part[],
): Promise<Pick<ObjectFacts, 'checksums' | 'checksumType'>> {
  const name = upload.checksumAlgorithm;
  if (name === undefined) return { checksums: {} };
  const algorithm = algorithms[name];
  if (!algorithm)
    throw failures.invalid(
      'InvalidRequest',
      `Checksum algorithm must be one of ${Object.keys(algorithms)}, found ${name}`,
    );
  const member = `Checksum${name}` as ChecksumMember;
  const running = checksum(algorithm);
  // CRC-64/NVME exists for whole objects only.
  if (upload.facts.checksumType === 'FULL_OBJECT' || algorithm === 'crc64nvme') {
    const segments = parts.flatMap((part) => part.segments);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    for await (const chunk of house.storage.bodies.read(segments, 0, size))
      running.update(chunk as Uint8Array);
    return { checksums: { [member]: running.digest().toString('base64') }, checksumType: 'FULL_OBJECT' };
  }
  for (const part of parts) {
    const value = part.checksums[member];
    // A part that was copied or sent without its checksum leaves the object without one.
    if (value === undefined) return { checksums: {} };
    running.update(Buffer.from(value, 'base64'));
  }
  return {
    checksums: { [member]: `${running.digest().toString('base64')}-${parts.length}` },
    checksumType: 'COMPOSITE',
  };
}

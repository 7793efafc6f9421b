/** GetObject and HeadObject: the version, the conditions, the range, in this order. */
import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError, answered, type Output } from '../../wire/types.ts';
import { readVerdict } from './conditions.ts';
import { failures, theBucket, theKey, theVersion } from './failures.ts';
import { type ObjectVersion, partRange } from './model.ts';
import { describe, describeChecksums, partsCount } from './object-facts.ts';
import { contentRange, readRange } from './ranges.ts';
import type { House } from './storage.ts';

type ReadInput = GetObjectCommandInput & HeadObjectCommandInput;

interface Reading {
  readonly version: ObjectVersion;
  readonly start: number;
  readonly end: number;
  /** Everything but the body; with its HTTP status. */
  readonly head: Output<HeadObjectCommandOutput>;
  readonly send: boolean;
}

export function getObject(house: House, input: GetObjectCommandInput): Output<GetObjectCommandOutput> {
  const { version, start, end, head, send } = reading(house, input);
  if (!send) return head as Output<GetObjectCommandOutput>;
  const Body = house.storage.bodies.read(version.segments, start, end);
  // The SDK's type is its client's stream with mixins; the wire sends any Node stream.
  return Object.assign(head, { Body }) as unknown as Output<GetObjectCommandOutput>;
}

export function headObject(house: House, input: HeadObjectCommandInput): Output<HeadObjectCommandOutput> {
  return reading(house, input).head;
}

function reading(house: House, input: ReadInput): Reading {
  const bucket = theBucket(house, input.Bucket);
  const version = theVersion(house, bucket.name, theKey(input.Key), input.VersionId);
  const verdict = readVerdict(
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSince: input.IfModifiedSince,
      ifUnmodifiedSince: input.IfUnmodifiedSince,
    },
    version,
  );
  if (verdict.verdict === 'failed') throw failures.preconditionFailed(verdict.condition);
  const described = { ...describe(bucket, version), ...overrides(input) };
  if (verdict.verdict === 'not-modified')
    return { version, start: 0, end: 0, send: false, head: answered(described, { status: 304 }) };
  const part = partOf(version, input);
  const { start, end } = part ?? rangeOf(version, input.Range);
  const output = {
    ...described,
    // The checksum is the whole object's: of a range it would be taken for a wrong one.
    ...(input.ChecksumMode === 'ENABLED' && end - start === version.size ? describeChecksums(version) : {}),
    ...(input.PartNumber === undefined ? {} : partsCount(version)),
    ContentLength: end - start,
  };
  const partial = part !== undefined || (input.Range !== undefined && end - start < version.size);
  const ranged = partial || isWholeRange(input.Range, version.size);
  const head =
    ranged && version.size > 0
      ? answered({ ...output, ContentRange: contentRange(start, end, version.size) }, { status: 206 })
      : output;
  return { version, start, end, send: true, head };
}

/** `bytes=0-` of everything is still a range, and answered as one. */
function isWholeRange(range: string | undefined, size: number): boolean {
  return readRange(range, size).range === 'part';
}

function rangeOf(version: ObjectVersion, range: string | undefined): { start: number; end: number } {
  const verdict = readRange(range, version.size);
  switch (verdict.range) {
    case 'whole':
      return { start: 0, end: version.size };
    case 'part':
      return { start: verdict.start, end: verdict.end };
    case 'unsatisfiable':
      throw new AwsError(
        'InvalidRange',
        'The requested range is not satisfiable',
        416,
        answered(
          { RangeRequested: range, ActualObjectSize: String(version.size) },
          { headers: { 'content-range': `bytes */${version.size}` } },
        ),
      );
  }
}

/** An object that was put in one piece has one part. */
function partOf(version: ObjectVersion, input: ReadInput): { start: number; end: number } | undefined {
  if (input.PartNumber === undefined) return undefined;
  if (input.Range !== undefined)
    throw failures.invalid(
      'InvalidRequest',
      'Cannot specify both Range header and partNumber query parameter',
    );
  const found = partRange(version.facts.parts ?? [{ size: version.size, count: 1 }], input.PartNumber);
  if (!found || input.PartNumber < 1)
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: String(input.PartNumber),
    });
  return { start: found.start, end: found.start + found.size };
}

/** `response-content-type` and its kin, which presigned URLs use. */
function overrides(input: ReadInput): Partial<Output<HeadObjectCommandOutput>> {
  const expires = input.ResponseExpires?.toUTCString();
  return {
    ...(input.ResponseCacheControl ? { CacheControl: input.ResponseCacheControl } : {}),
    ...(input.ResponseContentDisposition ? { ContentDisposition: input.ResponseContentDisposition } : {}),
    ...(input.ResponseContentEncoding ? { ContentEncoding: input.ResponseContentEncoding } : {}),
    ...(input.ResponseContentLanguage ? { ContentLanguage: input.ResponseContentLanguage } : {}),
    ...(input.ResponseContentType ? { ContentType: input.ResponseContentType } : {}),
    ...(expires ? { ExpiresString: expires } : {}),
  };
}

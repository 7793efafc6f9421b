/** PutObject: the body is written aside while it streams in; nobody sees the object before it is whole and on disk. */

import { Readable } from 'node:stream';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumsOf } from '../../wire/body.ts';
import type { Caller, Output } from '../../wire/types.ts';
import type { WrittenBody } from './bodies.ts';
import { failures, theBucket, theKey } from './failures.ts';
import type { Checksums, ObjectVersion } from './model.ts';
import { checksumsByMember, describeChecksums, factsOf, quoted, versionIdFor } from './object-facts.ts';
import { type ReplicaNotice, readNotice } from './replica-notice.ts';
import type { House } from './storage.ts';
import { checkConditions, currentObject, writeObject, writeReplica } from './write-version.ts';

const GIB = 1024 ** 3;
export const MAX_PUT_BYTES = 5 * GIB;
const MAX_OBJECT_BYTES = 50 * 1024 * GIB;

export async function putObject(
  house: House,
  input: PutObjectCommandInput,
  caller: Caller,
): Promise<Output<PutObjectCommandOutput>> {
  const bucket = theBucket(house, input.Bucket);
  const key = theKey(input.Key);
  const notice = readNotice(input.Metadata, caller, house.context.account);
  if (notice) return await putReplica(house, bucket.name, key, notice, input);
  const facts = factsOf(input);
  const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
  const before = currentObject(house, bucket.name, key);
  checkConditions(conditions, key, before, undefined);
  const { body, checksums } = await receive(house, input.Body, input.ContentLength, MAX_PUT_BYTES);
  const version = await orDiscard(house, body, () =>
    house.storage.database.commit(() =>
      writeObject(house, {
        bucket: bucket.name,
        key,
        body,
        etag: body.md5,
        facts: withChecksums(facts, checksums),
        conditions,
        before,
      }),
    ),
  );
  return answerOf(house, version);
}

async function putReplica(
  house: House,
  bucket: string,
  key: string,
  notice: ReplicaNotice,
  input: PutObjectCommandInput,
): Promise<Output<PutObjectCommandOutput>> {
  const { body } = await receive(house, input.Body, input.ContentLength, MAX_OBJECT_BYTES);
  const version = await orDiscard(house, body, () => {
    // A multipart ETag is no digest of the whole; the transfer's own checksum covers that.
    if (!notice.deleteMarker && !notice.etag.includes('-') && body.md5 !== notice.etag)
      throw failures.invalid(
        'BadDigest',
        `The replica of ${key} has MD5 ${body.md5}, its source ${notice.etag}`,
      );
    return house.storage.database.commit(() => writeReplica(house, bucket, key, notice, body));
  });
  return answerOf(house, version);
}

export interface Received {
  readonly body: WrittenBody;
  readonly checksums: Checksums;
}

/** Streams a request's body to disk; what came with it is verified by the wire before the stream ends. */
export async function receive(
  house: House,
  source: unknown,
  contentLength: number | undefined,
  limitBytes: number,
): Promise<Received> {
  const body = await house.storage.bodies.write(source, limitBytes);
  if (contentLength !== undefined && contentLength !== body.size) {
    house.storage.bodies.discard(body.segments.map((segment) => segment.body));
    throw failures.invalid(
      'IncompleteBody',
      `You did not provide the number of bytes specified by the Content-Length HTTP header: ${contentLength} announced, ${body.size} found`,
    );
  }
  return { body, checksums: source instanceof Readable ? checksumsByMember(checksumsOf(source)) : {} };
}

/** Keeps no body whose record was refused. */
export async function orDiscard<T>(house: House, body: WrittenBody, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    house.storage.bodies.discard(body.segments.map((segment) => segment.body));
    throw error;
  }
}

function withChecksums(facts: ReturnType<typeof factsOf>, checksums: Checksums): ReturnType<typeof factsOf> {
  if (Object.keys(checksums).length === 0) return facts;
  return { ...facts, checksums, checksumType: 'FULL_OBJECT' };
}

function answerOf(house: House, version: ObjectVersion): Output<PutObjectCommandOutput> {
  return {
    ETag: quoted(version.etag),
    ServerSideEncryption: 'AES256',
    ...versionIdFor(theBucket(house, version.bucket), version),
    ...describeChecksums(version),
  };
}

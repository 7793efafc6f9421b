/**
 * A request's body on its way in: `aws-chunked` taken off, and everything that the request promises about it
 * (payload hash, Content-MD5, x-amz-checksum-*, in a header or a trailer) held against what arrives. A
 * promise that is not kept ends the stream with an error; nothing is buffered unless asked for.
 */
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { AwsChunkedDecoder, type ChunkSigning } from './aws-chunked.ts';
import { type Checksum, type ChecksumAlgorithm, checksum } from './checksums.ts';
import { UNSIGNED_PAYLOAD } from './sigv4.ts';
import { AwsError } from './types.ts';

/** More than Lambda's largest direct upload (50 MB zipped, base64 in JSON). S3 objects are streamed instead. */
const BUFFERED_LIMIT = 80 * 1024 * 1024;

export const STREAMING = /^STREAMING-(AWS4-HMAC-SHA256-PAYLOAD|UNSIGNED-PAYLOAD)(-TRAILER)?$/;

interface Promised {
  readonly algorithm: ChecksumAlgorithm;
  readonly running: Checksum;
  readonly expected: () => string | undefined;
  readonly code: string;
  readonly encoding: 'hex' | 'base64';
}

const arrivedChecksums = new WeakMap<Readable, Record<string, string>>();

/** Checksums that came with a streaming body, by header name (`x-amz-checksum-crc32`); complete when it has ended. */
export function checksumsOf(body: Readable): Readonly<Record<string, string>> {
  return arrivedChecksums.get(body) ?? {};
}

export interface BodyOptions {
  /** The x-amz-content-sha256 of the request; undefined where the service does not use it. */
  readonly payloadHash: string | undefined;
  /** Present when the chunks are signed. */
  readonly signing: ChunkSigning | undefined;
}

export function openBody(request: IncomingMessage, options: BodyOptions): Readable {
  const { headers } = request;
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('x-amz-checksum-') && typeof value === 'string') found[name] = value;
  const stages: Transform[] = [];
  let chunked: AwsChunkedDecoder | undefined;
  if (options.payloadHash !== undefined && STREAMING.test(options.payloadHash)) {
    const length = headers['x-amz-decoded-content-length'];
    chunked = new AwsChunkedDecoder({
      ...(options.signing ? { signing: options.signing } : {}),
      ...(typeof length === 'string' ? { decodedLength: Number(length) } : {}),
    });
    stages.push(chunked);
  }
  stages.push(
    new Verification(promises(request, options, chunked, found), () =>
      Object.assign(found, chunked?.trailers),
    ),
  );
  return pipe(request, stages, found);
}

function pipe(
  request: IncomingMessage,
  stages: readonly Transform[],
  found: Record<string, string>,
): Readable {
  let stream: Readable = request;
  for (const stage of stages) {
    const before = stream;
    before.on('error', (error) => stage.destroy(error));
    stream = before.pipe(stage);
  }
  request.on('aborted', () => stream.destroy(new AwsError('IncompleteBody', 'The client went away.')));
  arrivedChecksums.set(stream, found);
  return stream;
}

function promises(
  request: IncomingMessage,
  options: BodyOptions,
  chunked: AwsChunkedDecoder | undefined,
  found: Readonly<Record<string, string>>,
): Promised[] {
  const made: Promised[] = [];
  const promise = (
    algorithm: ChecksumAlgorithm,
    expected: () => string | undefined,
    code = 'BadDigest',
    encoding: 'hex' | 'base64' = 'base64',
  ): void => void made.push({ algorithm, running: checksum(algorithm), expected, code, encoding });
  const hash = options.payloadHash;
  if (hash !== undefined && hash !== UNSIGNED_PAYLOAD && !STREAMING.test(hash))
    promise('sha256', () => hash, 'XAmzContentSHA256Mismatch', 'hex');
  const md5 = request.headers['content-md5'];
  if (typeof md5 === 'string') promise('md5', () => md5);
  const announced = String(request.headers['x-amz-trailer'] ?? '')
    .toLowerCase()
    .split(',');
  for (const algorithm of ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const) {
    const name = `x-amz-checksum-${algorithm}`;
    const value = found[name];
    if (value !== undefined) promise(algorithm, () => value);
    else if (announced.some((trailer) => trailer.trim() === name))
      promise(algorithm, () => chunked?.trailers[name]);
  }
  return made;
}

class Verification extends Transform {
  private readonly promised: readonly Promised[];
  private readonly ended: () => void;

  constructor(promised: readonly Promised[], ended: () => void) {
    super();
    this.promised = promised;
    this.ended = ended;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (const { running } of this.promised) running.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.ended();
    const broken = this.promised
      .map(({ algorithm, running, expected, code, encoding }) => ({
        code,
        algorithm,
        given: expected(),
        calculated: running.digest().toString(encoding),
      }))
      .find(({ given, calculated }) => given !== calculated);
    done(
      broken
        ? new AwsError(
            broken.code,
            `The ${broken.algorithm} you specified (${broken.given ?? 'none'}) did not match what we received (${broken.calculated}).`,
          )
        : null,
    );
  }
}

export async function readAll(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BUFFERED_LIMIT)
      throw new AwsError('RequestEntityTooLarge', `A request may have ${BUFFERED_LIMIT} bytes here`, 413);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
}

/** Clients may compress what they send (PutMetricData does above 10 kB). */
export function inflate(bytes: Uint8Array, encoding: string | undefined): Uint8Array {
  if (encoding !== 'gzip') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: BUFFERED_LIMIT });
  } catch (error) {
    throw new AwsError('SerializationException', `The body is not valid gzip: ${(error as Error).message}`);
  }
}

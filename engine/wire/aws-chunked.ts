/**
 * Decodes a body of content encoding `aws-chunked`: chunks with or without signatures, then trailers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 * Bytes flow through before their chunk's signature is known to be right; a wrong one ends the stream with an
 * error, so a consumer keeps what it read only once the stream has ended well.
 */
import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { hmac, same, sha256 } from './sigv4-canonical.ts';
import { AwsError } from './types.ts';

export interface ChunkSigning {
  readonly signingKey: Buffer;
  readonly timestamp: string;
  readonly scope: string;
  /** The signature of the request's head, which the first chunk's continues. */
  readonly seed: string;
}

/** A chunk's head or a trailer line longer than this is no chunk. */
const LINE_LIMIT = 8_192;

type State = 'head' | 'data' | 'data-end' | 'trailers' | 'done';

export class AwsChunkedDecoder extends Transform {
  readonly trailers: Record<string, string> = {};
  private readonly signing: ChunkSigning | undefined;
  private state: State = 'head';
  private line = '';
  private remaining = 0;
  private signature = '';
  private previous: string;
  private hash: Hash = createHash('sha256');
  private decoded = 0;
  private trailersSigned = false;
  private readonly expectedLength: number | undefined;

  constructor(options: { readonly signing?: ChunkSigning; readonly decodedLength?: number }) {
    super();
    this.signing = options.signing;
    this.previous = options.signing?.seed ?? '';
    this.expectedLength = options.decodedLength;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let at = 0;
      while (at < chunk.length) at = this.state === 'data' ? this.data(chunk, at) : this.text(chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const problem =
      this.state !== 'done'
        ? 'The request body terminated unexpectedly: its last chunk is missing.'
        : this.expectedLength !== undefined && this.decoded !== this.expectedLength
          ? `x-amz-decoded-content-length is ${this.expectedLength}, found ${this.decoded} bytes`
          : undefined;
    done(problem === undefined ? null : new AwsError('IncompleteBody', problem));
  }

  private data(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.remaining);
    this.push(part);
    if (this.signing) this.hash.update(part);
    this.remaining -= part.length;
    this.decoded += part.length;
    if (this.remaining === 0) {
      this.checkChunk();
      this.state = 'data-end';
    }
    return at + part.length;
  }

  private text(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(10, at);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.line += chunk.toString('latin1', at, end);
    if (this.line.length > LINE_LIMIT)
      throw new AwsError('InvalidRequest', `A chunk's head is longer than ${LINE_LIMIT} bytes`);
    if (newline >= 0) {
      const line = this.line.replace(/\r?\n$/, '');
      this.line = '';
      this.endOfLine(line);
    }
    return end;
  }

  private endOfLine(line: string): void {
    switch (this.state) {
      case 'head':
        this.head(line);
        break;
      case 'data-end':
        if (line !== '') throw new AwsError('InvalidRequest', 'A chunk is longer than its head says');
        this.state = 'head';
        break;
      case 'trailers':
        this.trailer(line);
        break;
      case 'data':
      case 'done':
        if (line !== '') throw new AwsError('InvalidRequest', 'Bytes after the last chunk');
    }
  }

  private head(line: string): void {
    const found = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (!found)
      throw new AwsError('InvalidRequest', `Not the head of a chunk: ${JSON.stringify(line.slice(0, 80))}`);
    this.remaining = Number.parseInt(found[1] as string, 16);
    this.signature = found[2] ?? '';
    this.hash = createHash('sha256');
    if (this.remaining > 0) {
      this.state = 'data';
      return;
    }
    this.checkChunk();
    this.state = 'trailers';
  }

  private checkChunk(): void {
    if (!this.signing) return;
    const { signingKey, timestamp, scope } = this.signing;
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      timestamp,
      scope,
      this.previous,
      sha256(''),
      this.hash.digest('hex'),
    ];
    this.expect(hmac(signingKey, text.join('\n')).toString('hex'), this.signature, 'A chunk');
  }

  private trailer(line: string): void {
    if (line === '') {
      if (this.signing && Object.keys(this.trailers).length > 0 && !this.trailersSigned)
        throw new AwsError('SignatureDoesNotMatch', 'x-amz-trailer-signature is missing', 403);
      this.state = 'done';
      return;
    }
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (at < 1) throw new AwsError('InvalidRequest', `Not a trailer: ${JSON.stringify(line.slice(0, 80))}`);
    if (name !== 'x-amz-trailer-signature') {
      this.trailers[name] = value;
      return;
    }
    if (!this.signing) return;
    const { signingKey, timestamp, scope } = this.signing;
    const canonical = Object.entries(this.trailers)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, content]) => `${key}:${content}\n`)
      .join('');
    const text = ['AWS4-HMAC-SHA256-TRAILER', timestamp, scope, this.previous, sha256(canonical)];
    this.expect(hmac(signingKey, text.join('\n')).toString('hex'), value, 'The trailer');
    this.trailersSigned = true;
  }

  private expect(expected: string, found: string, what: string): void {
    if (!same(expected, found))
      throw new AwsError(
        'SignatureDoesNotMatch',
        `${what}'s signature does not match the one we calculated.`,
        403,
      );
    this.previous = expected;
  }
}

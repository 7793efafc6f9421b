/**
 * Signed chunks by AWS's own example: 66,560 bytes in two chunks and an empty one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { signingKey } from './sigv4-canonical.ts';

const signing = {
  signingKey: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
    day: '20130524',
    region: 'us-east-1',
    service: 's3',
  }),
  timestamp: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const first = 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648';
const second = '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497';
const last = 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9';

const example = (content = 'a'): Buffer =>
  Buffer.from(
    `10000;chunk-signature=${first}\r\n${content.repeat(65_536)}\r\n` +
      `400;chunk-signature=${second}\r\n${'a'.repeat(1024)}\r\n0;chunk-signature=${last}\r\n\r\n`,
  );

const decode = (encoded: readonly Buffer[], options: ConstructorParameters<typeof AwsChunkedDecoder>[0]) =>
  buffer(Readable.from(encoded).compose(new AwsChunkedDecoder(options)));

test('the documented example is accepted', async () => {
  assert.equal(
    (await decode([example()], { signing, decodedLength: 66_560 })).toString(),
    'a'.repeat(66_560),
  );
});

test('other content under the same signatures is refused', async () => {
  await assert.rejects(decode([example('b')], { signing }), { code: 'SignatureDoesNotMatch' });
});

test('a body cut short, or of another length than announced, is refused', async () => {
  await assert.rejects(decode([example().subarray(0, 70_000 - 3_300)], { signing }), {
    code: 'IncompleteBody',
  });
  await assert.rejects(decode([example()], { signing, decodedLength: 66_561 }), { code: 'IncompleteBody' });
});

test('chunks and trailers are read wherever the network cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async (chunks, step) => {
        const encoded = Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)}\r\n`),
            chunk,
            Buffer.from('\r\n'),
          ]),
          Buffer.from('0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'),
        ]);
        const pieces: Buffer[] = [];
        for (let at = 0; at < encoded.length; at += step) pieces.push(encoded.subarray(at, at + step));
        const decoder = new AwsChunkedDecoder({});
        const decoded = await buffer(Readable.from(pieces).pipe(decoder));
        assert.ok(decoded.equals(Buffer.concat(chunks)));
        assert.deepEqual(decoder.trailers, { 'x-amz-checksum-crc32': 'AAAAAA==' });
      },
    ),
    { numRuns: 50 },
  );
});

/** S3 on the wire: streams both ways, checksums in headers and trailers, addressing, statuses, presigned URLs. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { checksumsOf } from './body.ts';
import { startWire, type TestServer } from './test-server.ts';
import { AwsError, answered, type Operations } from './types.ts';

/** What the client's signer is, though its own type does not say so. */
interface Presigner {
  presign(request: never, options: object): Promise<{ query?: object }>;
}

interface Stored {
  readonly bytes: Buffer;
  readonly input: PutObjectCommandInput;
  readonly checksums: Readonly<Record<string, string>>;
}

async function bucketServer(
  more: Operations = {},
): Promise<{ server: TestServer; objects: Map<string, Stored> }> {
  const objects = new Map<string, Stored>();
  const find = (input: { Bucket: string; Key: string }): Stored => {
    const object = objects.get(`${input.Bucket}/${input.Key}`);
    if (!object)
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: input.Key });
    return object;
  };
  const server = await startWire([
    {
      name: 's3',
      api: { signingName: 's3', protocols: ['rest-xml'], sdk: () => import('@aws-sdk/client-s3') },
      operations: {
        PutObject: async (input) => {
          const bytes = await buffer(input.Body as Readable);
          objects.set(`${input.Bucket}/${input.Key}`, { bytes, input, checksums: checksumsOf(input.Body) });
          return { ETag: '"e"', VersionId: 'v1' };
        },
        GetObject: (input) => {
          const { bytes, input: put } = find(input);
          if (input.IfNoneMatch === '"e"') return answered({ ETag: '"e"' }, { status: 304 });
          const range = /^bytes=(\d+)-(\d+)$/.exec(input.Range ?? '');
          const part = range ? bytes.subarray(Number(range[1]), Number(range[2]) + 1) : bytes;
          const output = {
            Body: Readable.from([part.subarray(0, 3), part.subarray(3)]),
            ContentLength: part.length,
            ContentType: put.ContentType,
            Metadata: put.Metadata,
            LastModified: new Date(1_000_000),
          };
          return range
            ? answered(
                { ...output, ContentRange: `bytes ${range[1]}-${range[2]}/${bytes.length}` },
                { status: 206 },
              )
            : output;
        },
        HeadObject: (input) => ({ ContentLength: find(input).bytes.length, ETag: '"e"' }),
        ...more,
      },
    },
  ]);
  return { server, objects };
}

const clientOf = (server: TestServer, more: object = {}): S3Client =>
  new S3Client({ ...server.client, ...more });

test('an object goes in with the default checksum and comes out as it was', async () => {
  const { server, objects } = await bucketServer();
  await using _ = server;
  const client = clientOf(server);
  const Key = "a b/ü+(1)'/~x.txt";
  await client.send(
    new PutObjectCommand({
      Bucket: 'assets',
      Key,
      Body: 'hello world',
      ContentType: 'text/plain',
      Metadata: { one: 'two' },
    }),
  );
  const stored = objects.get(`assets/${Key}`);
  assert.equal(stored?.bytes.toString(), 'hello world');
  assert.equal(stored?.input.ContentLength, 11);
  assert.equal(stored?.checksums['x-amz-checksum-crc32'], 'DUoRhQ==');
  const got = await client.send(new GetObjectCommand({ Bucket: 'assets', Key }));
  assert.equal(await got.Body?.transformToString(), 'hello world');
  assert.equal(got.ContentType, 'text/plain');
  assert.deepEqual(got.Metadata, { one: 'two' });
  assert.deepEqual(got.LastModified, new Date(1_000_000));
});

test('a streamed object is aws-chunked with its checksum in a trailer', async () => {
  const { server, objects } = await bucketServer();
  await using _ = server;
  const chunks = [Buffer.alloc(70_000, 'a'), Buffer.alloc(30_000, 'b')];
  await clientOf(server).send(
    new PutObjectCommand({
      Bucket: 'assets',
      Key: 'big',
      Body: Readable.from(chunks),
      ContentLength: 100_000,
    }),
  );
  const stored = objects.get('assets/big') as Stored;
  assert.ok(stored.bytes.equals(Buffer.concat(chunks)));
  assert.equal(stored.input.ContentLength, 100_000);
  assert.equal(stored.input.ContentEncoding, undefined);
  assert.match(stored.checksums['x-amz-checksum-crc32'] ?? '', /^[A-Za-z0-9+/]{6}==$/);
});

for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)
  test(`checksum ${ChecksumAlgorithm} is calculated as the SDK does`, async () => {
    const { server, objects } = await bucketServer();
    await using _ = server;
    const name = `Checksum${ChecksumAlgorithm}`;
    await clientOf(server).send(
      new PutObjectCommand({ Bucket: 'assets', Key: 'k', Body: Buffer.from('123456789'), ChecksumAlgorithm }),
    );
    assert.ok(objects.get('assets/k')?.input[name as 'ChecksumCRC32']);
  });

test('a body that is not what its checksum says is refused and not stored', async () => {
  const { server, objects } = await bucketServer();
  await using _ = server;
  const put = new PutObjectCommand({ Bucket: 'assets', Key: 'k', Body: 'x', ChecksumCRC32: 'AAAAAA==' });
  await assert.rejects(clientOf(server).send(put), { name: 'BadDigest' });
  assert.equal(objects.size, 0);
});

test('HEAD, ranges and conditions answer with their own statuses', async () => {
  const { server } = await bucketServer();
  await using _ = server;
  const client = clientOf(server);
  await client.send(new PutObjectCommand({ Bucket: 'assets', Key: 'k', Body: '0123456789' }));
  const head = await client.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'k' }));
  assert.equal(head.ContentLength, 10);
  await assert.rejects(client.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'none' })), {
    name: 'NotFound',
  });
  await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'none' })), {
    name: 'NoSuchKey',
  });
  const part = await client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'k', Range: 'bytes=2-4' }));
  assert.equal(part.$metadata.httpStatusCode, 206);
  assert.equal(part.ContentRange, 'bytes 2-4/10');
  assert.equal(await part.Body?.transformToString(), '234');
  await assert.rejects(
    client.send(new GetObjectCommand({ Bucket: 'assets', Key: 'k', IfNoneMatch: '"e"' })),
    (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode === 304,
  );
});

test('operations that share method and path are told apart by query and headers', async () => {
  const called: string[] = [];
  const note =
    (name: string, output: object = {}) =>
    async (input: { Body?: Readable }) => {
      if (input.Body) await buffer(input.Body);
      called.push(name);
      return output;
    };
  const { server } = await bucketServer({
    ListBuckets: note('ListBuckets', { Buckets: [{ Name: 'assets' }] }),
    ListObjectsV2: note('ListObjectsV2', { Contents: [{ Key: 'a&b' }], KeyCount: 1, IsTruncated: false }),
    UploadPart: note('UploadPart', { ETag: '"p"' }),
    CopyObject: note('CopyObject', { CopyObjectResult: { ETag: '"c"' } }),
    ListParts: note('ListParts'),
    CompleteMultipartUpload: note('CompleteMultipartUpload', { ETag: '"m"' }),
    GetBucketLocation: note('GetBucketLocation', { LocationConstraint: 'us-west-2' }),
  });
  await using _ = server;
  const client = clientOf(server);
  const at = { Bucket: 'assets', Key: 'k' };
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    ['assets'],
  );
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'assets' }));
  assert.equal(Contents?.[0]?.Key, 'a&b');
  await client.send(new UploadPartCommand({ ...at, UploadId: 'u', PartNumber: 1, Body: 'x' }));
  const copied = await client.send(new CopyObjectCommand({ ...at, CopySource: 'assets/other' }));
  assert.equal(copied.CopyObjectResult?.ETag, '"c"');
  await client.send(new ListPartsCommand({ ...at, UploadId: 'u' }));
  await client.send(
    new CompleteMultipartUploadCommand({
      ...at,
      UploadId: 'u',
      MultipartUpload: { Parts: [{ ETag: '"p"', PartNumber: 1 }] },
    }),
  );
  const location = await client.send(new GetBucketLocationCommand({ Bucket: 'assets' }));
  assert.equal(location.LocationConstraint, 'us-west-2');
  assert.deepEqual(called, [
    'ListBuckets',
    'ListObjectsV2',
    'UploadPart',
    'CopyObject',
    'ListParts',
    'CompleteMultipartUpload',
    'GetBucketLocation',
  ]);
});

test('a presigned URL at a virtual host works until it expires', async () => {
  const { server } = await bucketServer();
  await using _ = server;
  await clientOf(server).send(new PutObjectCommand({ Bucket: 'assets', Key: 'k', Body: 'hello' }));
  const ask = async (signingDate: Date): Promise<{ status: number | undefined; body: string }> => {
    const host = 'assets.s3.us-east-1.amazonaws.com';
    const signer = (await clientOf(server).config.signer({
      properties: {},
    } as never)) as unknown as Presigner;
    const signed = await signer.presign(
      {
        method: 'GET',
        protocol: 'https:',
        hostname: host,
        path: '/k',
        headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        query: {},
      } as never,
      { expiresIn: 60, signingDate },
    );
    const query = new URLSearchParams(signed.query as Record<string, string>)
      .toString()
      .replaceAll('+', '%20');
    const request = httpRequest({ port: server.port, path: `/k?${query}`, headers: { host } }).end();
    const [response] = await once(request, 'response');
    return { status: response.statusCode, body: (await buffer(response)).toString() };
  };
  assert.deepEqual(await ask(new Date()), { status: 200, body: 'hello' });
  const late = await ask(new Date(Date.now() - 61_000));
  assert.equal(late.status, 403);
  assert.match(late.body, /<Code>AccessDenied<\/Code><Message>Request has expired/);
});

test('a path that is not percent-encoding is refused, and the next request is served', async () => {
  const { server } = await bucketServer();
  await using _ = server;
  const client = clientOf(server);
  client.middlewareStack.add(
    (next) => async (call) => {
      (call.request as { path: string }).path = '/assets/%zz';
      return next(call);
    },
    { step: 'build' },
  );
  await assert.rejects(
    client.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'k' })),
    (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode === 400,
  );
  assert.deepEqual(server.failures, []);
  await assert.rejects(clientOf(server).send(new HeadObjectCommand({ Bucket: 'assets', Key: 'k' })), {
    name: 'NotFound',
  });
});

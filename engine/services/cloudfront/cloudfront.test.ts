/** Requests through real edges to real origins: caching, policies, compression, invalidation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { until } from '../test-until.ts';
import { CALLER, originServer, shop, world } from './test-world.ts';

test('a miss is fetched, a hit is answered from memory at that edge alone', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  const made = await w.deploy(shop(origin));
  origin.answer = (_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/plain', ETag: '"v1"', 'Set-Cookie': 'a=b' }).end('tea');
  const miss = await w.get('/price?currency=EUR', { headers: { Cookie: 'session=1', 'User-Agent': 'test' } });
  assert.equal(miss.status, 200);
  assert.equal(String(miss.body), 'tea');
  assert.equal(miss.headers['x-cache'], 'Miss from cloudfront');
  assert.equal(miss.headers['x-amz-cf-pop'], 'IAD89-C1');
  assert.match(String(miss.headers['via']), /^1\.1 iad89\.cloudfront\.net \(CloudFront\)$/);
  assert.equal(miss.headers['x-frame-options'], 'SAMEORIGIN');
  assert.equal(miss.headers['set-cookie'], undefined);
  const [asked] = origin.asked;
  assert.equal(asked?.url, '/price', 'a query string outside the policies stays behind');
  assert.equal(asked?.headers['host'], 'origin.shop.example');
  assert.equal(asked?.headers['user-agent'], 'Amazon CloudFront');
  assert.equal(asked?.headers['cookie'], undefined);
  const hit = await w.get('/price');
  assert.equal(hit.headers['x-cache'], 'Hit from cloudfront');
  assert.equal(hit.headers['age'], '0');
  assert.equal(String(hit.body), 'tea');
  assert.notEqual(hit.headers['x-amz-cf-id'], miss.headers['x-amz-cf-id']);
  assert.equal((await w.get('/price', { headers: { 'If-None-Match': '"v1"' } })).status, 304);
  const part = await w.get('/price', { headers: { Range: 'bytes=1-' } });
  assert.deepEqual(
    [part.status, String(part.body), part.headers['content-range']],
    [206, 'ea', 'bytes 1-2/3'],
  );
  const head = await w.get('/price', { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '3', 0]);
  assert.equal(origin.asked.length, 1);
  assert.equal((await w.get('/price', { edge: 1 })).headers['x-cache'], 'Miss from cloudfront');
  const secure = await w.get('/price', { secureFor: 'www.shop.example' });
  assert.equal(secure.headers['x-cache'], 'Hit from cloudfront');
  const { edges, distributions } = w.status();
  assert.equal(edges[0]?.requests, 6);
  assert.equal(edges[0]?.hits, 5);
  assert.equal(distributions[0]?.domainName, made.attributes['DomainName']);
  await w.end();
  origin.close();
});

test('what is not cacheable passes through with its body, method and cookies', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  await w.deploy(shop(origin));
  origin.answer = (request, response) => {
    const slices: Buffer[] = [];
    request.on('data', (data: Buffer) => slices.push(data));
    request.on('end', () => response.writeHead(201, { 'Set-Cookie': 'a=b' }).end(Buffer.concat(slices)));
  };
  const made = await w.get('/api/orders?x=1', {
    method: 'POST',
    body: '{"product":1}',
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': 'k',
      Cookie: 'c=1',
      'User-Agent': 'me',
    },
  });
  assert.equal(made.status, 201);
  assert.equal(String(made.body), '{"product":1}');
  assert.deepEqual(made.headers['set-cookie'], ['a=b']);
  const [asked] = origin.asked;
  assert.equal(asked?.url, '/api/orders?x=1');
  assert.equal(asked?.headers['idempotency-key'], 'k');
  assert.equal(asked?.headers['cookie'], 'c=1');
  assert.equal(asked?.headers['user-agent'], 'me');
  assert.equal(asked?.headers['host'], 'origin.shop.example');
  assert.match(String(asked?.headers['x-forwarded-for']), /^127\./);
  await w.get('/api/orders');
  await w.get('/api/orders');
  assert.equal(origin.asked.length, 3, 'CachingDisabled asks every time');
  assert.equal((await w.get('/other', { method: 'POST', body: 'x' })).status, 403);
  await w.end();
  origin.close();
});

test('concurrent misses of one key ask the origin once', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  await w.deploy(shop(origin));
  const waiting: (() => void)[] = [];
  origin.answer = (_request, response) => waiting.push(() => response.end('once'));
  const all = Array.from({ length: 8 }, () => w.get('/page'));
  await until(
    'the origin is asked and everybody waits',
    () => waiting.length > 0 && w.status().edges[0]?.requests === 8,
  );
  for (const go of waiting) go();
  const answers = await Promise.all(all);
  assert.deepEqual(new Set(answers.map((one) => String(one.body))), new Set(['once']));
  assert.equal(origin.asked.length, 1);
  await w.end();
  origin.close();
});

test('an expired object is confirmed with 304, and stands in while the origin fails', async () => {
  const origin = await originServer();
  const w = await world({ speed: 100 });
  w.names.set('origin.shop.example', { address: origin.address, ttl: 600 });
  await w.deploy(shop(origin));
  origin.answer = (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304, { ETag: '"v1"' }).end();
    else response.writeHead(200, { ETag: '"v1"', 'Cache-Control': 'max-age=5' }).end('old');
  };
  await w.get('/page');
  // 5 s of AWS time are 50 ms here.
  const expired = async (): Promise<void> => {
    const then = w.global.clock.now();
    await until('the object has expired', () => w.global.clock.now() > then + 6000);
  };
  await expired();
  const refreshed = await w.get('/page');
  assert.deepEqual(
    [String(refreshed.body), refreshed.headers['x-cache']],
    ['old', 'RefreshHit from cloudfront'],
  );
  await expired();
  origin.answer = (_request, response) => response.writeHead(503).end('down');
  const standIn = await w.get('/page');
  assert.deepEqual([standIn.status, String(standIn.body)], [200, 'old']);
  const before = origin.asked.length;
  assert.equal((await w.get('/page')).status, 200);
  assert.equal(origin.asked.length, before, 'the origin is left alone for the error caching minimum TTL');
  assert.equal((await w.get('/never-seen')).status, 503);
  origin.close();
  await expired();
  assert.equal(String((await w.get('/page')).body), 'old');
  await w.end();
});

test('an error is answered again for its minimum TTL; at 0 it never is', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  await w.deploy(shop(origin, { CustomErrorResponses: [{ ErrorCode: 503, ErrorCachingMinTTL: 0 }] }));
  origin.answer = (request, response) => response.writeHead(request.url === '/gone' ? 404 : 503).end('no');
  assert.equal((await w.get('/gone')).headers['x-cache'], 'Error from cloudfront');
  assert.equal((await w.get('/gone')).headers['x-cache'], 'Error from cloudfront');
  assert.equal(origin.asked.length, 1);
  await w.get('/down');
  await w.get('/down');
  assert.equal(origin.asked.length, 3);
  await w.end();
  origin.close();
});

test('text is compressed once for those who take it', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  await w.deploy(shop(origin));
  const text = 'a line of text\n'.repeat(200);
  origin.answer = (_request, response) =>
    response
      .writeHead(200, { 'Content-Type': 'text/css', ETag: '"v1"', 'Content-Length': text.length })
      .end(text);
  const brotli = { headers: { 'Accept-Encoding': 'gzip, deflate, br' } };
  const first = await w.get('/a.css', brotli);
  assert.equal(first.headers['content-encoding'], 'br');
  assert.equal(first.headers['etag'], 'W/"v1"');
  assert.equal(String(brotliDecompressSync(first.body)), text);
  assert.equal((await w.get('/a.css', brotli)).headers['x-cache'], 'Hit from cloudfront');
  const plain = await w.get('/a.css');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(String(plain.body), text);
  assert.equal(origin.asked.length, 2);
  assert.equal(origin.asked[0]?.headers['accept-encoding'], 'br,gzip');
  await w.end();
  origin.close();
});

test('an invalidation empties every edge of the paths it names', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  const { physicalId } = await w.deploy(shop(origin));
  for (const edge of [0, 1]) for (const path of ['/a/1', '/a/2', '/b']) await w.get(path, { edge });
  await w.service.operations['CreateInvalidation']?.(
    {
      DistributionId: physicalId,
      InvalidationBatch: { CallerReference: '1', Paths: { Quantity: 1, Items: ['/a/*'] } },
    },
    CALLER,
  );
  const before = origin.asked.length;
  for (const edge of [0, 1]) for (const path of ['/a/1', '/b']) await w.get(path, { edge });
  assert.deepEqual(
    origin.asked.slice(before).map((one) => one.url),
    ['/a/1', '/a/1'],
  );
  await w.end();
  origin.close();
});

test('hosts: an alias, the edge’s own address, a stranger; HTTP goes to HTTPS for names alone', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  assert.equal((await w.get('/')).status, 403, 'before there is a distribution');
  const config = shop(origin) as { DefaultCacheBehavior: object };
  await w.deploy({
    ...config,
    DefaultRootObject: 'index.html',
    DefaultCacheBehavior: { ...config.DefaultCacheBehavior, ViewerProtocolPolicy: 'redirect-to-https' },
  });
  const redirect = await w.get('/?a=1');
  assert.equal(redirect.status, 301);
  assert.equal(redirect.headers['location'], `https://www.shop.example:${w.edges[0]?.httpsPort}/?a=1`);
  assert.equal((await w.get('/', { headers: { Host: 'elsewhere.test' } })).status, 403);
  assert.equal((await w.get('/', { headers: { Host: `127.234.2.1:${w.edges[0]?.httpPort}` } })).status, 200);
  assert.equal(origin.asked[0]?.url, '/index.html');
  assert.equal((await w.get('/', { secureFor: 'www.shop.example' })).status, 200);
  await w.end();
  origin.close();
});

test('a configuration that cannot be served is refused by name', async () => {
  const origin = await originServer();
  const w = await world();
  const base = shop(origin) as { DefaultCacheBehavior: object };
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ DefaultCacheBehavior: { ...base.DefaultCacheBehavior, TargetOriginId: 'x' } }, /no origin x/],
    [{ DefaultCacheBehavior: { ...base.DefaultCacheBehavior, CachePolicyId: 'x' } }, /no cache policy x/],
    [
      {
        DefaultCacheBehavior: {
          ...base.DefaultCacheBehavior,
          FunctionAssociations: [{ EventType: 'viewer-request' }],
        },
      },
      /functions at the edge are not run here/,
    ],
  ];
  for (const [change, message] of refused)
    await assert.rejects(w.deploy({ ...base, ...change }), { code: 'InvalidArgument', message });
  await w.end();
  origin.close();
});

test('what was under way when an invalidation came is answered and not kept', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  const { physicalId } = await w.deploy(shop(origin));
  let go = (): void => {};
  origin.answer = (_request, response) => {
    go = () => response.end('old');
  };
  const early = w.get('/page');
  await until('the origin is asked', () => origin.asked.length === 1);
  await w.service.operations['CreateInvalidation']?.(
    {
      DistributionId: physicalId,
      InvalidationBatch: { CallerReference: '1', Paths: { Quantity: 1, Items: ['/page'] } },
    },
    CALLER,
  );
  go();
  assert.equal(String((await early).body), 'old');
  origin.answer = (_request, response) => response.end('new');
  assert.equal(String((await w.get('/page')).body), 'new');
  await w.end();
  origin.close();
});

test('stale-while-revalidate answers at once and fetches behind the viewer’s back', async () => {
  const origin = await originServer();
  const w = await world({ speed: 100 });
  w.names.set('origin.shop.example', { address: origin.address, ttl: 600 });
  await w.deploy(shop(origin));
  let version = 1;
  origin.answer = (_request, response) =>
    response.writeHead(200, { 'Cache-Control': 'max-age=5, stale-while-revalidate=600' }).end(`v${version}`);
  await w.get('/page');
  version = 2;
  const then = w.global.clock.now();
  await until('it has expired', () => w.global.clock.now() > then + 6000);
  const stale = await w.get('/page');
  assert.deepEqual([String(stale.body), stale.headers['x-cache']], ['v1', 'Hit from cloudfront']);
  await until('the new version is there', async () => String((await w.get('/page')).body) === 'v2');
  await w.end();
  origin.close();
});

test('an error may have a page and a status of its own', async () => {
  const origin = await originServer();
  const w = await world();
  w.names.set('origin.shop.example', { address: origin.address, ttl: 60 });
  await w.deploy(
    shop(origin, {
      CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: '/sorry.html', ResponseCode: 200 }],
    }),
  );
  origin.answer = (request, response) =>
    request.url === '/sorry.html' ? response.end('sorry') : response.writeHead(404).end('raw');
  const answer = await w.get('/nowhere');
  assert.deepEqual([answer.status, String(answer.body)], [200, 'sorry']);
  await w.end();
  origin.close();
});

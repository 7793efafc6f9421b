/** Origins: groups, names that move, certificates, S3 with signatures. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { test } from 'node:test';
import { until } from '../test-until.ts';
import { customOrigin, originServer, shop, world } from './test-world.ts';

test('the origin’s certificate must be for the origin’s name', async () => {
  const w = await world();
  const certificateFor = async (name: string): Promise<{ cert: string; key: string }> => {
    const { certificatePem, privateKeyPem } = await w.global.issueCertificate([name]);
    return { cert: certificatePem, key: privateKeyPem };
  };
  let servername: string | false | null | undefined;
  const server = createServer(await certificateFor('origin.shop.example'), (_request, response) =>
    response.end('secret'),
  );
  server.on('secureConnection', (socket) => {
    servername = socket.servername;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const origin = (DomainName: string): object => ({
    Id: 'app',
    DomainName,
    ConnectionAttempts: 1,
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only', HTTPSPort: port },
  });
  w.names.set('origin.shop.example', { address: '127.0.0.1', ttl: 60 });
  w.names.set('other.shop.example', { address: '127.0.0.1', ttl: 60 });
  await w.deploy(shop({ port }, { Origins: [origin('origin.shop.example')] }));
  const answer = await w.get('/a');
  assert.equal(String(answer.body), 'secret');
  assert.equal(servername, 'origin.shop.example');
  await w.deploy(shop({ port }, { Origins: [origin('other.shop.example')] }));
  const refused = await w.get('/b');
  assert.equal(refused.status, 502);
  assert.match(String(refused.body), /tls-failed/);
  await w.end();
  server.close();
  server.closeAllConnections();
});

test('a group goes to its second origin for reads, and only for the codes it names', async () => {
  const [first, second] = [await originServer(), await originServer()];
  const w = await world();
  for (const name of ['first', 'second'])
    w.names.set(`${name}.shop.example`, { address: '127.0.0.1', ttl: 60 });
  const config = shop(first, {
    Origins: [
      customOrigin('first', 'first.shop.example', first.port),
      customOrigin('second', 'second.shop.example', second.port),
    ],
    OriginGroups: {
      Quantity: 1,
      Items: [
        {
          Id: 'group',
          FailoverCriteria: { StatusCodes: { Quantity: 2, Items: [403, 503] } },
          Members: { Quantity: 2, Items: [{ OriginId: 'first' }, { OriginId: 'second' }] },
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'group',
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      ViewerProtocolPolicy: 'allow-all',
    },
    CacheBehaviors: [],
  });
  await w.deploy(config);
  second.answer = (_request, response) => response.end('second');
  first.answer = (_request, response) => response.writeHead(403).end('forbidden');
  assert.equal(String((await w.get('/a')).body), 'second');
  first.answer = (_request, response) => response.writeHead(500).end('not in the list');
  assert.equal((await w.get('/a')).status, 500);
  first.answer = (_request, response) => response.writeHead(503).end('busy');
  assert.equal((await w.get('/a', { method: 'POST', body: 'x' })).status, 503, 'writes never fail over');
  first.close();
  assert.equal(String((await w.get('/a')).body), 'second', 'a refused connection counts as 503');
  assert.equal((await w.get('/a', { method: 'POST', body: 'x' })).status, 502);
  assert.equal(w.global.entries.filter((entry) => entry.event === 'origin.failed-over').length, 1);
  await w.end();
  second.close();
});

test('edges follow the origin’s name when its TTL ends', async () => {
  const east = await originServer('127.0.0.1');
  const w = await world({ speed: 100 });
  // One port for both, as load balancers have.
  const twin = await originServer('127.0.0.2', east.port);
  w.names.set('origin.shop.example', { address: '127.0.0.1', ttl: 20 });
  await w.deploy(shop(east));
  east.answer = (_request, response) => response.end('east');
  twin.answer = (_request, response) => response.end('west');
  const ask = async (): Promise<string> => String((await w.get('/api/region')).body);
  assert.equal(await ask(), 'east');
  w.names.set('origin.shop.example', { address: '127.0.0.2', ttl: 20 });
  await until('the edge has moved', async () => (await ask()) === 'west');
  const moved = w.global.entries.find((entry) => entry.event === 'origin.changed');
  assert.equal(moved?.subject, 'origin.shop.example at IAD89');
  assert.deepEqual(moved?.data?.['to'], ['127.0.0.2']);
  await w.end();
  east.close();
  twin.close();
});

test('an S3 origin is asked at its region’s endpoint, signed', async () => {
  const s3 = await originServer();
  const w = await world({ endpointOf: () => `http://127.0.0.1:${s3.port}` });
  const control = await w.service.resources['AWS::CloudFront::OriginAccessControl']!.create({
    stack: { name: 's', id: 's' },
    logicalId: 'Control',
    properties: {
      OriginAccessControlConfig: {
        Name: 'control',
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
    clientToken: 'c',
    progress: () => {},
  });
  await w.deploy(
    shop(s3, {
      Origins: [
        {
          Id: 'app',
          DomainName: 'assets.s3.us-west-2.amazonaws.com',
          OriginAccessControlId: control.physicalId,
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
      ],
    }),
  );
  assert.equal((await w.get('/a%20b(1).txt')).status, 200);
  const [asked] = s3.asked;
  assert.equal(asked?.headers['host'], 'assets.s3.us-west-2.amazonaws.com');
  assert.equal(asked?.url, '/a%20b%281%29.txt');
  assert.equal(asked?.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
  assert.match(
    String(asked?.headers['authorization']),
    /^AWS4-HMAC-SHA256 Credential=ASIATEST\/\d{8}\/us-west-2\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
  await w.end();
  s3.close();
});

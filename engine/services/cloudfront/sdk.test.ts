/** CloudFront as the AWS SDK speaks to it, and its own signatures as the wire verifies them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  DeleteDistributionCommand,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { createClock } from '../../time/clock.ts';
import { createIdentity } from '../../wire/identity.ts';
import { readAuthorization, UNSIGNED_PAYLOAD, verify } from '../../wire/sigv4.ts';
import { startWire } from '../../wire/test-server.ts';
import { createTestContext } from '../test-context.ts';
import { cloudfront } from './index.ts';
import { createSigner, encodedPath } from './s3-signing.ts';
import { shop } from './test-world.ts';

test('a distribution from a template, read and changed by the SDK', async () => {
  const context = createTestContext({
    services: { acm: { ExportCertificate: () => ({ Certificate: 'c', PrivateKey: 'k' }) } },
  });
  const service = await cloudfront.create(context);
  await using server = await startWire([
    { name: 'cloudfront', api: cloudfront.api!, operations: service.operations, controlPlane: 'us-east-1' },
  ]);
  const client = new CloudFrontClient(server.client);
  const made = await service.resources['AWS::CloudFront::Distribution']!.create({
    stack: { name: 's', id: 's' },
    logicalId: 'D',
    properties: { DistributionConfig: shop({ port: 8000 }) },
    clientToken: 'token',
    progress: () => {},
  });
  const Id = made.physicalId;
  const { Distribution } = await client.send(new GetDistributionCommand({ Id }));
  assert.equal(Distribution?.Status, 'Deployed');
  assert.equal(Distribution?.DistributionConfig?.CacheBehaviors?.Items?.[0]?.PathPattern, '/api/*');
  const { DistributionList } = await client.send(new ListDistributionsCommand({}));
  assert.equal(DistributionList?.Items?.[0]?.DomainName, made.attributes['DomainName']);
  const { Invalidation } = await client.send(
    new CreateInvalidationCommand({
      DistributionId: Id,
      InvalidationBatch: { CallerReference: '1', Paths: { Quantity: 1, Items: ['/*'] } },
    }),
  );
  assert.equal(Invalidation?.Status, 'Completed');
  const config = await client.send(new GetDistributionConfigCommand({ Id }));
  await assert.rejects(client.send(new DeleteDistributionCommand({ Id, IfMatch: config.ETag })), {
    name: 'DistributionNotDisabled',
  });
  const DistributionConfig = { ...config.DistributionConfig!, Enabled: false };
  await assert.rejects(
    client.send(new UpdateDistributionCommand({ Id, IfMatch: 'E0', DistributionConfig })),
    {
      name: 'PreconditionFailed',
    },
  );
  const updated = await client.send(
    new UpdateDistributionCommand({ Id, IfMatch: config.ETag, DistributionConfig }),
  );
  await client.send(new DeleteDistributionCommand({ Id, IfMatch: updated.ETag }));
  assert.equal(context.published.get(`cloudfront/distribution/${Id}`), null);
  await assert.rejects(client.send(new GetDistributionCommand({ Id })), { name: 'NoSuchDistribution' });
  assert.deepEqual(server.failures, []);
  context.dispose();
});

test('requests to S3 carry signatures that the wire accepts, also for awkward keys', () => {
  const now = Date.UTC(2026, 0, 31, 12, 0, 0);
  const clock = createClock({ realOriginMs: Date.now(), awsOriginMs: now, speed: 1 });
  const identity = createIdentity(Buffer.alloc(32, 7), '000000000000', clock);
  const signer = createSigner(
    identity,
    clock,
    'arn:aws:sts::000000000000:assumed-role/cloudfront.amazonaws.com/e',
  );
  const host = 'assets.s3.us-west-2.amazonaws.com';
  for (const asked of ['/', '/index.html', '/a%20b(1)!.txt', '/ü/%2F*', "/it's", '/a?versionId=1&b']) {
    const [path = '', query] = asked.split('?', 2);
    const target = `${encodedPath(path)}${query === undefined ? '' : `?${query}`}`;
    const flat = ['host', host, ...signer.sign('GET', host, target, 'us-west-2')];
    const headers: Record<string, string> = {};
    for (let n = 0; n < flat.length; n += 2) headers[flat[n]!.toLowerCase()] = flat[n + 1]!;
    const request = { method: 'GET', target, headers };
    const authorization = readAuthorization(request);
    assert.ok(authorization && !('incomplete' in authorization), asked);
    const verdict = verify(request, authorization, UNSIGNED_PAYLOAD, identity, [clock.now()]);
    assert.ok(verdict.ok, `${asked}: ${verdict.ok ? '' : verdict.message}`);
    assert.match(verdict.as.principal, /cloudfront/);
  }
});

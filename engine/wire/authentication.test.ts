/** Who may in: signatures, clocks, regions, and what a refused client is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startWire, type TestService } from './test-server.ts';
import type { Caller } from './types.ts';

const sts: TestService = {
  name: 'sts',
  api: { signingName: 'sts', protocols: ['query'], sdk: () => import('@aws-sdk/client-sts') },
  operations: {
    GetCallerIdentity: (_input: unknown, caller: Caller) => ({
      Arn: caller.principal,
      Account: '000000000000',
    }),
  },
};
const ecs: TestService = {
  name: 'ecs',
  api: { signingName: 'ecs', protocols: ['json-1.1'], sdk: () => import('@aws-sdk/client-ecs') },
  operations: {
    ListClusters: () => {
      throw new TypeError('secret detail');
    },
  },
};
const cloudwatch: TestService = {
  name: 'cloudwatch',
  api: {
    signingName: 'monitoring',
    protocols: ['query', 'json-1.0', 'rpc-v2-cbor'],
    sdk: () => import('@aws-sdk/client-cloudwatch'),
  },
  operations: { ListMetrics: () => ({ Metrics: [] }) },
};

test('the caller is the root for its key and the session for issued credentials', async () => {
  await using server = await startWire([sts]);
  const arn = async (credentials: object): Promise<string | undefined> =>
    (
      await new STSClient({ ...server.client, credentials: credentials as never }).send(
        new GetCallerIdentityCommand({}),
      )
    ).Arn;
  assert.equal(await arn(server.identity.root), 'arn:aws:iam::000000000000:root');
  const session = 'arn:aws:sts::000000000000:assumed-role/task/one';
  assert.equal(await arn(server.identity.issue(session)), session);
});

test('a wrong secret, an unknown key and an expired token are told apart, in the words of the protocol', async () => {
  await using server = await startWire([sts, ecs]);
  const { root } = server.identity;
  const stale = server.identity.issue('arn:aws:sts::000000000000:assumed-role/task/one', -1);
  const refused = async (credentials: object): Promise<readonly [string, string]> => {
    const config = { ...server.client, credentials: credentials as never };
    const query = await failure(new STSClient(config).send(new GetCallerIdentityCommand({})));
    const json = await failure(new ECSClient(config).send(new ListClustersCommand({})));
    return [query, json];
  };
  assert.deepEqual(await refused({ ...root, secretAccessKey: 'wrong' }), [
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
  ]);
  assert.deepEqual(await refused({ ...root, accessKeyId: 'AKIANOBODY' }), [
    'InvalidClientTokenId',
    'UnrecognizedClientException',
  ]);
  assert.deepEqual(
    await refused({
      accessKeyId: stale.accessKeyId,
      secretAccessKey: stale.secretAccessKey,
      sessionToken: stale.sessionToken,
    }),
    ['ExpiredToken', 'ExpiredTokenException'],
  );
});

async function failure(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'accepted',
    (error: Error) => error.name,
  );
}

test('a clock more than 15 minutes off both real and AWS time is refused; either one is right', async () => {
  const awsMs = Date.parse('2030-01-01T00:00:00Z');
  await using server = await startWire([sts], {
    clockSetting: { realOriginMs: Date.now(), awsOriginMs: awsMs, speed: 1 },
  });
  const at = (offsetMs: number): Promise<string> =>
    failure(
      new STSClient({ ...server.client, systemClockOffset: offsetMs }).send(new GetCallerIdentityCommand({})),
    );
  assert.equal(await at(0), 'accepted');
  assert.equal(await at(awsMs - Date.now()), 'accepted');
  assert.equal(await at(-16 * 60_000), 'RequestTimeTooSkewed');
  assert.equal(await at(14 * 60_000), 'accepted');
});

test('without a signature nobody gets in', async () => {
  await using server = await startWire([sts]);
  const answer = await fetch(`${server.client.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`);
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /<Code>MissingAuthenticationToken<\/Code>/);
});

test('an operation that AWS answers unsigned is answered unsigned', async () => {
  await using server = await startWire([{ ...sts, api: { ...sts.api, unsigned: ['GetCallerIdentity'] } }]);
  const answer = await fetch(`${server.client.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /<Arn>anonymous<\/Arn>/);
});

test('a request for another region is forwarded untouched; one for no region of ours is refused', async () => {
  const forwarded: string[] = [];
  await using server = await startWire([sts], {
    forward: (region, request, response) => {
      forwarded.push(`${region} ${request.headers.authorization?.slice(0, 16)}`);
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>there</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
        );
    },
  });
  const there = new STSClient({ ...server.client, region: 'us-west-2' });
  assert.equal((await there.send(new GetCallerIdentityCommand({}))).Arn, 'there');
  assert.deepEqual(forwarded, ['us-west-2 AWS4-HMAC-SHA256']);
  const nowhere = new STSClient({ ...server.client, region: 'eu-west-1' });
  assert.equal(await failure(nowhere.send(new GetCallerIdentityCommand({}))), 'InvalidSignatureException');
});

test('a global service is sought in us-east-1 whatever region signs', async () => {
  const forwarded: string[] = [];
  await using server = await startWire([{ ...sts, controlPlane: 'us-east-1' }], {
    region: 'us-west-2',
    forward: (region, _request, response) => {
      forwarded.push(region);
      response.writeHead(503).end();
    },
  });
  await failure(
    new STSClient({ ...server.client, region: 'us-west-2' }).send(new GetCallerIdentityCommand({})),
  );
  assert.deepEqual(forwarded, ['us-east-1']);
});

test('our own failure is an InternalFailure whose cause stays here', async () => {
  await using server = await startWire([ecs]);
  await assert.rejects(new ECSClient(server.client).send(new ListClustersCommand({})), (error: Error) => {
    assert.equal(error.name, 'InternalFailure');
    assert.doesNotMatch(error.message, /secret detail/);
    return true;
  });
  assert.equal(((server.failures[0] as { cause: Error }).cause as Error).message, 'secret detail');
});

test('an operation that is not there is named together with those that are', async () => {
  await using server = await startWire([
    { ...cloudwatch, operations: { PutDashboard: () => ({}), ListDashboards: () => ({}) } },
  ]);
  await assert.rejects(new CloudWatchClient(server.client).send(new ListMetricsCommand({})), {
    name: 'UnknownOperationException',
    message: 'cloudwatch has no ListMetrics here; it has ListDashboards, PutDashboard',
  });
});

test('in process, an operation is called without signature and serialization', async () => {
  await using server = await startWire([sts]);
  const caller: Caller = { requestId: 'r', principal: 'provisioning', via: 'provisioning' };
  const output = await server.wire.dispatch('sts', 'GetCallerIdentity', {}, caller);
  assert.deepEqual(output, { Arn: 'provisioning', Account: '000000000000' });
  await assert.rejects(server.wire.dispatch('sts', 'AssumeRole', {}, caller), {
    code: 'UnknownOperationException',
  });
});

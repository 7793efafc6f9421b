import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { createIdentity } from '../../wire/identity.ts';
import { createWire } from '../../wire/index.ts';
import type { Caller } from '../../wire/types.ts';
import { createTestContext } from '../test-context.ts';
import { secretsmanager } from './index.ts';
import { generatePassword, generateSecretString } from './password.ts';

const caller: Caller = { requestId: 't', principal: 'test', via: 'api' };
const open: { close(): void }[] = [];
afterEach(() => {
  for (const thing of open.splice(0)) thing.close();
});

/** A region's Secrets Manager behind a real endpoint, trusting the same system secret as the other's. */
async function region(
  name: string,
  others: Record<string, string>,
): Promise<{
  url: string;
  call: (operation: string, input: object) => Promise<Record<string, unknown>>;
  create: (properties: object) => Promise<string>;
}> {
  const base = createTestContext({ region: name });
  const identity = createIdentity(Buffer.alloc(32, 7), base.account, base.clock);
  const context = {
    ...base,
    identity,
    network: { ...base.network, endpointOf: async (other: string) => others[other] ?? 'http://127.0.0.1:1' },
  };
  const service = await secretsmanager.create(context);
  const wire = createWire({
    region: name,
    account: base.account,
    clock: base.clock,
    regions: base.regions,
    verifier: identity,
    services: [{ definition: secretsmanager, service }],
  });
  const server: Server = createServer((request, response) => wire.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      void service.stop();
      server.close();
      server.closeAllConnections();
      base.dispose();
    },
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    call: async (operation, input) =>
      (await service.operations[operation]!(input, caller)) as Record<string, unknown>,
    create: async (properties) =>
      (
        await service.resources['AWS::SecretsManager::Secret']!.create({
          stack: { name: 'Data', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Data/1' },
          logicalId: 'Secret',
          properties,
          clientToken: 'token-1',
          progress: () => {},
        })
      ).physicalId,
  };
}

test('a generated secret has its template, keeps to its rules, and is the same after a repeated creation', async () => {
  const east = await region('us-east-1', {});
  const properties = {
    Name: 'understudy/database',
    GenerateSecretString: {
      SecretStringTemplate: '{"username":"admin"}',
      GenerateStringKey: 'password',
      PasswordLength: 40,
      ExcludeCharacters: '/@" ',
    },
  };
  const arn = await east.create(properties);
  assert.match(
    arn,
    /^arn:aws:secretsmanager:us-east-1:000000000000:secret:understudy\/database-[A-Za-z0-9]{6}$/,
  );
  const { SecretString } = await east.call('GetSecretValue', { SecretId: arn });
  const { username, password } = JSON.parse(SecretString as string);
  assert.equal(username, 'admin');
  assert.equal(password.length, 40);
  assert.doesNotMatch(password, /[/@" ]/);
  await east.create(properties);
  assert.equal(
    (await east.call('GetSecretValue', { SecretId: 'understudy/database' }))['SecretString'],
    SecretString,
  );
});

test('a replica region has the value under the same name, and every later value', async () => {
  const west = await region('us-west-2', {});
  const east = await region('us-east-1', { 'us-west-2': west.url });
  await east.create({ Name: 'app/key', SecretString: 'first', ReplicaRegions: [{ Region: 'us-west-2' }] });
  const partial = 'arn:aws:secretsmanager:us-west-2:000000000000:secret:app/key';
  assert.equal((await west.call('GetSecretValue', { SecretId: partial }))['SecretString'], 'first');
  await east.call('PutSecretValue', { SecretId: 'app/key', SecretString: 'second' });
  const deadline = Date.now() + 5000;
  while ((await west.call('GetSecretValue', { SecretId: 'app/key' }))['SecretString'] !== 'second') {
    assert.ok(Date.now() < deadline, 'the replica had 5 s to follow');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { VersionStages, SecretString } = await east.call('GetSecretValue', {
    SecretId: 'app/key',
    VersionStage: 'AWSPREVIOUS',
  });
  assert.deepEqual([SecretString, VersionStages], ['first', ['AWSPREVIOUS']]);
});

test('an unknown secret is told by name and region', async () => {
  const east = await region('us-east-1', {});
  await assert.rejects(east.call('GetSecretValue', { SecretId: 'nobody' }), /nobody in us-east-1/);
});

test('passwords keep to every rule', () => {
  fc.assert(
    fc.property(
      fc.record({
        PasswordLength: fc.integer({ min: 4, max: 64 }),
        ExcludeCharacters: fc.string({ maxLength: 10 }),
        ExcludePunctuation: fc.boolean(),
        ExcludeNumbers: fc.boolean(),
      }),
      (rules) => {
        const password = generatePassword(rules);
        assert.equal(password.length, rules.PasswordLength);
        for (const char of rules.ExcludeCharacters) assert.ok(!password.includes(char));
        if (rules.ExcludePunctuation) assert.match(password, /^[A-Za-z0-9]*$/);
        if (rules.ExcludeNumbers) assert.doesNotMatch(password, /[0-9]/);
      },
    ),
  );
  assert.throws(() => generatePassword({ PasswordLength: 2 }), /PasswordLength/);
  assert.throws(() => generateSecretString({ GenerateStringKey: 'x' }), /both/);
});

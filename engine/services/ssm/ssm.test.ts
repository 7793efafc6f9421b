import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../../wire/types.ts';
import { createTestContext } from '../test-context.ts';
import { ssm } from './index.ts';

const caller: Caller = { requestId: 't', principal: 'test', via: 'api' };

test('parameters: put, read by name, path and ARN; the account counts as bootstrapped for the CDK', async () => {
  const context = createTestContext();
  const { operations, resources } = await ssm.create(context);
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> =>
    (await operations[operation]!(input, caller)) as Record<string, unknown>;
  const get = async (Name: string): Promise<string> =>
    ((await call('GetParameter', { Name }))['Parameter'] as { Value: string }).Value;
  try {
    assert.ok(Number(await get('/cdk-bootstrap/hnb659fds/version')) >= 6);
    await resources['AWS::SSM::Parameter']!.create({
      stack: { name: 'S', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/S/1' },
      logicalId: 'P',
      properties: { Name: '/app/region/peer', Type: 'String', Value: 'us-west-2' },
      clientToken: 't',
      progress: () => {},
    });
    assert.equal(await get('arn:aws:ssm:us-east-1:000000000000:parameter/app/region/peer'), 'us-west-2');
    await assert.rejects(
      call('PutParameter', { Name: '/app/region/peer', Value: 'x', Type: 'String' }),
      /already exists/,
    );
    await call('PutParameter', { Name: '/app/region/peer', Value: 'x', Overwrite: true });
    assert.deepEqual(
      (
        (await call('GetParametersByPath', { Path: '/app', Recursive: true }))['Parameters'] as {
          Value: string;
          Version: number;
        }[]
      ).map(({ Value, Version }) => [Value, Version]),
      [['x', 2]],
    );
    assert.deepEqual((await call('GetParameters', { Names: ['/nope'] }))['InvalidParameters'], ['/nope']);
    await assert.rejects(get('/nope'), /not found in us-east-1/);
  } finally {
    context.dispose();
  }
});

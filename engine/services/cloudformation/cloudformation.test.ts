import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, Operations } from '../../wire/types.ts';
import { createTestContext } from '../test-context.ts';
import { createCloudFormation, type Stacks } from './index.ts';

const ID = 'arn:aws:cloudformation:us-east-1:000000000000:stack/web/1';
const caller: Caller = { requestId: 'r', principal: 'arn:aws:iam::000000000000:root', via: 'api' };
const web = {
  name: 'web',
  id: ID,
  status: 'UPDATE_COMPLETE',
  createdAtMs: 1000,
  updatedAtMs: 2000,
  target: {
    template: { Description: 'the shop' },
    parameters: { Zones: ['a', 'b'], Secret: '****' },
    tags: { team: 'shop' },
  },
  outputs: [{ key: 'Url', value: 'http://x', exportName: 'url' }],
  resources: [
    {
      logicalId: 'Topic',
      type: 'AWS::SNS::Topic',
      physicalId: 'arn:topic',
      status: 'CREATE_COMPLETE',
      updatedAtMs: 1500,
    },
    {
      ...{ logicalId: 'Flow', type: 'AWS::EC2::FlowLog', physicalId: 'fl-1', status: 'CREATE_COMPLETE' },
      ...{ updatedAtMs: 1500, fate: { fate: 'recorded', note: 'no flows' } as const },
    },
  ],
};
const event = (id: string, status: string) => ({
  ...{ id, stackId: ID, stackName: 'web', logicalId: 'Topic', physicalId: 'arn:topic' },
  ...{ type: 'AWS::SNS::Topic', status, atMs: 1200 },
});
const stacks: Stacks = {
  describe: () => [web],
  stack: (nameOrId) => (nameOrId === 'web' || nameOrId === ID ? web : undefined),
  exports: () => [{ name: 'url', value: 'http://x', stackId: ID, importedBy: ['edge'] }],
  events: () => [event('1', 'CREATE_IN_PROGRESS'), event('2', 'CREATE_COMPLETE')],
};

async function operations(): Promise<Operations> {
  const context = createTestContext();
  const service = await createCloudFormation(stacks).create(context);
  context.dispose();
  return service.operations;
}

test('a stack is described by name and by id', async () => {
  const { DescribeStacks, ListStacks = assert.fail } = await operations();
  const byName = await DescribeStacks?.({ StackName: 'web' }, caller);
  assert.deepEqual(await DescribeStacks?.({ StackName: ID }, caller), byName);
  const [stack] = byName.Stacks;
  assert.equal(stack.Description, 'the shop');
  assert.deepEqual(stack.LastUpdatedTime, new Date(2000));
  assert.deepEqual(stack.Parameters, [
    { ParameterKey: 'Zones', ParameterValue: 'a,b' },
    { ParameterKey: 'Secret', ParameterValue: '****' },
  ]);
  assert.deepEqual(stack.Tags, [{ Key: 'team', Value: 'shop' }]);
  const list = async (filter: string[]) =>
    (await ListStacks({ StackStatusFilter: filter }, caller)).StackSummaries.length;
  assert.deepEqual(
    [await list([]), await list(['UPDATE_COMPLETE']), await list(['CREATE_COMPLETE'])],
    [1, 1, 0],
  );
});

test('a stack that does not exist is a ValidationError, as on AWS', async () => {
  const all = await operations();
  for (const name of ['DescribeStacks', 'DescribeStackEvents', 'GetTemplate', 'ListStackResources'])
    assert.throws(() => all[name]?.({ StackName: 'shop' }, caller), {
      name: 'ValidationError',
      message: 'Stack with id shop does not exist',
    });
});

test('resources, events, template and exports can be asked for', async () => {
  const all = await operations();
  const ask = async (name: string, input: object) => await all[name]?.(input, caller);
  const { StackResources } = await ask('DescribeStackResources', { PhysicalResourceId: 'fl-1' });
  assert.deepEqual(
    StackResources.map((each: { LogicalResourceId: string; Description?: string }) => [
      each.LogicalResourceId,
      each.Description,
    ]),
    [
      ['Topic', undefined],
      ['Flow', 'recorded: no flows'],
    ],
  );
  const one = await ask('DescribeStackResource', { StackName: 'web', LogicalResourceId: 'Topic' });
  assert.equal(one.StackResourceDetail.PhysicalResourceId, 'arn:topic');
  const { StackEvents } = await ask('DescribeStackEvents', { StackName: 'web' });
  assert.deepEqual(
    StackEvents.map((each: { ResourceStatus: string }) => each.ResourceStatus),
    ['CREATE_COMPLETE', 'CREATE_IN_PROGRESS'],
  );
  assert.deepEqual(
    JSON.parse((await ask('GetTemplate', { StackName: 'web' })).TemplateBody),
    web.target.template,
  );
  assert.deepEqual((await ask('ListExports', {})).Exports, [
    { Name: 'url', Value: 'http://x', ExportingStackId: ID },
  ]);
  assert.deepEqual((await ask('ListImports', { ExportName: 'url' })).Imports, ['edge']);
});

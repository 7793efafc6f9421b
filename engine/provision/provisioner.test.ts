import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../region/store.ts';
import type { JsonObject } from '../services/contract.ts';
import type { ProgressEvent } from './progress.ts';
import { createWorld, templateOf, type World, type WorldOptions } from './test-world.ts';

const open = (options?: WorldOptions): World => createWorld(openStore(':memory:'), options);
const deploy = (
  world: World,
  template: JsonObject,
  stackName = 'web',
  onProgress?: (e: ProgressEvent) => void,
) =>
  world.provisioner.deploy({ stackName, templateFile: `${stackName}.template.json`, template }, onProgress);

const WEB = templateOf({
  Service: { Cluster: { Ref: 'Cluster' }, Target: { 'Fn::GetAtt': ['Target', 'Arn'] } },
  Cluster: { Name: 'main', Size: 1 },
  Target: { Name: 'target' },
});

test('a stack is created in dependency order, and its outputs are exported', async () => {
  const world = open();
  const outputs = { Id: { Value: { Ref: 'Cluster' }, Export: { Name: 'cluster' } }, Size: { Value: 2 } };
  const result = await deploy(world, { ...WEB, Outputs: outputs });
  assert.equal(result.status, 'CREATE_COMPLETE');
  assert.deepEqual(world.calls.slice(0, 2).sort(), ['create Cluster', 'create Target']);
  assert.equal(world.calls[2], 'create Service');
  const [cluster, service, target] = world.things();
  assert.deepEqual(service?.properties, { Cluster: cluster?.id, Target: `arn:thing/${target?.id}` });
  assert.deepEqual(result.outputs, [
    { key: 'Id', value: cluster?.id, exportName: 'cluster' },
    { key: 'Size', value: '2' },
  ]);
  assert.deepEqual(
    world.provisioner.exports().map(({ name, value }) => [name, value]),
    [['cluster', cluster?.id]],
  );
  assert.match(
    world.journal[0] ?? '',
    /^stack\.created web: all 3 resources are as web\.template\.json says/,
  );
});

test('the same template again calls no handler', async () => {
  const world = open();
  await deploy(world, WEB);
  world.calls.length = 0;
  const again = await deploy(world, WEB);
  assert.deepEqual([again.status, again.changed, world.calls], ['CREATE_COMPLETE', false, []]);
});

test('a change updates what changed and what refers to a replaced one; the old one goes last', async () => {
  const world = open();
  await deploy(world, WEB);
  const old = world.things().find(({ logicalId }) => logicalId === 'Cluster');
  world.calls.length = 0;
  const bigger = await deploy(
    world,
    templateOf({
      Service: { Cluster: { Ref: 'Cluster' }, Target: { 'Fn::GetAtt': ['Target', 'Arn'] } },
      Cluster: { Name: 'other', Size: 1 },
      Target: { Name: 'target' },
    }),
  );
  assert.equal(bigger.status, 'UPDATE_COMPLETE');
  assert.deepEqual(world.calls, ['create Cluster', 'update Service', 'delete Cluster']);
  assert.equal(world.things().length, 3);
  assert.ok(!world.things().some(({ id }) => id === old?.id));
});

test('what leaves the template is deleted, dependents first; Retain keeps it', async () => {
  const world = open();
  await deploy(
    world,
    templateOf({ A: {}, B: { To: { Ref: 'A' } }, Kept: {} }, { Kept: { DeletionPolicy: 'Retain' } }),
  );
  world.calls.length = 0;
  const result = await deploy(world, templateOf({ C: {} }));
  assert.equal(result.status, 'UPDATE_COMPLETE');
  assert.deepEqual(world.calls, ['create C', 'delete B', 'delete A']);
  assert.deepEqual(
    world.things().map(({ logicalId }) => logicalId),
    ['C', 'Kept'],
  );
  assert.deepEqual(
    world.provisioner.stack('web')?.resources.map(({ logicalId }) => logicalId),
    ['C'],
  );
});

test('a failed creation is taken back, and the next attempt begins anew', async () => {
  const world = open();
  world.failing.add('create Service');
  const failed = await deploy(world, WEB);
  assert.equal(failed.status, 'ROLLBACK_COMPLETE');
  assert.deepEqual(failed.failures, [
    { logicalId: 'Service', type: 'Test::World::Thing', reason: 'the world refuses to create Service' },
  ]);
  assert.deepEqual(world.things(), []);
  assert.match(world.journal[0] ?? '', /^stack\.rolled-back web: Service: the world refuses/);
  world.failing.clear();
  assert.equal((await deploy(world, WEB)).status, 'CREATE_COMPLETE');
  assert.equal(world.things().length, 3);
});

test('a failed update goes back to what was: updated, replaced, new and removed resources', async () => {
  const world = open();
  const before = templateOf({
    Updated: { Size: 1 },
    Replaced: { Name: 'old' },
    User: { Of: { Ref: 'Replaced' } },
    Removed: {},
    Last: { After: { Ref: 'User' }, Size: 1 },
  });
  await deploy(world, before);
  const was = world.things();
  world.failing.add('update Last');
  const change = templateOf(
    {
      Updated: { Size: 2 },
      Replaced: { Name: 'new' },
      User: { Of: { Ref: 'Replaced' } },
      New: {},
      Last: { After: { Ref: 'User' }, Size: 2 },
    },
    { Last: { DependsOn: ['New', 'Updated'] } },
  );
  let refused = 0;
  const failOnce = world.failing;
  const failed = await deploy(world, change, 'web', ({ status }) => {
    // Going back is allowed: only the first update of Last fails.
    if (status === 'UPDATE_FAILED' && refused++ === 0) failOnce.clear();
  });
  assert.equal(failed.status, 'UPDATE_ROLLBACK_COMPLETE');
  assert.deepEqual(world.things(), was);
  world.calls.length = 0;
  assert.equal((await deploy(world, before)).changed, false);
  assert.equal((await deploy(world, change)).status, 'UPDATE_COMPLETE');
  assert.deepEqual(
    world
      .things()
      .map(({ logicalId, properties }) => [logicalId, properties['Size'] ?? properties['Name'] ?? '']),
    [
      ['Last', 2],
      ['New', ''],
      ['Replaced', 'new'],
      ['Updated', 2],
      ['User', ''],
    ],
  );
});

test('a resource that cannot be updated is replaced', async () => {
  const world = open();
  const fixed = (size: number): JsonObject =>
    templateOf({ A: { Size: size } }, { A: { Type: 'Test::World::Fixed' } });
  await deploy(world, fixed(1));
  world.calls.length = 0;
  await deploy(world, fixed(2));
  assert.deepEqual(world.calls, ['create A', 'delete A']);
});

test('an attribute that does not exist fails with the ones that do', async () => {
  const result = await deploy(open(), templateOf({ A: {}, B: { To: { 'Fn::GetAtt': ['A', 'Url'] } } }));
  assert.match(
    result.failures[0]?.reason ?? '',
    /Resources\.B\.Properties\.To\.Fn::GetAtt: A \(Test::World::Thing\) has no attribute "Url" here; its attributes: Arn or Size/,
  );
});

test('a wrong request is refused before anything is touched', async () => {
  const world = open();
  const unknown = templateOf({ A: {}, B: {} }, { B: { Type: 'AWS::Kinesis::Stream' } });
  await assert.rejects(deploy(world, unknown), /Resources\.B\.Type: AWS::Kinesis::Stream is not run here/);
  await assert.rejects(deploy(world, templateOf({ A: { To: { Ref: 'B' } } })), /refers to "B"/);
  await assert.rejects(deploy(world, templateOf({ A: {} }), '../web'), /a stack name has letters/);
  assert.deepEqual([world.calls, world.provisioner.describe()], [[], []]);
});

test('an export in use is neither changed nor removed, nor is its stack', async () => {
  const world = open();
  const base = (name: string): JsonObject =>
    templateOf(
      { A: { Name: name } },
      {},
      { Outputs: { Id: { Value: { Ref: 'A' }, Export: { Name: 'a' } } } },
    );
  await deploy(world, base('one'), 'base');
  await deploy(world, templateOf({ B: { To: { 'Fn::ImportValue': 'a' } } }), 'user');
  const was = world.things();
  const changed = await deploy(world, base('two'), 'base');
  assert.equal(changed.status, 'UPDATE_ROLLBACK_COMPLETE');
  assert.match(
    changed.failures[0]?.reason ?? '',
    /^export a cannot be changed from a-.* to a-.*: it is in use by user$/,
  );
  assert.deepEqual(world.things(), was);
  await assert.rejects(world.provisioner.destroy('base'), /export a cannot be removed: it is in use by user/);
  await world.provisioner.destroy('user');
  const gone = await world.provisioner.destroy('base');
  assert.deepEqual([gone?.status, world.things(), world.provisioner.describe()], ['DELETE_COMPLETE', [], []]);
});

test('secrets reach the handler, never the records', async () => {
  const world = open();
  const template = templateOf({ A: { Password: '{{resolve:secretsmanager:db:SecretString:password::}}' } });
  await deploy(world, template);
  assert.deepEqual(world.things()[0]?.properties, { Password: 'db/password' });
  assert.doesNotMatch(JSON.stringify(world.provisioner.describe()), /db\/password/);
  world.calls.length = 0;
  await deploy(world, { ...template, Description: 'again' });
  assert.deepEqual(world.calls, []);
});

test('text becomes the number that the schema asks for', async () => {
  const schema = {
    'Test::World::Thing': {
      properties: { Port: { shape: { kind: 'number' } }, Open: { shape: { kind: 'boolean' } } },
      definitions: {},
      attributes: [],
      replaceOn: [],
    },
  } as const;
  const world = open({ override: { schema } });
  const size = { Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/size' } };
  await deploy(world, templateOf({ A: { Port: { Ref: 'Size' }, Open: 'true' } }, {}, { Parameters: size }));
  assert.deepEqual(world.things()[0]?.properties, { Port: 7, Open: true });
});

test('progress counts up to the whole and says what is waited for', async () => {
  const events: ProgressEvent[] = [];
  await deploy(open(), WEB, 'web', (event) => events.push(event));
  assert.deepEqual(events.at(-1), {
    ...{ stack: 'web', logicalId: 'Service', type: 'Test::World::Thing' },
    ...{ status: 'CREATE_COMPLETE', done: 3, total: 3 },
  });
  assert.equal(events.filter(({ status }) => status === 'CREATE_IN_PROGRESS').length, 3);
});

test('two operations on one stack do not meet', async () => {
  const world = open();
  const first = deploy(world, WEB);
  await assert.rejects(deploy(world, WEB), /in the middle of another operation/);
  assert.equal((await first).status, 'CREATE_COMPLETE');
});

test('events tell the story of the stack', async () => {
  const world = open();
  await deploy(world, templateOf({ A: {} }));
  assert.deepEqual(
    world.provisioner.events('web').map(({ logicalId, status }) => `${logicalId} ${status}`),
    ['web CREATE_IN_PROGRESS', 'A CREATE_IN_PROGRESS', 'A CREATE_COMPLETE', 'web CREATE_COMPLETE'],
  );
});

test('a property that is not acted on fails its resource by path, also where a function gives the value', async () => {
  const world = open({
    properties: { serves: ['Name'], refuses: { Size: { remedy: 'things have no size' } } },
  });
  const parameters = { Parameters: { Size: { Type: 'Number', Default: 3 } } };
  const sized = templateOf({ Web: { Name: 'web', Size: { Ref: 'Size' } } }, {}, parameters);
  const result = await deploy(world, sized);
  assert.deepEqual(
    result.failures.map(({ logicalId, type, reason }) => [logicalId, type, reason]),
    [['Web', 'Test::World::Thing', 'Size things have no size; found "3"']],
  );
  assert.deepEqual([result.status, world.calls], ['ROLLBACK_COMPLETE', []]);
});

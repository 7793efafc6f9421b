import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAssembly } from '../assembly/index.ts';
import type { JsonObject } from '../services/contract.ts';
import { parseTemplate } from '../template/index.ts';
import { changeOf } from './changes.ts';
import { checkAssembly } from './check.ts';
import { nearest } from './check-properties.ts';
import { planFates } from './fates.ts';

/** An assembly of one stack, in a folder of its own. */
function assemblyOf(resources: JsonObject) {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-check-'));
  const stack = { type: 'aws:cloudformation:stack', environment: 'aws://000000000000/us-east-1' };
  const artifacts = { web: { ...stack, properties: { templateFile: 'web.template.json' } } };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }));
  writeFileSync(join(directory, 'web.template.json'), JSON.stringify({ Resources: resources }));
  return { directory, cacheFile: join(directory, 'state', 'schema.json') };
}

test('properties are held against what AWS publishes, in one child process', async () => {
  const { directory, cacheFile } = assemblyOf({
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: {
        DesiredCuont: 2,
        LaunchType: 'FARGATTE',
        HealthCheckGracePeriodSeconds: 'soon',
        EnableExecuteCommand: 'yes',
        LoadBalancers: [{ ContainerPort: { Ref: 'Cluster' }, ContainerName: ['web'] }],
        Cluster: { 'Fn::GetAtt': ['Cluster', 'Url'] },
        DesiredCount: '2',
      },
    },
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: {} },
    Listener: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { LoadBalancerArn: 'arn' } },
    Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: { Anything: [1] } } },
    Site: { Type: 'Custom::CDKBucketDeployment', Properties: { Whatever: true } },
  });
  const assembly = readAssembly(directory);
  const { problems, schema } = await checkAssembly(assembly, cacheFile);
  assert.deepEqual(
    // Of a list of names only the nearest one is looked at: the rest grows with AWS.
    problems.map(({ path, problem }) => `${path}: ${problem.replace(/(one of \w+), .*/, '$1')}`),
    [
      'Resources.Service.Properties.DesiredCuont: unknown property; one of DesiredCount',
      'Resources.Service.Properties.LaunchType: must be one of FARGATE',
      'Resources.Service.Properties.HealthCheckGracePeriodSeconds: must be a whole number, found "soon"',
      'Resources.Service.Properties.EnableExecuteCommand: must be true or false, found "yes"',
      'Resources.Service.Properties.LoadBalancers[0].ContainerName: must be text, found a list',
      'Resources.Service.Properties.Cluster.Fn::GetAtt: Cluster (AWS::ECS::Cluster) has no attribute Url; one of Arn',
      'Resources.Listener.Properties: DefaultActions is required and missing',
    ],
  );
  assert.match(problems[1]?.problem ?? '', /, found "FARGATTE"$/);
  assert.deepEqual(
    [problems[0]?.stack, problems[0]?.logicalId, problems[0]?.type],
    ['web', 'Service', 'AWS::ECS::Service'],
  );
  assert.ok(schema['AWS::ECS::Service']?.replaceOn.includes('ServiceName'));
  assert.equal(schema['Custom::CDKBucketDeployment'], undefined);

  const written = statSync(cacheFile).mtimeMs;
  await checkAssembly(assembly, cacheFile);
  assert.equal(statSync(cacheFile).mtimeMs, written, 'an unchanged assembly is not checked again');
  writeFileSync(join(directory, 'web.template.json'), JSON.stringify({ Resources: {} }));
  assert.deepEqual((await checkAssembly(assembly, cacheFile)).problems, []);
  rmSync(directory, { recursive: true });
});

test('names that look most like the found one come first', () => {
  assert.equal(nearest('desiredcount', ['Cluster', 'DesiredCount']), 'one of DesiredCount, Cluster');
  assert.equal(nearest('x', []), 'nothing is allowed here');
});

test('every resource runs, is recorded or is refused', () => {
  const template = parseTemplate('web.template.json', {
    Resources: {
      A: { Type: 'AWS::SNS::Topic' },
      B: { Type: 'AWS::EC2::FlowLog' },
      C: { Type: 'AWS::Kinesis::Stream' },
      CDKMetadata: { Type: 'AWS::CDK::Metadata' },
    },
  });
  const plan = planFates(
    [{ name: 'web', region: 'us-west-2', template }],
    [
      { name: 'sns', types: { 'AWS::SNS::Topic': { fate: 'runs' } } },
      { name: 'ec2', types: { 'AWS::EC2::FlowLog': { fate: 'recorded', note: 'no flows are logged' } } },
    ],
  );
  assert.deepEqual(
    [plan.runs.map(({ service }) => service), plan.recorded.map(({ note }) => note)],
    [['sns'], ['no flows are logged']],
  );
  assert.deepEqual(plan.refused, [
    { stack: 'web', region: 'us-west-2', logicalId: 'C', type: 'AWS::Kinesis::Stream' },
  ]);
});

test('a change replaces only where the schema says so, elements of lists included', () => {
  const rules = { replaceOn: ['Name', 'Volumes.*.Kind'], canUpdate: true };
  const deployed = { Name: 'a', Size: 1, Volumes: [{ Kind: 'ssd', Size: 1 }] };
  const change = (wanted: object) => changeOf(deployed, { ...deployed, ...wanted }, rules).kind;
  assert.equal(change({}), 'keep');
  assert.equal(change({ Size: 2 }), 'update');
  assert.equal(change({ Name: 'b' }), 'replace');
  assert.equal(change({ Volumes: [{ Kind: 'ssd', Size: 9 }] }), 'update');
  assert.equal(change({ Volumes: [{ Kind: 'disk', Size: 1 }] }), 'replace');
  assert.equal(changeOf(undefined, deployed, rules).kind, 'create');
  assert.equal(changeOf(deployed, { ...deployed, Size: 2 }, { ...rules, canUpdate: false }).kind, 'replace');
});

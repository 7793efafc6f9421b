// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its names like this
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRules, evaluateConditions } from './conditions.ts';
import { resolveDynamic } from './dynamic-references.ts';
import { graphOf } from './graph.ts';
import type { Json, JsonObject } from './json.ts';
import { bindParameters } from './parameters.ts';
import type { Scope } from './scope.ts';
import { parseTemplate } from './template.ts';

const FILE = 'web.template.json';

async function scopeOf(json: JsonObject, given: Record<string, string> = {}): Promise<Scope> {
  const template = parseTemplate(FILE, json);
  const ssm = async (name: string): Promise<string | undefined> =>
    name === '/cdk-bootstrap/hnb659fds/version' ? '30' : undefined;
  const early = {
    template,
    stack: { account: '000000000000', region: 'us-east-1', stackName: 'web', stackId: 'arn:web' },
    parameters: await bindParameters(template, given, ssm),
    resource: () => undefined,
    importValue: () => undefined,
    exportNames: () => [],
    stackOutput: () => undefined,
    zones: () => [],
  };
  return { ...early, conditions: evaluateConditions(early) };
}

test('resources come in levels: references and DependsOn first', async () => {
  const scope = await scopeOf({
    Resources: {
      Listener: {
        Type: 'T',
        Properties: { Arn: { Ref: 'Balancer' }, To: [{ 'Fn::GetAtt': ['Targets', 'Arn'] }] },
      },
      Service: { Type: 'T', DependsOn: ['Listener', 'Missing'] },
      Balancer: { Type: 'T' },
      Targets: { Type: 'T' },
      Missing: { Type: 'T', Condition: 'Never' },
      CDKMetadata: { Type: 'AWS::CDK::Metadata' },
    },
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
  });
  const graph = graphOf(scope.template, scope.conditions);
  assert.deepEqual(graph.levels, [['Balancer', 'Targets'], ['Listener'], ['Service']]);
  assert.deepEqual(graph.nodes.get('Service')?.dependencies, ['Listener']);
});

test('a circle is shown', async () => {
  const scope = await scopeOf({
    Resources: {
      Free: { Type: 'T' },
      Late: { Type: 'T', DependsOn: 'A' },
      A: { Type: 'T', Properties: { x: { Ref: 'B' } } },
      B: { Type: 'T', Properties: { x: { 'Fn::Sub': '${C.Arn}' } } },
      C: { Type: 'T', DependsOn: 'A' },
    },
  });
  assert.throws(
    () => graphOf(scope.template, scope.conditions),
    /web\.template\.json: Resources: resources wait for each other: A → B → C → A$/,
  );
});

test('a reference to what is not there names its path', async () => {
  const scope = await scopeOf({ Resources: { A: { Type: 'T', Properties: { x: [{ Ref: 'Ghost' }] } } } });
  assert.throws(
    () => graphOf(scope.template, scope.conditions),
    /Resources\.A\.Properties\.x\[0\]\.Ref: refers to "Ghost"/,
  );
});

test('conditions build on each other; a circle of them is an error', async () => {
  const { conditions } = await scopeOf(
    {
      Parameters: { Stage: { Type: 'String', Default: 'test' } },
      Conditions: {
        Both: { 'Fn::And': [{ Condition: 'Prod' }, { 'Fn::Not': [{ Condition: 'Off' }] }] },
        Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
        Off: { 'Fn::Or': [{ 'Fn::Equals': [1, '2'] }, { 'Fn::Contains': [['a'], { Ref: 'Stage' }] }] },
      },
      Resources: {},
    },
    { Stage: 'prod' },
  );
  assert.deepEqual([...conditions].sort(), [
    ['Both', true],
    ['Off', false],
    ['Prod', true],
  ]);
  const circle: Json = { A: { Condition: 'B' }, B: { 'Fn::Not': [{ Condition: 'A' }] } };
  await assert.rejects(scopeOf({ Conditions: circle, Resources: {} }), /refer to each other: A → B → A/);
});

test('the rule that CDK writes holds with a recent bootstrap version', async () => {
  const rule = (versions: string[]): JsonObject => ({
    Parameters: {
      BootstrapVersion: {
        Type: 'AWS::SSM::Parameter::Value<String>',
        Default: '/cdk-bootstrap/hnb659fds/version',
      },
    },
    Rules: {
      CheckBootstrapVersion: {
        Assertions: [
          {
            Assert: { 'Fn::Not': [{ 'Fn::Contains': [versions, { Ref: 'BootstrapVersion' }] }] },
            AssertDescription: 'CDK bootstrap stack version 6 required.',
          },
        ],
      },
    },
    Resources: {},
  });
  checkRules(await scopeOf(rule(['1', '2', '3', '4', '5'])));
  const old = await scopeOf(rule(['30']));
  assert.throws(() => checkRules(old), /CheckBootstrapVersion\.Assertions\[0\]\.Assert: CDK bootstrap/);
});

test('parameters keep to their limits', async () => {
  const declare = (declaration: JsonObject): JsonObject => ({
    Parameters: { P: { Type: 'String', ...declaration } },
    Resources: {},
  });
  const cases: [JsonObject, string, RegExp][] = [
    [{ AllowedValues: ['a', 'b'] }, 'c', /Parameters\.P: must be a or b, found "c"/],
    [{ AllowedPattern: '[a-z]+' }, 'a1', /must be text that matches \[a-z\]\+/],
    [{ Type: 'Number' }, 'many', /must be a number, found "many"/],
    [{ Type: 'Number', MaxValue: 3 }, '4', /must be at most 3, found "4"/],
    [{ MinLength: 9, NoEcho: true }, 'short', /at least 9 characters long, found a hidden value/],
    [{ Type: 'AWS::SSM::Parameter::Value<String>' }, '/nope', /no parameter "\/nope"/],
  ];
  for (const [declaration, given, expected] of cases)
    await assert.rejects(scopeOf(declare(declaration), { P: given }), expected);
  await assert.rejects(scopeOf(declare({}), { Q: '1' }), /no parameter "Q"; the template takes P/);
  await assert.rejects(scopeOf(declare({})), /has no default and no value was given/);
  const list = await scopeOf(declare({ Type: 'CommaDelimitedList' }), { P: 'a, b' });
  assert.deepEqual(list.parameters.get('P'), ['a', 'b']);
});

test('dynamic references are read wherever they stand in a text', async () => {
  const asked: unknown[] = [];
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf';
  const resolved = await resolveDynamic(
    {
      user: `{{resolve:secretsmanager:${arn}:SecretString:username::}}`,
      url: ['http://{{resolve:ssm:/host:3}}/{{resolve:ssm-secure:/path}}?x={{}}'],
    },
    async (reference) => {
      asked.push(reference);
      return `<${reference.service}>`;
    },
    { file: FILE, path: 'Resources.A.Properties' },
  );
  assert.deepEqual(resolved, { user: '<secretsmanager>', url: ['http://<ssm>/<ssm-secure>?x={{}}'] });
  assert.deepEqual(asked, [
    { service: 'secretsmanager', secretId: arn, jsonKey: 'username' },
    { service: 'ssm', name: '/host', version: '3' },
    { service: 'ssm-secure', name: '/path' },
  ]);
});

test('sections and members that AWS does not know are refused', () => {
  assert.throws(
    () => parseTemplate(FILE, { Resource: {} }),
    /web\.template\.json: Resource: unknown section/,
  );
  assert.throws(
    () => parseTemplate(FILE, { Resources: { A: { Type: 'T', Property: {} } } }),
    /Resources\.A\.Property: unknown member; a resource has Type, Properties/,
  );
  assert.throws(() => parseTemplate(FILE, { Transform: 'AWS::Serverless-2016-10-31' }), /macros run on AWS/);
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its names like this
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutCidr } from './cidr.ts';
import { resolve } from './intrinsics.ts';
import type { Json } from './json.ts';
import { referencesOf } from './references.ts';
import type { KnownResource, Scope } from './scope.ts';
import { parseTemplate } from './template.ts';

const template = parseTemplate('web.template.json', {
  Parameters: { Size: { Type: 'Number' } },
  Mappings: { Zones: { 'us-east-1': { first: 'a' } } },
  Resources: { Db: { Type: 'AWS::RDS::DBCluster' }, Off: { Type: 'AWS::SNS::Topic' } },
});
const resources = new Map<string, KnownResource>([
  [
    'Db',
    { physicalId: 'db-1', attributes: { 'Endpoint.Address': 'db.local', Shape: { Depth: { Size: 3 } } } },
  ],
]);
const scope: Scope = {
  template,
  stack: { account: '000000000000', region: 'us-east-1', stackName: 'web', stackId: 'arn:web' },
  parameters: new Map([['Size', '3']]),
  conditions: new Map([
    ['Yes', true],
    ['No', false],
  ]),
  resource: (id) => resources.get(id),
  importValue: (name) => (name === 'vpc' ? 'vpc-1' : undefined),
  exportNames: () => ['vpc'],
  stackOutput: (stack, output) => (stack === 'edge' ? `edge/${output}` : undefined),
  zones: (region) => [`${region}a`, `${region}b`],
};
const place = { file: 'web.template.json', path: 'Resources.Api.Properties' };
const value = (json: Json): Json | undefined => resolve(json, scope, place);

test('every function gives what AWS documents', () => {
  const cases: [Json, Json | undefined][] = [
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::StackName' }, 'web'],
    [{ Ref: 'AWS::NotificationARNs' }, []],
    [{ Ref: 'AWS::NoValue' }, undefined],
    [{ Ref: 'Size' }, '3'],
    [{ Ref: 'Db' }, 'db-1'],
    [{ 'Fn::GetAtt': ['Db', 'Endpoint.Address'] }, 'db.local'],
    [{ 'Fn::GetAtt': 'Db.Endpoint.Address' }, 'db.local'],
    [{ 'Fn::GetAtt': ['Db', 'Shape.Depth.Size'] }, 3],
    [
      { 'Fn::Sub': 'x-${Db}-${Db.Endpoint.Address}-${AWS::Region}-${!Db}' },
      'x-db-1-db.local-us-east-1-${Db}',
    ],
    [{ 'Fn::Sub': ['${Own}/${Size}', { Own: { Ref: 'Db' } }] }, 'db-1/3'],
    [{ 'Fn::Join': [':', ['a', { Ref: 'Db' }, 7]] }, 'a:db-1:7'],
    [{ 'Fn::Join': ['', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, 'ab'],
    [{ 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    [{ 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
    [{ 'Fn::If': ['Yes', 1, { Ref: 'Nowhere' }] }, 1],
    [{ 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, undefined],
    [{ 'Fn::FindInMap': ['Zones', { Ref: 'AWS::Region' }, 'first'] }, 'a'],
    [{ 'Fn::FindInMap': ['Zones', 'eu-west-1', 'first', { DefaultValue: 'z' }] }, 'z'],
    [{ 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b']],
    [{ 'Fn::GetAZs': { Ref: 'AWS::Region' } }, ['us-east-1a', 'us-east-1b']],
    [{ 'Fn::ImportValue': { 'Fn::Sub': 'vpc' } }, 'vpc-1'],
    [{ 'Fn::GetStackOutput': { StackName: 'edge', OutputName: 'Arn' } }, 'edge/Arn'],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, ['10.0.0.0/24', '10.0.1.0/24']],
    [{ 'Fn::Length': [1, 2, { Ref: 'AWS::NoValue' }] }, 2],
    [{ 'Fn::ToJsonString': { a: { Ref: 'Db' } } }, '{"a":"db-1"}'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
  ];
  for (const [input, expected] of cases) assert.deepEqual(value(input), expected, JSON.stringify(input));
});

test('an error names file, path, what was found and what is allowed', () => {
  const cases: [Json, RegExp][] = [
    [
      { Name: { 'Fn::GetAtt': ['Db', 'Arn'] } },
      /^TemplateError: web\.template\.json: Resources\.Api\.Properties\.Name\.Fn::GetAtt: Db \(AWS::RDS::DBCluster\) has no attribute "Arn" here; its attributes: Endpoint\.Address or Shape$/,
    ],
    [{ Ref: 'Off' }, /refers to Off, which this stack does not create/],
    [{ Ref: 'Ghost' }, /"Ghost", which is neither a parameter nor a resource/],
    [{ 'Fn::Import': 'x' }, /unknown function here; allowed are Ref, Fn::GetAtt/],
    [{ 'Fn::ImportValue': 'db' }, /no stack of us-east-1 exports "db"; exported: vpc/],
    [{ 'Fn::Select': [5, ['a']] }, /the list has 1 elements, asked for 5/],
    [
      { 'Fn::GetStackOutput': { StackName: 'edge', OutputName: 'Arn', Region: 'us-west-2' } },
      /reads stacks of us-east-1 only, asked for us-west-2/,
    ],
    [{ 'Fn::If': ['Maybe', 1, 2] }, /no condition "Maybe"; there is Yes or No/],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, /Fn::Join\[1\]\[0\]: must be text, found \{"a":1\}/],
    [{ 'Fn::Sub': '${a b}' }, /found "a b"/],
    [{ 'Fn::Cidr': ['10.0.0.0/30', 9, 1] }, /holds 2 subnets of 1 bits, asked for 9/],
    [{ 'Fn::FindInMap': ['Zones', 'constructor', 'name'] }, /nothing is mapped under Zones → constructor/],
  ];
  for (const [input, expected] of cases) assert.throws(() => value(input), expected, JSON.stringify(input));
});

/** JSON without functions: keys that begin with neither Ref nor Fn::. */
const plain = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.string(),
    fc.array(tie('json')),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('json'), { noNullPrototype: true }),
  ),
})).json as fc.Arbitrary<Json>;

test('JSON without functions stays as it is', () => {
  fc.assert(fc.property(plain, (json) => assert.deepEqual(value(json), json)));
});

test('Fn::ToJsonString and JSON.parse undo each other', () => {
  fc.assert(
    fc.property(plain, (json) => {
      assert.deepEqual(JSON.parse(value({ 'Fn::ToJsonString': json }) as string), json);
    }),
  );
});

test('Fn::Split undoes Fn::Join', () => {
  const word = fc.stringMatching(/^[a-z ]{0,6}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      assert.deepEqual(value({ 'Fn::Split': ['|', { 'Fn::Join': ['|', words] }] }), words);
    }),
  );
});

test('Fn::Sub says what Fn::Join says, piece by piece', () => {
  const piece = fc.oneof(
    fc.stringMatching(/^[^$]{0,5}$/).map((text) => ({ sub: text, join: text as Json })),
    fc
      .constantFrom('Db', 'Size', 'AWS::Region')
      .map((name) => ({ sub: `\${${name}}`, join: { Ref: name } as Json })),
    fc
      .stringMatching(/^[A-Za-z]{1,5}$/)
      .map((name) => ({ sub: `\${!${name}}`, join: `\${${name}}` as Json })),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const joined = value({ 'Fn::Join': ['', pieces.map((each) => each.join)] });
      assert.equal(value({ 'Fn::Sub': pieces.map((each) => each.sub).join('') }), joined);
    }),
  );
});

test('Fn::Cidr cuts neighbours that never meet, in IPv4 and IPv6', () => {
  fc.assert(
    fc.property(
      fc.ipV4(),
      fc.integer({ min: 8, max: 24 }),
      fc.integer({ min: 1, max: 8 }),
      (ip, length, bits) => {
        const count = Math.min(256, 2 ** (32 - length - bits));
        const cut = cutCidr(`${ip}/${length}`, count, bits);
        assert.equal(new Set(cut).size, count);
        assert.ok(cut.every((subnet) => subnet.endsWith(`/${32 - bits}`)));
      },
    ),
  );
  assert.deepEqual(cutCidr('2600:1f18:1::/56', 2, 64), ['2600:1f18:1::/64', '2600:1f18:1:1::/64']);
});

test('references are found where functions hide them, and only in the branch that is taken', () => {
  const json: Json = {
    a: { 'Fn::Join': ['', [{ Ref: 'Db' }, { Ref: 'AWS::Region' }, { Ref: 'Size' }]] },
    b: {
      'Fn::If': ['No', { Ref: 'Off' }, { 'Fn::Sub': ['${Db.Endpoint.Address}${X}', { X: { Ref: 'Off' } }] }],
    },
    c: [{ 'Fn::GetAtt': 'Db.Arn' }],
  };
  assert.deepEqual(
    referencesOf(json, template, scope.conditions, place).map(({ logicalId, attribute }) => [
      logicalId,
      attribute,
    ]),
    [
      ['Db', undefined],
      ['Db', 'Endpoint.Address'],
      ['Off', undefined],
      ['Db', 'Arn'],
    ],
  );
});

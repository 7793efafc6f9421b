/** What must hold for all stacks together. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AwsSolutionsChecks } from 'cdk-nag';
import { application, chosen, data, development, network, pair, REGIONS } from './synthesized.ts';

test('stacks: per region network, data and application apart; zone and edge are global', () => {
  assert.deepEqual(
    [...pair().stackNames].sort(),
    [
      'Understudy-Global-Dns',
      'Understudy-Global-Edge',
      ...REGIONS.flatMap((region) => [application(region), data(region), network(region)]),
    ].sort(),
  );
});

test('no custom resource but the upload of the site', () => {
  for (const stack of pair().stackNames) {
    const custom = Object.values(
      pair().template(stack).toJSON()['Resources'] as Record<string, { Type: string }>,
    )
      .map(({ Type }) => Type)
      .filter((type) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource');
    const expected = stack.endsWith('-App') ? ['Custom::CDKBucketDeployment'] : [];
    assert.deepEqual(custom, expected, stack);
  }
});

test('no stack imports from another region', () => {
  let seen = 0;
  for (const stack of pair().stackNames) {
    const imports = JSON.stringify(pair().template(stack).toJSON()).matchAll(/"Fn::ImportValue":"([^:"]+):/g);
    for (const [, from] of imports) {
      seen++;
      assert.equal(regionOf(from!), regionOf(stack), `${stack} imports from ${from}`);
    }
  }
  assert.ok(seen > 50);
});

test("the two regions' networks are the same in shape", () => {
  // Logical ids of security group rules contain a hash of the stack's name, so they are left out.
  const shape = (region: string) =>
    Object.values(pair().template(network(region)).toJSON()['Resources'] as Record<string, Shape>).map(
      ({ Type, Properties: { DomainValidationOptions: _firstOnly, ...properties } }) =>
        `${Type} ${JSON.stringify(properties)}`
          .replaceAll(region, '<region>')
          .replaceAll(region.replaceAll('-', ''), '<region>')
          .replaceAll(/10\.[01]\./g, '10.x.'),
    );
  const [east, west] = REGIONS.map(shape);
  assert.equal(east?.length, west?.length);
  for (const [index, resource] of east!.entries()) assert.equal(west![index], resource);
});

test('names are by region, never by role', () => {
  for (const stack of pair().stackNames) {
    const names = JSON.stringify(pair().template(stack).toJSON()).match(
      /"[A-Za-z]+(?:Name|Identifier)":"[^"]*(?:primary|secondary|standby|writer)[^"]*"/gi,
    );
    assert.deepEqual(names ?? [], [], stack);
  }
});

test('everything that can be tagged carries application and region', () => {
  for (const region of REGIONS) {
    for (const type of ['AWS::RDS::DBCluster', 'AWS::ECS::Service', 'AWS::S3::Bucket', 'AWS::EC2::VPC']) {
      const found = [network, data, application].flatMap((of) =>
        Object.values(pair().resources(of(region), type)),
      );
      assert.ok(found.length > 0, type);
      for (const { Properties } of found) {
        const tags = JSON.stringify(Properties['Tags']);
        assert.ok(tags.includes('"application","Value":"understudy"'), type);
        assert.ok(tags.includes(`"region","Value":"${region}"`), type);
      }
    }
  }
});

test('stacks refuse deletion', () => {
  const { directory } = pair().app.synth();
  const manifest = JSON.parse(readFileSync(`${directory}/manifest.json`, 'utf8')) as {
    artifacts: Record<string, { type: string; properties?: { terminationProtection?: boolean } }>;
  };
  const stacks = Object.values(manifest.artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
  assert.equal(stacks.length, 8);
  for (const { properties } of stacks) assert.equal(properties?.terminationProtection, true);
});

for (const [name, synthesized] of Object.entries({ pair, development, chosen })) {
  test(`cdk-nag AwsSolutions is clean: ${name}`, () => {
    const { app } = synthesized();
    const findings = new AwsSolutionsChecks(app)
      .validateScope(app)
      .violations.map(({ ruleName, violatingResources }) => `${ruleName}: ${violatingResources.length}`);
    assert.deepEqual(findings, []);
  });
}

interface Shape {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function regionOf(stack: string): string {
  return REGIONS.find((region) => stack.includes(region)) ?? 'us-east-1';
}

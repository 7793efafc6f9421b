/** The architecture's networking and network security. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { chosen, network, pair, REGIONS } from './synthesized.ts';

const THIRD_OCTETS = { public: [0, 1, 2], private: [10, 11, 12], database: [20, 21, 22] } as const;

for (const [index, region] of REGIONS.entries()) {
  const stack = network(region);

  test(`${region}: VPC 10.${index}.0.0/16`, () => {
    pair()
      .template(stack)
      .hasResourceProperties('AWS::EC2::VPC', { CidrBlock: `10.${index}.0.0/16` });
  });

  for (const [kind, octets] of Object.entries(THIRD_OCTETS)) {
    test(`${region}: ${kind} subnets in three zones, exactly`, () => {
      const subnets = Object.entries(pair().resources(stack, 'AWS::EC2::Subnet'))
        .filter(([id]) => id.startsWith(`Vpc${kind}Subnet`))
        .map(([, subnet]) => [subnet.Properties['CidrBlock'], subnet.Properties['AvailabilityZone']]);
      const expected = octets.map((octet, zone) => [`10.${index}.${octet}.0/24`, `${region}${'abc'[zone]}`]);
      assert.deepEqual(subnets, expected);
    });
  }

  test(`${region}: no subnet beyond the nine of the architecture`, () => {
    pair().template(stack).resourceCountIs('AWS::EC2::Subnet', 9);
  });

  test(`${region}: an internet gateway, and a NAT gateway in each zone for outbound only`, () => {
    const template = pair().template(stack);
    template.resourceCountIs('AWS::EC2::InternetGateway', 1);
    template.resourceCountIs('AWS::EC2::NatGateway', 3);
    const routes = Object.entries(pair().resources(stack, 'AWS::EC2::Route'));
    const by = (kind: string, target: string) =>
      routes.filter(([id, route]) => id.startsWith(`Vpc${kind}`) && target in route.Properties).length;
    assert.equal(by('public', 'GatewayId'), 3);
    assert.equal(by('private', 'NatGatewayId'), 3);
    assert.equal(by('database', 'GatewayId') + by('database', 'NatGatewayId'), 0);
  });

  test(`${region}: load balancer group: in 80 and 443 from anywhere, out 8000 to the tasks`, () => {
    const rules = rulesOf(stack, 'AlbSecurityGroup');
    assert.deepEqual(rules.in, ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0']);
    assert.deepEqual(rules.out, ['8000 to EcsSecurityGroup']);
  });

  test(`${region}: task group: in 8000 from the load balancer, out 3306 to the database and 443 to AWS`, () => {
    const rules = rulesOf(stack, 'EcsSecurityGroup');
    assert.deepEqual(rules.in, ['8000 from AlbSecurityGroup']);
    assert.deepEqual(rules.out, ['3306 to RdsSecurityGroup', '443 to 0.0.0.0/0']);
  });

  test(`${region}: database group: in 3306 from the tasks, out none`, () => {
    const rules = rulesOf(stack, 'RdsSecurityGroup');
    assert.deepEqual(rules.in, ['3306 from EcsSecurityGroup']);
    assert.deepEqual(rules.out, []);
  });

  test(`${region}: the certificate covers origin.<domain> and <region>.origin.<domain>`, () => {
    pair()
      .template(stack)
      .hasResourceProperties('AWS::CertificateManager::Certificate', {
        DomainName: 'origin.storefront.example',
        SubjectAlternativeNames: ['*.origin.storefront.example'],
        ValidationMethod: 'DNS',
      });
  });
}

test('the first certificate writes the validation record, the second one finds it', () => {
  const certificate = (region: string) =>
    pair().soleResource(network(region), 'AWS::CertificateManager::Certificate');
  assert.ok('DomainValidationOptions' in certificate('us-east-1').Properties);
  assert.ok(!('DomainValidationOptions' in certificate('us-west-2').Properties));
  assert.ok(pair().dependenciesOf(network('us-west-2')).includes(network('us-east-1')));
});

test('with a zone that exists, both certificates name it', () => {
  for (const region of REGIONS) {
    chosen()
      .template(network(region))
      .hasResourceProperties('AWS::CertificateManager::Certificate', {
        DomainValidationOptions: [
          { DomainName: 'origin.storefront.example', HostedZoneId: 'Z0123456789ABC' },
        ],
      });
  }
});

test('one NAT gateway in all, as an option', () => {
  chosen().template(network('us-east-1')).resourceCountIs('AWS::EC2::NatGateway', 1);
});

test('rejected traffic is logged', () => {
  pair()
    .template(network('us-west-2'))
    .hasResourceProperties('AWS::EC2::FlowLog', Match.objectLike({ TrafficType: 'REJECT' }));
});

interface Rule {
  readonly CidrIp?: string;
  readonly FromPort?: number;
  readonly SourceSecurityGroupId?: unknown;
  readonly DestinationSecurityGroupId?: unknown;
  readonly GroupId?: unknown;
}

/** All rules of one group, inline and apart, as sentences. */
function rulesOf(stack: string, group: string): { in: string[]; out: string[] } {
  const [id, own] = Object.entries(pair().resources(stack, 'AWS::EC2::SecurityGroup')).find(([key]) =>
    key.startsWith(group),
  )!;
  const apart = (type: string) =>
    Object.values(pair().resources(stack, type))
      .map((rule) => rule.Properties as Rule)
      .filter((rule) => JSON.stringify(rule.GroupId).includes(id));
  const inline = (key: string) => (own.Properties[key] ?? []) as readonly Rule[];
  const other = (rule: Rule) =>
    rule.CidrIp ??
    /"([A-Za-z]+SecurityGroup)/.exec(
      JSON.stringify(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId),
    )?.[1];
  // CDK writes "nothing out" as a rule to one unreachable address, since an empty list means "everything".
  const real = (rule: Rule) => rule.CidrIp !== '255.255.255.255/32';
  return {
    in: [...inline('SecurityGroupIngress'), ...apart('AWS::EC2::SecurityGroupIngress')]
      .map((rule) => `${rule.FromPort} from ${other(rule)}`)
      .sort(),
    out: [...inline('SecurityGroupEgress'), ...apart('AWS::EC2::SecurityGroupEgress')]
      .filter(real)
      .map((rule) => `${rule.FromPort} to ${other(rule)}`)
      .sort(),
  };
}

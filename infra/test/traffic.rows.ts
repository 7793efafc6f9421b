/** The architecture's traffic flow: CloudFront, Route 53 failover, health checks and the latch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { application, chosen, DNS, development, EDGE, network, pair, REGIONS } from './synthesized.ts';

const [EAST, WEST] = REGIONS;
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

interface Behavior {
  readonly PathPattern?: string;
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ViewerProtocolPolicy: string;
  readonly TargetOriginId: string;
  readonly AllowedMethods: readonly string[];
}

interface Distribution {
  readonly Aliases: readonly string[];
  readonly DefaultRootObject: string;
  readonly DefaultCacheBehavior: Behavior;
  readonly CacheBehaviors: readonly Behavior[];
  readonly CustomErrorResponses: readonly unknown[];
  readonly Origins: readonly { readonly Id: string; readonly DomainName: unknown }[];
}

const distribution = (from = pair()) =>
  from.soleResource(EDGE, 'AWS::CloudFront::Distribution').Properties['DistributionConfig'] as Distribution;

test('CloudFront: the API and everything else go to origin.<domain>, uncached, with every method', () => {
  const api = distribution().CacheBehaviors.find(({ PathPattern }) => PathPattern === '/api/*')!;
  for (const behavior of [api, distribution().DefaultCacheBehavior]) {
    assert.equal(behavior.CachePolicyId, CACHING_DISABLED);
    assert.equal(behavior.OriginRequestPolicyId, ALL_VIEWER_EXCEPT_HOST);
    assert.equal(behavior.ViewerProtocolPolicy, 'redirect-to-https');
    assert.ok(behavior.AllowedMethods.includes('POST'));
    const origin = distribution().Origins.find(({ Id }) => Id === behavior.TargetOriginId);
    assert.equal(origin?.DomainName, 'origin.storefront.example');
  }
});

test('CloudFront: a lost region costs seconds: two attempts of 3 s, ten seconds to answer, HTTPS only', () => {
  pair()
    .template(EDGE)
    .hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Origins: Match.arrayWith([
          Match.objectLike({
            DomainName: 'origin.storefront.example',
            ConnectionAttempts: 2,
            ConnectionTimeout: 3,
            CustomOriginConfig: Match.objectLike({
              OriginProtocolPolicy: 'https-only',
              OriginSSLProtocols: ['TLSv1.2'],
              OriginReadTimeout: 10,
            }),
          }),
        ]),
      },
    });
});

test('CloudFront: static files come from an origin group of both buckets, signed', () => {
  const template = pair().template(EDGE);
  template.resourceCountIs('AWS::CloudFront::OriginAccessControl', 2);
  template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
    OriginAccessControlConfig: Match.objectLike({ SigningBehavior: 'always', SigningProtocol: 'sigv4' }),
  });
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      OriginGroups: {
        Items: [
          Match.objectLike({
            FailoverCriteria: { StatusCodes: { Items: [403, 500, 502, 503, 504], Quantity: 5 } },
            Members: Match.objectLike({ Quantity: 2 }),
          }),
        ],
      },
    },
  });
  const buckets = distribution().Origins.map(({ DomainName }) => JSON.stringify(DomainName));
  for (const region of REGIONS) {
    assert.ok(
      buckets.some((name) => name.includes(`-${region}.s3.${region}.amazonaws.com`)),
      region,
    );
  }
  for (const path of ['/', '/index.html', '/assets/*']) {
    const behavior = distribution().CacheBehaviors.find(({ PathPattern }) => PathPattern === path);
    assert.equal(behavior?.CachePolicyId, CACHING_OPTIMIZED, path);
  }
  assert.equal(distribution().DefaultRootObject, 'index.html');
});

test('CloudFront: no error is kept a second longer than the outage', () => {
  assert.deepEqual(
    distribution().CustomErrorResponses,
    [500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
  );
});

test('CloudFront: answers for www.<domain>, with a certificate and TLS 1.2', () => {
  assert.deepEqual(distribution().Aliases, ['www.storefront.example']);
  pair()
    .template(EDGE)
    .hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        ViewerCertificate: {
          AcmCertificateArn: { Ref: 'Certificate' },
          MinimumProtocolVersion: 'TLSv1.2_2021',
        },
      },
    });
  for (const Type of ['A', 'AAAA']) {
    pair()
      .template(EDGE)
      .hasResourceProperties('AWS::Route53::RecordSet', {
        Name: 'www.storefront.example',
        Type,
        AliasTarget: Match.objectLike({ HostedZoneId: 'Z2FDTNDATAQYW2' }),
      });
  }
});

test('Route 53: a hosted zone, unless one is given', () => {
  pair().template(DNS).hasResourceProperties('AWS::Route53::HostedZone', { Name: 'storefront.example.' });
  assert.ok(!chosen().stackNames.includes(DNS));
});

for (const [region, failover] of [
  [EAST, 'PRIMARY'],
  [WEST, 'SECONDARY'],
] as const) {
  const template = () => pair().template(application(region));

  test(`Route 53: ${region} is the ${failover} half of origin.<domain> and of active.<domain>`, () => {
    const half = { Failover: failover, SetIdentifier: region, HostedZoneName: 'storefront.example.' };
    template().hasResourceProperties('AWS::Route53::RecordSet', {
      ...half,
      Name: 'origin.storefront.example',
      Type: 'A',
      AliasTarget: Match.objectLike({ EvaluateTargetHealth: true }),
      HealthCheckId: Match.anyValue(),
    });
    template().hasResourceProperties('AWS::Route53::RecordSet', {
      ...half,
      Name: 'active.storefront.example',
      Type: 'TXT',
      TTL: '10',
      ResourceRecords: [`"${region}"`],
      HealthCheckId: Match.anyValue(),
    });
  });

  test(`Route 53: ${region}.origin.<domain> always answers with its own load balancer`, () => {
    template().hasResourceProperties('AWS::Route53::RecordSet', {
      Name: `${region}.origin.storefront.example`,
      AliasTarget: Match.objectLike({ EvaluateTargetHealth: false }),
      Failover: Match.absent(),
    });
  });

  test(`Route 53: ${region} is checked every 30 s, three times, over HTTPS, in its present role`, () => {
    template().hasResourceProperties('AWS::Route53::HealthCheck', {
      HealthCheckConfig: {
        Type: 'HTTPS',
        FullyQualifiedDomainName: `${region}.origin.storefront.example`,
        Port: 443,
        ResourcePath: '/health/region',
        RequestInterval: 30,
        FailureThreshold: 3,
        EnableSNI: true,
      },
    });
  });
}

test('Route 53: the PRIMARY half follows its region AND the latch of the other one', () => {
  const template = pair().template(application(EAST));
  template.hasResourceProperties('AWS::Route53::HealthCheck', {
    HealthCheckConfig: {
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Name: 'understudy-latch', Region: WEST },
      InsufficientDataHealthStatus: 'LastKnownStatus',
    },
  });
  template.hasResourceProperties('AWS::Route53::HealthCheck', {
    HealthCheckConfig: {
      Type: 'CALCULATED',
      HealthThreshold: 2,
      ChildHealthChecks: [
        { 'Fn::GetAtt': ['RegionCheck', 'HealthCheckId'] },
        { 'Fn::GetAtt': ['LatchCheck', 'HealthCheckId'] },
      ],
    },
  });
  template.hasResourceProperties('AWS::Route53::RecordSet', {
    Failover: 'PRIMARY',
    HealthCheckId: { 'Fn::GetAtt': ['UnlatchedCheck', 'HealthCheckId'] },
  });
  pair()
    .template(application(WEST))
    .hasResourceProperties('AWS::Route53::RecordSet', {
      Failover: 'SECONDARY',
      HealthCheckId: { 'Fn::GetAtt': ['RegionCheck', 'HealthCheckId'] },
    });
});

test('the latch: an alarm of the kind that Route 53 can follow, made before anything follows it', () => {
  for (const region of REGIONS) {
    pair()
      .template(network(region))
      .hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: 'understudy-latch',
        Namespace: 'Understudy/Failover',
        MetricName: 'Latch',
        Dimensions: [{ Name: 'Region', Value: region }],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'missing',
      });
  }
  assert.ok(pair().dependenciesOf(application(EAST)).includes(network(WEST)));
});

test('health checks every 10 s, as an option', () => {
  chosen()
    .template(application(WEST))
    .hasResourceProperties('AWS::Route53::HealthCheck', {
      HealthCheckConfig: Match.objectLike({ RequestInterval: 10 }),
    });
});

test('the site is uploaded to the bucket of each region by its own stack', () => {
  for (const region of REGIONS) {
    pair()
      .template(application(region))
      .hasResourceProperties('Custom::CDKBucketDeployment', {
        DestinationBucketName: {
          'Fn::Join': ['', ['understudy-assets-', { Ref: 'AWS::AccountId' }, `-${region}`]],
        },
        SystemMetadata: { 'cache-control': 'public, max-age=60, stale-if-error=86400' },
      });
  }
});

test('each bucket lets the distributions of this account read, and list nothing', () => {
  for (const region of REGIONS) {
    pair()
      .template(`Understudy-${region}-Data`)
      .hasResourceProperties('AWS::S3::BucketPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Condition: Match.objectLike({
                StringEquals: { 'AWS:SourceAccount': { Ref: 'AWS::AccountId' } },
              }),
            }),
          ]),
        }),
      });
  }
});

test('development: one region, no failover records, no origin group', () => {
  const template = development().template(application(EAST));
  template.resourceCountIs('AWS::Route53::HealthCheck', 0);
  template.hasResourceProperties('AWS::Route53::RecordSet', {
    Name: 'origin.storefront.example',
    Failover: Match.absent(),
  });
  assert.ok(!('OriginGroups' in distribution(development())));
});

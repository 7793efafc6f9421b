/** The architecture's compute layer and horizontal scaling. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { application, chosen, pair, REGIONS } from './synthesized.ts';

for (const region of REGIONS) {
  const stack = application(region);
  const template = () => pair().template(stack);

  test(`${region}: an application load balancer, named, in the public subnets, protected`, () => {
    template().hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Name: `understudy-${region}`,
      Type: 'application',
      Scheme: 'internet-facing',
      Subnets: [1, 2, 3].map((zone) => ({
        'Fn::ImportValue': Match.stringLikeRegexp(`publicSubnet${zone}`),
      })),
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'deletion_protection.enabled', Value: 'true' },
        { Key: 'idle_timeout.timeout_seconds', Value: '60' },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
      ]),
    });
  });

  test(`${region}: port 80 redirects to HTTPS`, () => {
    template().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [
        { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
      ],
    });
  });

  test(`${region}: port 443 with the certificate forwards to the tasks`, () => {
    template().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: { 'Fn::ImportValue': Match.stringLikeRegexp('Certificate') } }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: Match.anyValue() }],
    });
  });

  test(`${region}: target group on 8000 with health check /health`, () => {
    template().hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Port: 8000,
      Protocol: 'HTTP',
      TargetType: 'ip',
      HealthCheckPath: '/health',
      Matcher: { HttpCode: '200' },
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
  });

  test(`${region}: Fargate service over three zones, rolled back when it does not become healthy`, () => {
    template().hasResourceProperties('AWS::ECS::Service', {
      ServiceName: 'storefront',
      LaunchType: 'FARGATE',
      HealthCheckGracePeriodSeconds: 60,
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          AssignPublicIp: 'DISABLED',
          Subnets: [1, 2, 3].map((zone) => ({
            'Fn::ImportValue': Match.stringLikeRegexp(`privateSubnet${zone}`),
          })),
        },
      },
    });
  });

  test(`${region}: a deployment does not undo what scaling has set`, () => {
    assert.ok(!('DesiredCount' in pair().soleResource(stack, 'AWS::ECS::Service').Properties));
  });

  test(`${region}: 2 to 10 tasks, holding CPU at 70 %`, () => {
    template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ServiceNamespace: 'ecs',
      MinCapacity: 2,
      MaxCapacity: 10,
    });
    template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: Match.objectLike({
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      }),
    });
  });

  test(`${region}: service discovery by Cloud Map`, () => {
    template().hasResourceProperties('AWS::ServiceDiscovery::PrivateDnsNamespace', {
      Name: 'understudy.internal',
    });
    template().hasResourceProperties('AWS::ServiceDiscovery::Service', {
      Name: 'storefront',
      DnsConfig: Match.objectLike({ DnsRecords: [{ TTL: 10, Type: 'A' }] }),
    });
    template().hasResourceProperties('AWS::ECS::Service', {
      ServiceRegistries: [{ RegistryArn: Match.anyValue() }],
    });
  });

  test(`${region}: the task gets its own region's database and its own region's copy of the secret`, () => {
    const secret = (key: string) => ({
      'Fn::Join': [
        '',
        [`arn:aws:secretsmanager:${region}:`, Match.anyValue(), `:secret:understudy/database:${key}::`],
      ],
    });
    template().hasResourceProperties('AWS::ECS::TaskDefinition', {
      Family: 'storefront',
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'storefront',
          PortMappings: [{ ContainerPort: 8000, Protocol: 'tcp' }],
          StopTimeout: 30,
          Environment: Match.arrayWith([
            { Name: 'PORT', Value: '8000' },
            { Name: 'AWS_REGION', Value: region },
            {
              Name: 'DB_WRITER_HOST',
              Value: { 'Fn::ImportValue': Match.stringLikeRegexp(`${region}.*DatabaseEndpoint`) },
            },
            {
              Name: 'DB_READER_HOST',
              Value: { 'Fn::ImportValue': Match.stringLikeRegexp(`${region}.*DatabaseReadEndpoint`) },
            },
            { Name: 'DB_PORT', Value: '3306' },
            { Name: 'DB_NAME', Value: 'storefront' },
          ]),
          Secrets: [
            { Name: 'DB_USERNAME', ValueFrom: secret('username') },
            { Name: 'DB_PASSWORD', ValueFrom: secret('password') },
          ],
          LogConfiguration: Match.objectLike({ LogDriver: 'awslogs' }),
        }),
      ],
    });
  });
}

test('the image is built from storefront/, without its dependencies, tests and site', () => {
  const assembly = pair().app.synth();
  const assets = JSON.parse(
    readFileSync(`${assembly.directory}/${application('us-east-1')}.assets.json`, 'utf8'),
  ) as { dockerImages: Record<string, { source: { directory: string } }> };
  const [image] = Object.values(assets.dockerImages);
  assert.ok(image !== undefined);
  const dockerfile = readFileSync(`${assembly.directory}/${image.source.directory}/Dockerfile`, 'utf8');
  assert.match(dockerfile, /^FROM /m);
  assert.throws(() => readFileSync(`${assembly.directory}/${image.source.directory}/site/index.html`));
});

test('task numbers come from the configuration', () => {
  chosen()
    .template(application('us-west-2'))
    .hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 3,
      MaxCapacity: 20,
    });
});

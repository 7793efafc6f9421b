/**
 * The web application on Fargate: 2 to 10 tasks over three zones, behind the load balancer, found by
 * other services through Cloud Map, rolled back by ECS when a deployment does not become healthy.
 */
import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import * as cloudmap from 'aws-cdk-lib/aws-servicediscovery';
import { acknowledge } from './acknowledge.ts';
import type { Data } from './data.ts';
import { type FrontDoor, fixedSecurityGroup } from './load-balancer.ts';
import * as names from './names.ts';
import type { Network } from './network.ts';
import type { Place, RegionalStack } from './place.ts';

export interface Storefront {
  readonly region: string;
  readonly cpu: cloudwatch.Metric;
}

const SOURCE = fileURLToPath(new URL('../../storefront', import.meta.url));
/** Not part of the image: what it installs itself, tests, and the static site (that goes to the bucket). */
const NOT_IN_IMAGE = ['node_modules', 'site', 'test', '**/*.test.ts', '**/*.md', 'coverage', '*.log'];

export function createService(
  stack: RegionalStack,
  place: Place,
  network: Network,
  data: Data,
  door: FrontDoor,
): Storefront {
  const cluster: unknown = new ecs.Cluster(stack, 'Cluster', {
    clusterName: names.ecsClusterName(place.region),
    vpc: network.vpc,
    containerInsightsV2: ecs.ContainerInsights.ENABLED,
    defaultCloudMapNamespace: {
      name: names.NAMESPACE_NAME,
      type: cloudmap.NamespaceType.DNS_PRIVATE,
      vpc: network.vpc,
    },
  });
  // No desired count: ECS starts one task and scaling lifts it to the minimum, and a deployment never
  // undoes what scaling, or the controller before a failover, has set.
  const service = new ecs.FargateService(stack, 'Service', {
    serviceName: names.SERVICE_NAME,
    cluster: cluster as ecs.ICluster,
    taskDefinition: createTaskDefinition(stack, place, data),
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [fixedSecurityGroup(stack, 'EcsSecurityGroup', network.securityGroups.ecs)],
    assignPublicIp: false,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
    circuitBreaker: { enable: true, rollback: true },
    healthCheckGracePeriod: Duration.seconds(60),
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    cloudMapOptions: {
      name: names.SERVICE_NAME,
      dnsRecordType: cloudmap.DnsRecordType.A,
      dnsTtl: Duration.seconds(10),
    },
  });
  door.targets.addTarget(
    service.loadBalancerTarget({ containerName: 'storefront', containerPort: names.CONTAINER_PORT }),
  );
  const { minimum, maximum, cpuTargetPercent } = place.config.tasks;
  service.autoScaleTaskCount({ minCapacity: minimum, maxCapacity: maximum }).scaleOnCpuUtilization('Cpu', {
    targetUtilizationPercent: cpuTargetPercent,
    scaleOutCooldown: Duration.seconds(60),
    scaleInCooldown: Duration.seconds(300),
  });
  return { region: place.region, cpu: service.metricCpuUtilization({ period: Duration.minutes(1) }) };
}

function createTaskDefinition(stack: RegionalStack, place: Place, data: Data): ecs.FargateTaskDefinition {
  const definition = new ecs.FargateTaskDefinition(stack, 'TaskDefinition', {
    family: names.SERVICE_NAME,
    cpu: place.config.tasks.cpuUnits,
    memoryLimitMiB: place.config.tasks.memoryMiB,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.X86_64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
  });
  // By name in both regions: in the second one the secret is a replica that no stack of ours declares.
  const secret = secrets.Secret.fromSecretNameV2(stack, 'DatabaseSecret', names.SECRET_NAME);
  definition.addContainer('storefront', {
    containerName: 'storefront',
    image: ecs.ContainerImage.fromAsset(SOURCE, { exclude: NOT_IN_IMAGE, platform: Platform.LINUX_AMD64 }),
    portMappings: [{ containerPort: names.CONTAINER_PORT }],
    environment: environment(place, data),
    secrets: {
      DB_USERNAME: ecs.Secret.fromSecretsManager(secret, 'username'),
      DB_PASSWORD: ecs.Secret.fromSecretsManager(secret, 'password'),
    },
    logging: ecs.LogDrivers.awsLogs({ logGroup: data.storefrontLogs, streamPrefix: 'storefront' }),
    stopTimeout: Duration.seconds(30),
  });
  acknowledge(
    definition,
    'AwsSolutions-ECS2',
    'The environment holds names and addresses; credentials are secrets.',
  );
  acknowledge(
    definition,
    'AwsSolutions-IAM5[Resource::*]',
    'ecr:GetAuthorizationToken has no resource; everything else the execution role may do is named.',
  );
  return definition;
}

/** Each region's tasks talk to their own region's cluster alone: its endpoints outlive a change of roles. */
function environment(place: Place, data: Data): Record<string, string> {
  return {
    PORT: String(names.CONTAINER_PORT),
    AWS_REGION: place.region,
    DB_WRITER_HOST: data.database.writerHost,
    DB_READER_HOST: data.database.readerHost,
    DB_PORT: String(names.DATABASE_PORT),
    DB_NAME: names.DATABASE_NAME,
    DB_TLS: place.config.database.tls,
    LOG_LEVEL: 'info',
  };
}

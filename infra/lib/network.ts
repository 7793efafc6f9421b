/**
 * How a region is reached: the VPC with the architecture's exact subnets, the three security groups as drawn,
 * the certificate its load balancer shows, and the latch that says whether DNS may send anyone here
 * or to the other region. Everything in it is wanted early, by the other stacks and the other region.
 */
import { type App, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { acknowledge } from './acknowledge.ts';
import * as names from './names.ts';
import { type Place, RegionalStack } from './place.ts';

export interface Network {
  readonly stack: RegionalStack;
  readonly vpc: ec2.IVpc;
  readonly securityGroups: {
    readonly alb: ec2.ISecurityGroup;
    readonly ecs: ec2.ISecurityGroup;
    readonly rds: ec2.ISecurityGroup;
  };
  readonly certificateArn: string;
}

export function network(app: App, place: Place, hostedZoneId: string | undefined): Network {
  const stack = new RegionalStack(
    app,
    names.stackName(place.region, 'Network'),
    place,
    `VPC, security groups, certificate and failover latch of ${place.region}`,
  );
  const vpc = createVpc(stack, place);
  if (place.peer !== undefined) createLatchAlarm(stack, place);
  return {
    stack,
    vpc,
    securityGroups: createSecurityGroups(stack, vpc),
    certificateArn: createCertificate(stack, place, hostedZoneId),
  };
}

/**
 * The architecture's subnets are 10.x.0-2, 10.x.10-12 and 10.x.20-22. CDK hands addresses out in order and
 * aligns each block to its own size, so three reserved /23 (nothing is created for them) after each
 * trio of /24 make the next trio start at the next ten.
 */
function createVpc(stack: RegionalStack, place: Place): ec2.IVpc {
  const { PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED } = ec2.SubnetType;
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    vpcName: `${names.APP}-${place.region}`,
    ipAddresses: ec2.IpAddresses.cidr(place.cidr),
    availabilityZones: stack.availabilityZones,
    natGateways: place.config.network.nat === 'per-zone' ? 3 : 1,
    subnetConfiguration: [
      { name: 'public', subnetType: PUBLIC, cidrMask: 24 },
      { name: 'gap-3-9', subnetType: PRIVATE_ISOLATED, cidrMask: 23, reserved: true },
      { name: 'private', subnetType: PRIVATE_WITH_EGRESS, cidrMask: 24 },
      { name: 'gap-13-19', subnetType: PRIVATE_ISOLATED, cidrMask: 23, reserved: true },
      { name: 'database', subnetType: PRIVATE_ISOLATED, cidrMask: 24 },
    ],
  });
  const flowLogs = new logs.LogGroup(stack, 'FlowLogs', {
    logGroupName: names.FLOW_LOG_GROUP,
    retention: place.config.logs.retentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // What a security group turned away; accepted traffic is in the balancer's own logs, at a hundredth of the volume.
  vpc.addFlowLog('Rejected', {
    destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs),
    trafficType: ec2.FlowLogTrafficType.REJECT,
  });
  // aws-cdk-lib is not written for exactOptionalPropertyTypes: a Vpc is an IVpc only by saying so.
  return vpc as ec2.IVpc;
}

function createSecurityGroups(stack: RegionalStack, vpc: ec2.IVpc): Network['securityGroups'] {
  const group = (id: string, description: string) =>
    new ec2.SecurityGroup(stack, id, { vpc, description, allowAllOutbound: false });
  const alb = group('AlbSecurityGroup', 'Load balancer: 80 and 443 from anywhere, 8000 to the tasks');
  const ecs = group('EcsSecurityGroup', 'Tasks: 8000 from the load balancer, 3306 to the database');
  const rds = group('RdsSecurityGroup', 'Database: 3306 from the tasks, nothing out');

  alb.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'HTTP, redirected to HTTPS');
  alb.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS');
  alb.addEgressRule(ecs, ec2.Port.tcp(names.CONTAINER_PORT), 'to the tasks');
  ecs.addIngressRule(alb, ec2.Port.tcp(names.CONTAINER_PORT), 'from the load balancer');
  ecs.addEgressRule(rds, ec2.Port.tcp(names.DATABASE_PORT), 'to the database');
  // Not in the architecture's drawing, and nothing starts without it: Fargate pulls the image, reads the secret
  // and ships logs over HTTPS from the task's own network interface (ECS guide, "Fargate task networking").
  ecs.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'to AWS endpoints: image, secret, logs');
  rds.addIngressRule(ecs, ec2.Port.tcp(names.DATABASE_PORT), 'from the tasks');

  acknowledge(
    alb,
    'AwsSolutions-EC23',
    'The architecture draws the load balancer open to the internet on 80 and 443.',
  );
  return { alb, ecs, rds };
}

/**
 * ACM validates by a CNAME whose value depends on the account and the domain alone, and says that it
 * "works for any AWS Region". The stack that has the zone at hand lets CloudFormation write the record;
 * the other region's certificate, deployed afterwards, finds it there and is issued without knowing the
 * zone: no cross-region reference and no custom resource.
 * https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
function createCertificate(stack: RegionalStack, place: Place, hostedZoneId: string | undefined): string {
  const origin = names.originName(place.config.domain);
  const certificate = new acm.CfnCertificate(stack, 'Certificate', {
    domainName: origin,
    // <region>.origin.<domain>, which health checks and the other region's controller ask.
    subjectAlternativeNames: [`*.${origin}`],
    validationMethod: 'DNS',
    ...(hostedZoneId === undefined
      ? {}
      : { domainValidationOptions: [{ domainName: origin, hostedZoneId }] }),
  });
  return certificate.ref;
}

/**
 * Held = the controller of this region has moved the writer here and nobody has failed back. Route 53
 * follows this alarm's metric from the other region's PRIMARY record, so that DNS does not return by
 * itself to a region whose database is a replica.
 *
 * Route 53 reads the metric, not the state, and accepts only a plain statistic on a standard-resolution
 * metric without M of N. Missing data stays missing: the health check keeps its last known status.
 */
function createLatchAlarm(stack: RegionalStack, place: Place): void {
  new cloudwatch.CfnAlarm(stack, 'LatchAlarm', {
    alarmName: names.LATCH_ALARM_NAME,
    alarmDescription: `The writer was moved to ${place.region} and has not been failed back`,
    namespace: names.LATCH_METRIC.namespace,
    metricName: names.LATCH_METRIC.name,
    dimensions: [{ name: 'Region', value: place.region }],
    statistic: 'Maximum',
    period: Duration.minutes(1).toSeconds(),
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'missing',
    // By name: the topic is in the data stack, which is deployed after this one.
    alarmActions: [names.topicArn(stack.account, place.region)],
    okActions: [names.topicArn(stack.account, place.region)],
  });
}

/**
 * The region's front door: port 80 redirects, port 443 terminates TLS and forwards to the tasks on 8000.
 */
import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Data } from './data.ts';
import * as names from './names.ts';
import type { Network } from './network.ts';
import type { Place, RegionalStack } from './place.ts';

export interface FrontDoor {
  readonly balancer: elb.ApplicationLoadBalancer;
  readonly targets: elb.ApplicationTargetGroup;
}

export function createFrontDoor(stack: RegionalStack, place: Place, network: Network, data: Data): FrontDoor {
  const balancer = new elb.ApplicationLoadBalancer(stack, 'LoadBalancer', {
    loadBalancerName: names.loadBalancerName(place.region),
    vpc: network.vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    internetFacing: true,
    // Immutable here: the rules are drawn in the network stack, exactly, and nothing may add to them.
    securityGroup: fixedSecurityGroup(stack, 'AlbSecurityGroup', network.securityGroups.alb),
    dropInvalidHeaderFields: true,
    idleTimeout: Duration.seconds(60),
    deletionProtection: place.config.protect,
  });
  balancer.logAccessLogs(data.accessLogs, 'alb');
  const targets = createTargetGroup(stack, network);
  balancer.addListener('Http', {
    port: 80,
    open: false,
    defaultAction: elb.ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
  });
  balancer.addListener('Https', {
    port: 443,
    open: false,
    certificates: [elb.ListenerCertificate.fromArn(network.certificateArn)],
    sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
    defaultAction: elb.ListenerAction.forward([targets]),
  });
  return { balancer, targets };
}

/**
 * A first healthy answer puts a task to work; two bad ones, at most 20 s, take it out. Draining is short
 * because requests are: 30 s instead of the default 300 s keeps deployments and scale-in quick.
 */
function createTargetGroup(stack: RegionalStack, network: Network): elb.ApplicationTargetGroup {
  return new elb.ApplicationTargetGroup(stack, 'Targets', {
    vpc: network.vpc,
    targetType: elb.TargetType.IP,
    protocol: elb.ApplicationProtocol.HTTP,
    port: names.CONTAINER_PORT,
    deregistrationDelay: Duration.seconds(30),
    healthCheck: {
      path: '/health',
      healthyHttpCodes: '200',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 2,
    },
  });
}

export function fixedSecurityGroup(
  stack: RegionalStack,
  id: string,
  group: ec2.ISecurityGroup,
): ec2.ISecurityGroup {
  return ec2.SecurityGroup.fromSecurityGroupId(stack, id, group.securityGroupId, { mutable: false });
}

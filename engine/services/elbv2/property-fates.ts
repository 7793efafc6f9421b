/** Which properties of load balancers, listeners, rules and target groups are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    serves: [
      'Name',
      'Scheme',
      'Type',
      'IpAddressType',
      'Subnets',
      'LoadBalancerAttributes',
      'SubnetMappings.SubnetId',
    ],
    keeps: {
      SecurityGroups: 'traffic is not filtered',
      MinimumLoadBalancerCapacity: 'a node is as fast as the machine',
      EnableCapacityReservationProvisionStabilize: 'a node is as fast as the machine',
    },
    refuses: {
      'SubnetMappings.AllocationId': {
        remedy: 'a node has the next free address of its subnet: leave it out',
      },
      'SubnetMappings.PrivateIPv4Address': {
        remedy: 'a node has the next free address of its subnet: leave it out',
      },
    },
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    serves: ['LoadBalancerArn', 'Port', 'Protocol', 'Certificates', 'DefaultActions'],
    keeps: {
      SslPolicy: 'TLS 1.2 and 1.3 always',
    },
    refuses: {
      'MutualAuthentication.Mode': {
        remedy: 'clients are not asked for certificates here: use off',
        unless: ['off'],
      },
      ListenerAttributes: {
        remedy: 'fields are not renamed or added by listeners here: set them in the application',
      },
      AlpnPolicy: { remedy: 'only Application Load Balancers run here: leave it out' },
    },
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    serves: ['ListenerArn', 'Priority', 'Actions', 'Conditions'],
    refuses: {
      Transforms: { remedy: 'requests are not rewritten here: forward them as they are' },
      'Conditions.RegexValues': { remedy: 'regular expressions are not matched here: use Values' },
      'Conditions.PathPatternConfig.RegexValues': {
        remedy: 'regular expressions are not matched here: use Values',
      },
      'Conditions.HostHeaderConfig.RegexValues': {
        remedy: 'regular expressions are not matched here: use Values',
      },
      'Conditions.HttpHeaderConfig.RegexValues': {
        remedy: 'regular expressions are not matched here: use Values',
      },
    },
  },
  'AWS::ElasticLoadBalancingV2::ListenerCertificate': {
    serves: ['ListenerArn', 'Certificates'],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    serves: [
      'Name',
      'Port',
      'Protocol',
      'ProtocolVersion',
      'TargetType',
      'VpcId',
      'IpAddressType',
      'HealthCheckEnabled',
      'HealthCheckIntervalSeconds',
      'HealthCheckPath',
      'HealthCheckPort',
      'HealthCheckProtocol',
      'HealthCheckTimeoutSeconds',
      'HealthyThresholdCount',
      'UnhealthyThresholdCount',
      'Matcher',
      'Targets',
      'TargetGroupAttributes',
    ],
    refuses: {
      TargetControlPort: { remedy: 'targets do not steer the balancer here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

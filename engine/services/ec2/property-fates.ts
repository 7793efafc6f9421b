/** Which properties of networks and subnets are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::EC2::VPC': {
    serves: ['CidrBlock'],
    keeps: {
      EnableDnsSupport: 'the region’s resolver always answers',
      EnableDnsHostnames: 'the region’s resolver always answers',
      InstanceTenancy: 'there is one machine',
    },
    refuses: {
      Ipv4IpamPoolId: { remedy: 'IPAM gives no addresses here: use CidrBlock' },
      Ipv4NetmaskLength: { remedy: 'IPAM gives no addresses here: use CidrBlock' },
      VpcEncryptionControl: { remedy: 'traffic between addresses is not encrypted here: leave it out' },
    },
  },
  'AWS::EC2::Subnet': {
    serves: ['VpcId', 'CidrBlock', 'AvailabilityZone'],
    keeps: {
      MapPublicIpOnLaunch: 'nothing here has a public address',
      PrivateDnsNameOptionsOnLaunch: 'there are no instances to name',
      EnableLniAtDeviceIndex: 'there are no instances',
    },
    refuses: {
      AvailabilityZoneId: { remedy: 'zones are known by name here: use AvailabilityZone' },
      OutpostArn: { remedy: 'there are no Outposts here: leave it out' },
      AssignIpv6AddressOnCreation: { remedy: 'networks have IPv4 alone here: leave it out' },
      EnableDns64: { remedy: 'networks have IPv4 alone here: leave it out' },
      Ipv6Native: { remedy: 'networks have IPv4 alone here: leave it out' },
      Ipv6CidrBlock: { remedy: 'networks have IPv4 alone here: leave it out' },
      Ipv6IpamPoolId: { remedy: 'networks have IPv4 alone here: leave it out' },
      Ipv6NetmaskLength: { remedy: 'networks have IPv4 alone here: leave it out' },
      Ipv4IpamPoolId: { remedy: 'IPAM gives no addresses here: use CidrBlock' },
      Ipv4NetmaskLength: { remedy: 'IPAM gives no addresses here: use CidrBlock' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

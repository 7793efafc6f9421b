/** Which properties of namespaces and services are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    serves: ['Name', 'Vpc', 'Description'],
    keeps: {
      Properties: 'names are answered without a zone',
    },
  },
  'AWS::ServiceDiscovery::HttpNamespace': {
    serves: ['Name', 'Description'],
  },
  'AWS::ServiceDiscovery::Service': {
    serves: [
      'Name',
      'NamespaceId',
      'Description',
      'HealthCheckCustomConfig',
      'DnsConfig.NamespaceId',
      'DnsConfig.RoutingPolicy',
      'DnsConfig.DnsRecords.TTL',
    ],
    keeps: {
      Type: 'found by DNS as well where it has records',
    },
    refuses: {
      'DnsConfig.DnsRecords.Type': { remedy: 'only A records are answered here: use A', unless: ['A'] },
      HealthCheckConfig: {
        remedy: 'instances are not probed here: use HealthCheckCustomConfig, which ECS keeps up to date',
      },
      ServiceAttributes: { remedy: 'services have no attributes here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

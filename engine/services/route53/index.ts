/**
 * Route 53. The control plane (zones, records, health checks) lives in us-east-1; the data plane (name
 * servers, health checkers) lives in no region and goes on without any.
 */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { ServiceDefinition } from '../contract.ts';
import { createRoute53DataPlane } from './data-plane.ts';
import { healthCheckOperations } from './health-check-operations.ts';
import { propertyFates } from './property-fates.ts';
import { createRecords } from './records.ts';
import { route53Resources } from './resources.ts';
import { zoneOperations } from './zone-operations.ts';

export const route53: ServiceDefinition = {
  name: 'route53',
  controlPlane: 'us-east-1',
  api: {
    signingName: 'route53',
    protocols: ['rest-xml'],
    sdk: () => schemasOf('@aws-sdk/client-route-53'),
  },
  types: {
    'AWS::Route53::HostedZone': { fate: 'runs', properties: propertyFates['AWS::Route53::HostedZone'] },
    'AWS::Route53::RecordSet': { fate: 'runs', properties: propertyFates['AWS::Route53::RecordSet'] },
    'AWS::Route53::RecordSetGroup': {
      fate: 'runs',
      properties: propertyFates['AWS::Route53::RecordSetGroup'],
    },
    'AWS::Route53::HealthCheck': { fate: 'runs', properties: propertyFates['AWS::Route53::HealthCheck'] },
  },
  create: (context) => {
    const records = createRecords(context);
    const operations = { ...zoneOperations(records), ...healthCheckOperations(records) };
    return {
      operations,
      resources: route53Resources(records, operations),
      start: async () => records.publishAll(),
      stop: async () => {},
      status: () => ({
        zones: records.zones
          .values()
          .map(({ id, name, records: sets }) => ({ id, name, records: sets.length })),
        healthChecks: records.healthChecks.values().length,
      }),
    };
  },
  createDataPlane: createRoute53DataPlane,
};

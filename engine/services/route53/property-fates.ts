/** Which properties of zones, records and health checks are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::Route53::HostedZone': {
    serves: ['Name', 'HostedZoneConfig'],
    keeps: {
      HostedZoneTags: 'kept with the zone',
      QueryLoggingConfig: 'queries are counted, not logged',
    },
    refuses: {
      VPCs: { remedy: 'private zones are not answered here: use Cloud Map' },
      HostedZoneFeatures: { remedy: 'answers are not signed here: leave it out' },
    },
  },
  'AWS::Route53::HealthCheck': {
    serves: ['HealthCheckConfig'],
    keeps: {
      HealthCheckTags: 'kept with the check',
      'HealthCheckConfig.MeasureLatency': 'no latency is measured',
    },
    refuses: {
      'HealthCheckConfig.RoutingControlArn': {
        remedy: 'there is no Application Recovery Controller here: use CLOUDWATCH_METRIC',
      },
    },
  },
  'AWS::Route53::RecordSet': {
    serves: [
      'Name',
      'Type',
      'TTL',
      'ResourceRecords',
      'AliasTarget',
      'SetIdentifier',
      'Failover',
      'Weight',
      'MultiValueAnswer',
      'HealthCheckId',
      'HostedZoneId',
      'HostedZoneName',
    ],
    keeps: {
      Comment: 'kept with the change',
    },
    refuses: {
      Region: {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
      GeoLocation: {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
      CidrRoutingConfig: {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
    },
  },
  'AWS::Route53::RecordSetGroup': {
    serves: [
      'HostedZoneId',
      'HostedZoneName',
      'RecordSets.Name',
      'RecordSets.Type',
      'RecordSets.TTL',
      'RecordSets.ResourceRecords',
      'RecordSets.AliasTarget',
      'RecordSets.SetIdentifier',
      'RecordSets.Failover',
      'RecordSets.Weight',
      'RecordSets.MultiValueAnswer',
      'RecordSets.HealthCheckId',
      'RecordSets.HostedZoneId',
      'RecordSets.HostedZoneName',
    ],
    keeps: {
      Comment: 'kept with the change',
    },
    refuses: {
      'RecordSets.Region': {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
      'RecordSets.GeoLocation': {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
      'RecordSets.GeoProximityLocation': {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
      'RecordSets.CidrRoutingConfig': {
        remedy:
          'answers do not depend on who asks here: use simple, failover, weighted or multivalue records',
      },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

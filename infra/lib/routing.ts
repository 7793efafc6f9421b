/**
 * The region's DNS records and health checks. `origin` and `active` are failover pairs of which each
 * region declares its own half, by the zone's name, so that no stack needs the other region's.
 *
 * The PRIMARY half is healthy only while its region passes AND the latch of the other region is
 * released: after a failover DNS stays away until an operator fails back, however well the lost region
 * looks. The SECONDARY half has its region's check; if both halves fail, Route 53 answers PRIMARY.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { FrontDoor } from './load-balancer.ts';
import * as names from './names.ts';
import type { Place, RegionalStack } from './place.ts';

export interface Routing {
  /** Health check ids by what they watch, for alarms where Route 53 publishes its metrics. */
  readonly watched: readonly { readonly region: string; readonly healthCheckId: string }[];
}

/** The least a resolver keeps the region's name, and no more: this is the controller's view of the world. */
const ACTIVE_TTL_SECONDS = '10';

export function createRouting(stack: RegionalStack, place: Place, door: FrontDoor): Routing {
  const { domain } = place.config;
  // The name that checks and the other region's controller ask: it must answer whatever the targets'
  // state is, so it does not evaluate them.
  aliasRecord(stack, 'RegionOrigin', place, door, names.regionOriginName(domain, place.region), false);
  if (place.peer === undefined) {
    aliasRecord(stack, 'Origin', place, door, names.originName(domain), true);
    return { watched: [] };
  }
  const regionCheck = createRegionCheck(stack, 'RegionCheck', place, place.region);
  const healthCheckId = place.first ? createUnlatchedCheck(stack, place.peer, regionCheck) : regionCheck;
  const half = {
    failover: place.first ? 'PRIMARY' : 'SECONDARY',
    setIdentifier: place.region,
    healthCheckId,
  };
  aliasRecord(stack, 'Origin', place, door, names.originName(domain), true, half);
  new route53.CfnRecordSet(stack, 'Active', {
    ...half,
    hostedZoneName: `${domain}.`,
    name: names.activeName(domain),
    type: 'TXT',
    ttl: ACTIVE_TTL_SECONDS,
    resourceRecords: [`"${place.region}"`],
  });
  return { watched: watchedChecks(stack, place, place.peer, regionCheck) };
}

/**
 * Route 53 publishes its metrics in us-east-1 alone, and there the check that the other region's stack
 * declares has an id we cannot know. So the stack of us-east-1 has a second check on the other region:
 * no record follows it, its alarm tells people that the standby has fallen ill.
 */
function watchedChecks(
  stack: RegionalStack,
  place: Place,
  peer: string,
  regionCheck: string,
): Routing['watched'] {
  if (place.region !== names.GLOBAL_REGION) return [];
  return [
    { region: place.region, healthCheckId: regionCheck },
    { region: peer, healthCheckId: createRegionCheck(stack, 'PeerCheck', place, peer) },
  ];
}

function createRegionCheck(stack: RegionalStack, id: string, place: Place, region: string): string {
  const { intervalSeconds, failureThreshold } = place.config.healthCheck;
  const fullyQualifiedDomainName = names.regionOriginName(place.config.domain, region);
  return new route53.CfnHealthCheck(stack, id, {
    healthCheckTags: [{ key: 'Name', value: `${region} can play its part` }],
    healthCheckConfig: {
      // HTTPS on purpose: on port 80 the redirect to HTTPS would count as healthy, always.
      type: 'HTTPS',
      fullyQualifiedDomainName,
      port: 443,
      resourcePath: '/health/region',
      enableSni: true,
      requestInterval: intervalSeconds,
      failureThreshold,
    },
  }).attrHealthCheckId;
}

function createUnlatchedCheck(stack: RegionalStack, peer: string, regionCheck: string): string {
  const latch = new route53.CfnHealthCheck(stack, 'LatchCheck', {
    healthCheckTags: [{ key: 'Name', value: `the latch of ${peer} is released` }],
    healthCheckConfig: {
      type: 'CLOUDWATCH_METRIC',
      alarmIdentifier: { name: names.LATCH_ALARM_NAME, region: peer },
      // A controller that has fallen silent neither holds nor releases anything.
      insufficientDataHealthStatus: 'LastKnownStatus',
    },
  });
  return new route53.CfnHealthCheck(stack, 'UnlatchedCheck', {
    healthCheckTags: [{ key: 'Name', value: `${stack.region} is healthy and not latched out` }],
    healthCheckConfig: {
      type: 'CALCULATED',
      childHealthChecks: [regionCheck, latch.attrHealthCheckId],
      healthThreshold: 2,
    },
  }).attrHealthCheckId;
}

function aliasRecord(
  stack: RegionalStack,
  id: string,
  place: Place,
  door: FrontDoor,
  name: string,
  evaluateTargetHealth: boolean,
  half: Partial<route53.CfnRecordSetProps> = {},
): void {
  new route53.CfnRecordSet(stack, id, {
    ...half,
    hostedZoneName: `${place.config.domain}.`,
    name,
    type: 'A',
    aliasTarget: {
      dnsName: door.balancer.loadBalancerDnsName,
      hostedZoneId: door.balancer.loadBalancerCanonicalHostedZoneId,
      evaluateTargetHealth,
    },
  });
}

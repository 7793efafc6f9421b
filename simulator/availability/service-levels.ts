// What AWS promises, and what that makes of a chain. A service level agreement is a refund, not a measurement: below it
// some of the bill comes back. It is still the only figure that AWS publishes for these services, and so the ceiling of
// what anybody may promise on top of them. https://aws.amazon.com/legal/service-level-agreements

import type { Architecture } from './year.ts';

export interface ServiceLevel {
  readonly service: string;
  readonly monthly: number;
  readonly source: string;
}

/** A month's share, applied to a year: 99.9 % of it may be missed every month. */
const YEAR_MINUTES = 365 * 24 * 60;

export const CLOUDFRONT: ServiceLevel = {
  service: 'CloudFront',
  monthly: 0.999,
  source: 'aws.amazon.com/cloudfront/sla, 5 May 2022',
};

const ROUTE_53: ServiceLevel = {
  service: 'Route 53',
  monthly: 1,
  source: 'aws.amazon.com/route53/sla',
};

const LOAD_BALANCER: ServiceLevel = {
  service: 'Elastic Load Balancing, several zones',
  monthly: 0.9999,
  source: 'aws.amazon.com/elasticloadbalancing/sla, 25 July 2022 (an ALB always spans two zones)',
};

const COMPUTE = 'aws.amazon.com/compute/sla (EC2, ECS, Fargate)';
const AURORA = 'aws.amazon.com/rds/aurora/sla, 19 May 2022';

const REGIONAL: Readonly<Record<'single-zone' | 'multi-zone', readonly ServiceLevel[]>> = {
  'single-zone': [
    LOAD_BALANCER,
    { service: 'compute, one zone (instance level)', monthly: 0.995, source: COMPUTE },
    { service: 'Aurora, one zone', monthly: 0.999, source: AURORA },
  ],
  'multi-zone': [
    LOAD_BALANCER,
    { service: 'Fargate, several zones', monthly: 0.9999, source: COMPUTE },
    { service: 'Aurora, several zones', monthly: 0.9999, source: AURORA },
  ],
};

export interface PromisedLevel {
  readonly chain: readonly ServiceLevel[];
  /** Of one region's services in series. */
  readonly regional: number;
  /** With DNS and CloudFront in front; for two regions: as if they failed apart and moving took no time. */
  readonly endToEnd: number;
  /** What the end-to-end promise lets go missing. */
  readonly minutesAYear: number;
}

export function promised(architecture: Architecture): PromisedLevel {
  const chain = REGIONAL[architecture === 'single-zone' ? 'single-zone' : 'multi-zone'];
  const regional = chain.reduce((product, { monthly }) => product * monthly, 1);
  const behind = architecture === 'multi-region' ? 1 - (1 - regional) ** 2 : regional;
  const endToEnd = CLOUDFRONT.monthly * ROUTE_53.monthly * behind;
  return {
    chain: [CLOUDFRONT, ROUTE_53, ...chain],
    regional,
    endToEnd,
    minutesAYear: (1 - endToEnd) * YEAR_MINUTES,
  };
}

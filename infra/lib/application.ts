/**
 * What may be thrown away and deployed again at any time: load balancer, service, static site, DNS
 * records with their health checks, the failover controller, alarms and dashboard of one region.
 */
import { type App, CfnOutput } from 'aws-cdk-lib';
import { createAlarms } from './alarms.ts';
import { type Controller, createController } from './controller.ts';
import { createDashboard } from './dashboard.ts';
import type { Data } from './data.ts';
import { createFrontDoor, type FrontDoor } from './load-balancer.ts';
import * as names from './names.ts';
import type { Network } from './network.ts';
import { type Place, RegionalStack } from './place.ts';
import { createRouting } from './routing.ts';
import { createService, type Storefront } from './service.ts';
import { deploySite } from './site.ts';

/** What alarms and dashboard look at. */
export interface Observed {
  readonly door: FrontDoor;
  readonly storefront: Storefront;
  readonly controller?: Controller;
}

export function application(app: App, place: Place, network: Network, data: Data): RegionalStack {
  const stack = new RegionalStack(
    app,
    names.stackName(place.region, 'App'),
    place,
    `Load balancer, service, DNS records, controller and alarms of ${place.region}`,
  );
  const door = createFrontDoor(stack, place, network, data);
  const storefront = createService(stack, place, network, data, door);
  deploySite(stack, place);
  const routing = createRouting(stack, place, door);
  const observed: Observed = {
    door,
    storefront,
    ...(place.peer === undefined || data.controller === undefined
      ? {}
      : { controller: createController(stack, place, place.peer, data.controller, data.topic, door) }),
  };
  const alarms = createAlarms(stack, place, data.topic, observed, routing);
  createDashboard(stack, place, observed, alarms);
  new CfnOutput(stack, 'LoadBalancerName', { value: door.balancer.loadBalancerDnsName });
  new CfnOutput(stack, 'OriginUrl', {
    value: `https://${names.regionOriginName(place.config.domain, place.region)}`,
  });
  return stack;
}

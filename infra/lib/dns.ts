/**
 * The hosted zone, if it is not given. Deployed first of all: the registrar must point the domain at its
 * name servers before ACM can validate any certificate.
 */
import { type App, CfnOutput, Fn, RemovalPolicy } from 'aws-cdk-lib';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Config } from '../config.ts';
import { GLOBAL_REGION } from './names.ts';
import { RegionalStack } from './place.ts';

export interface Zone {
  readonly stack: RegionalStack;
  readonly hostedZoneId: string;
}

export function zone(app: App, config: Config): Zone {
  const stack = new RegionalStack(
    app,
    'Understudy-Global-Dns',
    { config, region: GLOBAL_REGION },
    `Hosted zone of ${config.domain}`,
  );
  const hostedZone = new route53.CfnHostedZone(stack, 'Zone', {
    name: `${config.domain}.`,
    hostedZoneConfig: { comment: 'Understudy' },
  });
  hostedZone.applyRemovalPolicy(config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  new CfnOutput(stack, 'NameServers', {
    description: `Delegate ${config.domain} to these`,
    value: Fn.join(' ', hostedZone.attrNameServers),
  });
  return { stack, hostedZoneId: hostedZone.attrId };
}

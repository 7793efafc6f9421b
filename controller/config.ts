// The function's environment, typed. A missing or malformed variable is refused by its name, before anything runs.

import type { Policy } from './policy.ts';
import { readPolicy } from './policy.ts';

export interface Config {
  readonly region: string;
  readonly peerRegion: string;
  readonly domain: string;
  readonly globalClusterId: string;
  readonly selfClusterArn: string;
  readonly peerClusterArn: string;
  readonly selfClusterId: string;
  readonly ecsCluster: string;
  readonly ecsService: string;
  readonly peerEcsCluster: string;
  readonly targetGroupArn: string;
  readonly stateBucket: string;
  readonly topicArn: string;
  readonly functionName: string;
  /** Where /health/region is served over TLS; 443 unless ORIGIN_PORT says otherwise. */
  readonly originPort: number;
  readonly policy: Policy;
}

type Environment = Readonly<Record<string, string | undefined>>;

function need(env: Environment, name: string, shape: RegExp, allowed: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name}: missing; needed: ${allowed}`);
  if (!shape.test(value)) throw new Error(`${name}: ${JSON.stringify(value)}; allowed: ${allowed}`);
  return value;
}

const regionShape = /^[a-z]{2}(-[a-z]+)+-\d$/;
const domainShape = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const arnShape = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+$/;
const anyName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

function readPort(env: Environment): number {
  const text = env['ORIGIN_PORT'];
  if (text === undefined || text === '') return 443;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`ORIGIN_PORT: ${JSON.stringify(text)}; allowed: 1 to 65535`);
  return port;
}

export function readConfig(env: Environment): Config {
  const name = (variable: string): string => need(env, variable, anyName, 'a name');
  const arn = (variable: string): string => need(env, variable, arnShape, 'an ARN');
  const region = need(env, 'AWS_REGION', regionShape, 'a region such as us-west-2');
  const peerRegion = need(env, 'PEER_REGION', regionShape, 'a region such as us-east-1');
  if (region === peerRegion)
    throw new Error(`PEER_REGION: ${peerRegion} is this region; needed: the other one of the pair`);
  return Object.freeze({
    region,
    peerRegion,
    domain: need(env, 'DOMAIN', domainShape, 'a domain such as storefront.example'),
    globalClusterId: name('GLOBAL_CLUSTER_ID'),
    selfClusterArn: arn('SELF_CLUSTER_ARN'),
    peerClusterArn: arn('PEER_CLUSTER_ARN'),
    selfClusterId: name('SELF_CLUSTER_ID'),
    ecsCluster: name('ECS_CLUSTER'),
    ecsService: name('ECS_SERVICE'),
    peerEcsCluster: name('PEER_ECS_CLUSTER'),
    targetGroupArn: arn('TARGET_GROUP_ARN'),
    stateBucket: name('STATE_BUCKET'),
    topicArn: arn('TOPIC_ARN'),
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'] || 'understudy-failover',
    originPort: readPort(env),
    policy: readPolicy(env['POLICY']),
  });
}

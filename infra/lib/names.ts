/**
 * Names fixed by configuration. A stack may not reference a stack of another region, so whatever one
 * region must know of the other (and the engine, the controller and the application of either) has a
 * literal name. Regions are in names, roles never: which region is the writer changes at run time.
 */
export const APP = 'understudy';
export const GLOBAL_CLUSTER_ID = 'understudy';
export const DATABASE_NAME = 'storefront';
export const DATABASE_PORT = 3306;
export const SECRET_NAME = 'understudy/database';
export const SERVICE_NAME = 'storefront';
export const CONTAINER_PORT = 8000;
export const NAMESPACE_NAME = 'understudy.internal';
export const TOPIC_NAME = 'understudy-alerts';
export const STOREFRONT_LOG_GROUP = '/understudy/storefront';
export const CONTROLLER_LOG_GROUP = '/understudy/controller';
export const SITE_LOG_GROUP = '/understudy/site-deployment';
export const FLOW_LOG_GROUP = '/understudy/vpc-flow-logs';
export const CONTROLLER_FUNCTION_NAME = 'understudy-failover';
export const MEMORY_KEY = 'memory.json';
export const LATCH_ALARM_NAME = 'understudy-latch';
export const LATCH_METRIC = { namespace: 'Understudy/Failover', name: 'Latch' } as const;
export const STOREFRONT_NAMESPACE = 'Understudy/Storefront';

/** Where Route 53 and CloudFront keep their control planes, their metrics and their certificates. */
export const GLOBAL_REGION = 'us-east-1';

export const clusterId = (region: string) => `${APP}-${region}`;
export const clusterArn = (account: string, region: string) =>
  `arn:aws:rds:${region}:${account}:cluster:${clusterId(region)}`;
/** Global clusters belong to no region, hence the empty field. */
export const globalClusterArn = (account: string) =>
  `arn:aws:rds::${account}:global-cluster:${GLOBAL_CLUSTER_ID}`;
export const ecsClusterName = (region: string) => `${APP}-${region}`;
export const loadBalancerName = (region: string) => `${APP}-${region}`;
export const serviceArn = (account: string, region: string) =>
  `arn:aws:ecs:${region}:${account}:service/${ecsClusterName(region)}/${SERVICE_NAME}`;
export const topicArn = (account: string, region: string) => `arn:aws:sns:${region}:${account}:${TOPIC_NAME}`;

export const bucketName = (use: 'assets' | 'controller' | 'logs', account: string, region: string) =>
  `${APP}-${use}-${account}-${region}`;

export const siteName = (domain: string) => `www.${domain}`;
export const originName = (domain: string) => `origin.${domain}`;
export const activeName = (domain: string) => `active.${domain}`;
export const regionOriginName = (domain: string, region: string) => `${region}.${originName(domain)}`;

export const stackName = (region: string, part: 'Network' | 'Data' | 'App') => `Understudy-${region}-${part}`;

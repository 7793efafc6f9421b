/** The services, one line each. Nothing else in the engine knows one by name. */

import { acm } from './acm/index.ts';
import { applicationAutoscaling } from './application-autoscaling/index.ts';
import { cloudfront } from './cloudfront/index.ts';
import { cloudwatch } from './cloudwatch/index.ts';
import type { ServiceDefinition } from './contract.ts';
import { ec2 } from './ec2/index.ts';
import { ecs } from './ecs/index.ts';
import { elbv2 } from './elbv2/index.ts';
import { events } from './events/index.ts';
import { iam } from './iam/index.ts';
import { kms } from './kms/index.ts';
import { lambda } from './lambda/index.ts';
import { logs } from './logs/index.ts';
import { rds } from './rds/index.ts';
import { route53 } from './route53/index.ts';
import { s3 } from './s3/index.ts';
import { scheduler } from './scheduler/index.ts';
import { secretsmanager } from './secretsmanager/index.ts';
import { servicediscovery } from './servicediscovery/index.ts';
import { sns } from './sns/index.ts';
import { ssm } from './ssm/index.ts';
import { sts } from './sts/index.ts';

export const services: readonly ServiceDefinition[] = [
  acm,
  applicationAutoscaling,
  cloudfront,
  cloudwatch,
  ec2,
  ecs,
  elbv2,
  events,
  iam,
  kms,
  lambda,
  logs,
  rds,
  route53,
  s3,
  scheduler,
  secretsmanager,
  servicediscovery,
  sns,
  ssm,
  sts,
];

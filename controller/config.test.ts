// A wrong environment is refused by the name of what is wrong, before the first tick.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';
import { configOf, west } from './model-aws.ts';
import { defaultPolicy, readPolicy } from './policy.ts';

const env = {
  AWS_REGION: 'us-west-2',
  PEER_REGION: 'us-east-1',
  DOMAIN: 'storefront.example',
  GLOBAL_CLUSTER_ID: 'understudy',
  SELF_CLUSTER_ARN: 'arn:aws:rds:us-west-2:123456789012:cluster:understudy-us-west-2',
  PEER_CLUSTER_ARN: 'arn:aws:rds:us-east-1:123456789012:cluster:understudy-us-east-1',
  SELF_CLUSTER_ID: 'understudy-us-west-2',
  ECS_CLUSTER: 'understudy-us-west-2',
  ECS_SERVICE: 'storefront',
  PEER_ECS_CLUSTER: 'understudy-us-east-1',
  TARGET_GROUP_ARN:
    'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/storefront/0123456789abcdef',
  STATE_BUCKET: 'understudy-controller-123456789012-us-west-2',
  TOPIC_ARN: 'arn:aws:sns:us-west-2:123456789012:understudy-alerts',
};

test('a complete environment is read; what is optional has its default', () => {
  const config = readConfig(env);
  assert.equal(config.region, 'us-west-2');
  assert.equal(config.originPort, 443);
  assert.equal(config.functionName, 'understudy-failover');
  assert.deepEqual(config.policy, defaultPolicy);
  assert.equal(configOf(west).stateBucket, env.STATE_BUCKET);
});

test('every variable is needed, and its name is said', () => {
  for (const name of Object.keys(env))
    assert.throws(() => readConfig({ ...env, [name]: undefined }), new RegExp(`^Error: ${name}: missing`));
});

test('malformed values are refused with what is allowed', () => {
  assert.throws(
    () => readConfig({ ...env, PEER_REGION: 'us-west-2' }),
    /PEER_REGION: us-west-2 is this region/,
  );
  assert.throws(() => readConfig({ ...env, TOPIC_ARN: 'alerts' }), /TOPIC_ARN: "alerts"; allowed: an ARN/);
  assert.throws(() => readConfig({ ...env, DOMAIN: 'no domain' }), /DOMAIN: "no domain"/);
  assert.throws(() => readConfig({ ...env, ORIGIN_PORT: '70000' }), /ORIGIN_PORT: "70000"/);
});

test('POLICY: what is given is taken, the rest is default, a mistake is refused', () => {
  assert.equal(readPolicy('{"mode":"approve","ticksToAct":3}').ticksToAct, 3);
  assert.equal(readPolicy('').mode, 'automatic');
  assert.throws(() => readPolicy('{'), /POLICY: not JSON/);
  assert.throws(() => readPolicy('[]'), /POLICY: a JSON object is needed/);
  assert.throws(() => readPolicy('{"mode":"auto"}'), /POLICY.mode: "auto"; allowed: "automatic", "approve"/);
  assert.throws(() => readPolicy('{"ticksToAct":1}'), /POLICY.ticksToAct: 1; allowed: a number from 2 to 60/);
  assert.throws(() => readPolicy('{"ticksToAct":2.5}'), /POLICY.ticksToAct: 2.5; allowed: a whole number/);
  assert.throws(() => readPolicy('{"lagLimit":5}'), /POLICY.lagLimit: unknown; allowed: mode, ticksToAct/);
  assert.throws(() => readPolicy('{"__proto__":5, "toString": 1}'), /unknown/);
});

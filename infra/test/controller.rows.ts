/** The failover controller: when it runs, what it is told, what it may do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { application, chosen, development, pair, REGIONS } from './synthesized.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

for (const region of REGIONS) {
  const peer = REGIONS.find((other) => other !== region)!;
  const template = () => pair().template(application(region));

  test(`${region}: a function that runs alone, woken every minute, never retried`, () => {
    template().hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'understudy-failover',
      Runtime: 'nodejs24.x',
      Handler: 'handler.handler',
      ReservedConcurrentExecutions: 2,
      Timeout: 70,
      MemorySize: 256,
    });
    template().hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } })],
    });
    template().hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });

  test(`${region}: it knows both regions by name`, () => {
    const arn = (of: string) => ({
      'Fn::Join': ['', [`arn:aws:rds:${of}:`, { Ref: 'AWS::AccountId' }, `:cluster:understudy-${of}`]],
    });
    template().hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          PEER_REGION: peer,
          DOMAIN: 'storefront.example',
          GLOBAL_CLUSTER_ID: 'understudy',
          SELF_CLUSTER_ARN: arn(region),
          PEER_CLUSTER_ARN: arn(peer),
          SELF_CLUSTER_ID: `understudy-${region}`,
          ECS_CLUSTER: `understudy-${region}`,
          ECS_SERVICE: 'storefront',
          PEER_ECS_CLUSTER: `understudy-${peer}`,
          TARGET_GROUP_ARN: Match.anyValue(),
          STATE_BUCKET: Match.anyValue(),
          TOPIC_ARN: Match.anyValue(),
          POLICY: JSON.stringify({ mode: 'automatic', ticksToAct: 2, lagLimitMs: 5000 }),
        }),
      },
    });
  });

  test(`${region}: it may fail over this global database, and nothing else of RDS`, () => {
    const statement = statementWith(region, 'rds:FailoverGlobalCluster');
    assert.deepEqual(statement.Action, ['rds:FailoverGlobalCluster', 'rds:SwitchoverGlobalCluster']);
    const resources = JSON.stringify(statement.Resource);
    for (const part of [
      ':global-cluster:understudy',
      `:cluster:understudy-${region}`,
      `:cluster:understudy-${peer}`,
    ]) {
      assert.ok(resources.includes(part), part);
    }
    const writes = statements(region)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('rds:') && !action.startsWith('rds:Describe'));
    assert.deepEqual(writes, ['rds:FailoverGlobalCluster', 'rds:SwitchoverGlobalCluster']);
  });

  test(`${region}: it may scale its own region's service and only look at the other's`, () => {
    const update = JSON.stringify(statementWith(region, 'ecs:UpdateService').Resource);
    assert.ok(update.includes(`service/understudy-${region}/storefront`));
    assert.ok(!update.includes(peer));
    assert.ok(JSON.stringify(statementWith(region, 'ecs:DescribeServices').Resource).includes(peer));
  });

  test(`${region}: it may read and write one object, publish to one topic and to one metric namespace`, () => {
    assert.match(JSON.stringify(statementWith(region, 's3:PutObject').Resource), /memory\.json/);
    assert.match(JSON.stringify(statementWith(region, 'sns:Publish').Resource), /Alerts/);
    assert.deepEqual(statementWith(region, 'cloudwatch:PutMetricData').Condition, {
      StringEquals: { 'cloudwatch:namespace': 'Understudy/Failover' },
    });
  });

  test(`${region}: no control plane that lives in one region only is in its reach`, () => {
    const actions = statements(region).flatMap(({ Action }) => Action);
    assert.ok(actions.length > 10);
    assert.deepEqual(
      actions.filter((action) => /^(route53|cloudfront|iam|acm):/.test(action)),
      [],
    );
  });
}

test('whether it acts or asks is configured', () => {
  chosen()
    .template(application('us-west-2'))
    .hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ POLICY: Match.stringLikeRegexp('"mode":"approve"') }) },
    });
});

test('development: nothing to fail over to, no controller', () => {
  const functions = Object.values(development().resources(application('us-east-1'), 'AWS::Lambda::Function'));
  assert.ok(functions.every((f) => f.Properties['FunctionName'] !== 'understudy-failover'));
});

function statements(region: string): readonly Statement[] {
  const [, policy] = Object.entries(pair().resources(application(region), 'AWS::IAM::Policy')).find(([id]) =>
    id.startsWith('ControllerRole'),
  )!;
  return (policy.Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement;
}

function statementWith(region: string, action: string): Statement {
  const found = statements(region).find(({ Action }) => [Action].flat().includes(action));
  assert.ok(found !== undefined, `nothing allows ${action}`);
  return found;
}

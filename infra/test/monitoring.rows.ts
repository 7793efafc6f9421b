/** The architecture's monitoring: logs with retention, alarms, dashboards, topics, and who is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { application, chosen, data, network, pair, REGIONS } from './synthesized.ts';

/** What each alarm watches, when it says so, and what silence means. */
const ALARMS = {
  'understudy-balancer-5xx': ['HTTPCode_ELB_5XX_Count', 'GreaterThanThreshold', 5, 'notBreaching'],
  'understudy-tasks-5xx': ['HTTPCode_Target_5XX_Count', 'GreaterThanThreshold', 5, 'notBreaching'],
  'understudy-latency': ['TargetResponseTime', 'GreaterThanThreshold', 1, 'notBreaching'],
  'understudy-healthy-hosts': ['HealthyHostCount', 'LessThanThreshold', 2, 'breaching'],
  'understudy-cpu': ['CPUUtilization', 'GreaterThanThreshold', 85, 'notBreaching'],
  'understudy-replication-lag': ['AuroraGlobalDBRPOLag', 'GreaterThanThreshold', 1000, 'missing'],
  'understudy-asset-replication': ['ReplicationLatency', 'GreaterThanThreshold', 900, 'notBreaching'],
  'understudy-controller-errors': ['Errors', 'GreaterThanThreshold', 0, 'notBreaching'],
  'understudy-controller-silent': ['Invocations', 'LessThanThreshold', 1, 'breaching'],
} as const;

for (const region of REGIONS) {
  const template = () => pair().template(application(region));

  for (const [AlarmName, [MetricName, ComparisonOperator, Threshold, TreatMissingData]] of Object.entries(
    ALARMS,
  )) {
    test(`${region}: alarm ${AlarmName} on ${MetricName}; silence is ${TreatMissingData}`, () => {
      template().hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName,
        MetricName,
        ComparisonOperator,
        Threshold,
        TreatMissingData,
      });
    });
  }

  test(`${region}: every alarm tells the topic of its region, both when it starts and when it ends`, () => {
    const alarms = Object.values({
      ...pair().resources(application(region), 'AWS::CloudWatch::Alarm'),
      ...pair().resources(network(region), 'AWS::CloudWatch::Alarm'),
    });
    assert.ok(alarms.length > 9);
    for (const { Properties: alarm } of alarms) {
      for (const actions of ['AlarmActions', 'OKActions']) {
        assert.match(JSON.stringify(alarm[actions]), /Alerts|understudy-alerts/, String(alarm['AlarmName']));
      }
    }
  });

  test(`${region}: a lag that is no longer reported is told as well`, () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'understudy-replication-lag',
      Dimensions: Match.arrayWith([{ Name: 'DBClusterIdentifier', Value: `understudy-${region}` }]),
      InsufficientDataActions: [Match.anyValue()],
    });
  });

  test(`${region}: a dashboard`, () => {
    template().hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: `understudy-${region}` });
  });

  test(`${region}: a topic that alarms of this account may publish to, over TLS only`, () => {
    pair()
      .template(data(region))
      .hasResourceProperties('AWS::SNS::Topic', { TopicName: 'understudy-alerts' });
    pair()
      .template(data(region))
      .hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
            Match.objectLike({ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
          ]),
        }),
      });
  });

  test(`${region}: e-mail and SMS subscriptions from the configuration`, () => {
    const template = chosen().template(data(region));
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'owner@storefront.example',
    });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'sms', Endpoint: '+15555550100' });
  });

  test(`${region}: the application writes to a log group that forgets`, () => {
    pair().template(data(region)).hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/understudy/storefront',
      RetentionInDays: 30,
    });
  });
}

test('every log group has a retention', () => {
  for (const stack of pair().stackNames) {
    for (const [id, group] of Object.entries(pair().resources(stack, 'AWS::Logs::LogGroup'))) {
      assert.equal(group.Properties['RetentionInDays'], 30, `${stack} ${id}`);
    }
  }
});

test('health checks of both regions are alarmed on where Route 53 publishes its metrics, and only there', () => {
  for (const region of REGIONS) {
    pair()
      .template(application('us-east-1'))
      .hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `understudy-health-check-${region}`,
        Namespace: 'AWS/Route53',
        MetricName: 'HealthCheckStatus',
        TreatMissingData: 'breaching',
      });
  }
  const west = Object.values(pair().resources(application('us-west-2'), 'AWS::CloudWatch::Alarm'));
  assert.ok(west.every((alarm) => alarm.Properties['Namespace'] !== 'AWS/Route53'));
});

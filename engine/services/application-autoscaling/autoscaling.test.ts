/** How much capacity a policy wants, and what becomes of it: alarms made, services scaled, bounds kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Caller } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { applicationAutoscaling } from './index.ts';
import { decideIn, decideOut, intoBounds, type TrackingSituation } from './target-tracking.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const seen: TrackingSituation = {
  nowMs: 10_000_000,
  current: 4,
  minimum: 2,
  maximum: 10,
  metricValue: 90,
  targetValue: 70,
  scaleOutCooldownMs: 60_000,
  scaleInCooldownMs: 300_000,
};

test('out: in proportion, rounded up, to the maximum at most', () => {
  const capacity = (change: Partial<TrackingSituation>): number | string => {
    const decision = decideOut({ ...seen, ...change });
    return decision.move === 'none' ? decision.because : decision.capacity;
  };
  assert.equal(capacity({}), 6);
  assert.equal(capacity({ metricValue: 100, current: 2 }), 3);
  assert.equal(capacity({ metricValue: 700 }), 10);
  assert.match(String(capacity({ current: 10 })), /maximum/);
  assert.match(String(capacity({ current: 0 })), /no capacity/);
  assert.equal(capacity({ scaleOutBlocked: 'scaling out is suspended' }), 'scaling out is suspended');
});

test('out, in its cooldown: only for more than was added, counted from what was there before', () => {
  const lastOut = { atMs: seen.nowMs - 30_000, from: 4 };
  assert.match(decideOut({ ...seen, current: 6, lastOut }).because, /cooldown/);
  const more = decideOut({ ...seen, current: 6, lastOut, metricValue: 140 });
  assert.deepEqual([more.move, more.move === 'out' && more.capacity], ['out', 8]);
  const later = decideOut({ ...seen, current: 6, lastOut: { ...lastOut, atMs: seen.nowMs - 60_000 } });
  assert.deepEqual([later.move, later.move === 'out' && later.capacity], ['out', 8]);
});

test('in: gradually, never below the minimum, not in a cooldown and not when blocked', () => {
  const low = { ...seen, metricValue: 10 };
  const one = decideIn(low);
  assert.deepEqual([one.move, one.move === 'in' && one.capacity], ['in', 3]);
  const many = decideIn({ ...low, current: 40, maximum: 100 });
  assert.equal(many.move === 'in' && many.capacity, 36);
  assert.match(decideIn({ ...low, current: 2 }).because, /minimum/);
  assert.match(decideIn({ ...low, lastIn: { atMs: seen.nowMs - 299_000 } }).because, /cooldown/);
  assert.match(decideIn({ ...low, lastOut: { atMs: seen.nowMs - 1000, from: 1 } }).because, /cooldown/);
  assert.equal(
    decideIn({ ...low, scaleInBlocked: 'a deployment is running' }).because,
    'a deployment is running',
  );
});

test('whatever the metric, the capacity stays within its bounds and moves the way it was asked', () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat(10),
      fc.nat(10),
      (current, metricValue, minimum, span) => {
        const situation = { ...seen, current, metricValue, minimum, maximum: minimum + span };
        const out = decideOut(situation);
        if (out.move !== 'none') assert.ok(out.capacity > current && out.capacity <= minimum + span);
        const less = decideIn(situation);
        if (less.move !== 'none') assert.ok(less.capacity < current && less.capacity >= minimum);
        const inside = intoBounds(current, minimum, minimum + span) ?? current;
        assert.ok(inside >= minimum && inside <= minimum + span);
      },
    ),
  );
});

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked at by the assertions themselves
type Answer = any;

interface System {
  readonly context: TestContext;
  readonly service: Service;
  readonly web: { desiredCount: number; rolloutState: string };
  readonly readers: string[];
  readonly members: { writer: string | undefined };
  readonly alarms: Map<string, Answer>;
  call(operation: string, input: object): Promise<Answer>;
}

async function withScaling(work: (system: System) => Promise<void>): Promise<void> {
  const web = { desiredCount: 1, rolloutState: 'COMPLETED' };
  const readers = ['db-2'];
  const members: System['members'] = { writer: 'db-1' };
  const alarms = new Map<string, Answer>();
  const context = createTestContext({
    services: {
      ecs: {
        DescribeServices: () => ({
          services: [
            {
              status: 'ACTIVE',
              desiredCount: web.desiredCount,
              deployments: [{ rolloutState: web.rolloutState }],
            },
          ],
        }),
        UpdateService: (input) => {
          web.desiredCount = input.desiredCount;
        },
      },
      rds: {
        DescribeDBClusters: () => ({
          DBClusters: [
            {
              DBClusterIdentifier: 'db',
              Engine: 'aurora-mysql',
              DBClusterMembers: [
                ...(members.writer ? [{ DBInstanceIdentifier: members.writer, IsClusterWriter: true }] : []),
                ...readers.map((id) => ({ DBInstanceIdentifier: id, IsClusterWriter: false })),
              ],
            },
          ],
        }),
        DescribeDBInstances: () => ({ DBInstances: [{ DBInstanceClass: 'db.r5.large' }] }),
        CreateDBInstance: (input) => {
          assert.equal(input.DBInstanceClass, 'db.r5.large');
          readers.push(input.DBInstanceIdentifier);
        },
        DeleteDBInstance: (input) => void readers.splice(readers.indexOf(input.DBInstanceIdentifier), 1),
      },
      cloudwatch: {
        PutMetricAlarm: (input) => void alarms.set(input.AlarmName, input),
        DeleteAlarms: (input) => {
          for (const name of input.AlarmNames) alarms.delete(name);
        },
        DescribeAlarms: (input) => ({
          MetricAlarms: input.AlarmNames.map((name: string) => ({
            AlarmName: name,
            StateValue: alarms.get(name)?.state ?? 'OK',
          })),
        }),
      },
    },
  });
  const service = await applicationAutoscaling.create(context);
  try {
    await work({
      context,
      service,
      web,
      readers,
      members,
      alarms,
      call: async (operation, input) => await service.operations[operation]!(input, caller),
    });
  } finally {
    context.dispose();
  }
}

const WEB = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/c/web',
  ScalableDimension: 'ecs:service:DesiredCount',
};
const READERS = {
  ServiceNamespace: 'rds',
  ResourceId: 'cluster:db',
  ScalableDimension: 'rds:cluster:ReadReplicaCount',
};
const cpu = (type: string): object => ({
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 70,
    PredefinedMetricSpecification: { PredefinedMetricType: type },
  },
});

test('registering a target lifts it to its minimum at once', () =>
  withScaling(async ({ call, web, context }) => {
    await call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 10 });
    assert.equal(web.desiredCount, 2);
    await call('RegisterScalableTarget', { ...WEB, MinCapacity: 5 });
    assert.equal(web.desiredCount, 5);
    const { ScalingActivities } = await call('DescribeScalingActivities', { ServiceNamespace: 'ecs' });
    assert.deepEqual(ScalingActivities.map((one: Answer) => one.Description).toSorted(), [
      'Setting desired count to 2.',
      'Setting desired count to 5.',
    ]);
    assert.equal(context.entries[0]!.event, 'capacity.scaled-out');
  }));

test('a policy owns two alarms as AWS makes them; in ALARM they scale the service', () =>
  withScaling(async ({ call, web, alarms }) => {
    await call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 10 });
    const { PolicyARN } = await call('PutScalingPolicy', {
      ...WEB,
      PolicyName: 'cpu',
      ...cpu('ECSServiceAverageCPUUtilization'),
    });
    const [high, low] = [...alarms.values()];
    assert.match(high.AlarmName, /^TargetTracking-service\/c\/web-AlarmHigh-[0-9a-f-]{36}$/);
    assert.deepEqual(
      [high.Threshold, high.EvaluationPeriods, high.ComparisonOperator],
      [70, 3, 'GreaterThanThreshold'],
    );
    assert.deepEqual(
      [low.Threshold, low.EvaluationPeriods, low.ComparisonOperator],
      [63, 15, 'LessThanThreshold'],
    );
    assert.deepEqual(high.AlarmActions, [PolicyARN]);
    assert.deepEqual(high.Dimensions, [
      { Name: 'ClusterName', Value: 'c' },
      { Name: 'ServiceName', Value: 'web' },
    ]);
    const act = (alarm: Answer, MetricValue: number): Promise<Answer> =>
      call('ExecuteAlarmAction', {
        PolicyARN,
        AlarmName: alarm.AlarmName,
        NewStateValue: 'ALARM',
        MetricValue,
      });
    await act(high, 100);
    assert.equal(web.desiredCount, 3);
    await act(high, 100);
    assert.equal(web.desiredCount, 3, 'the cooldown holds it');
    assert.match((await act(low, 5)).Because, /cooldown/);
    await call('PutScalingPolicy', { ...WEB, PolicyName: 'cpu', ...cpu('ECSServiceAverageCPUUtilization') });
    assert.equal(alarms.size, 2, 'the same alarms');
    await call('DeregisterScalableTarget', WEB);
    assert.equal(alarms.size, 0);
  }));

test('nothing is taken away during a deployment, nor while another policy objects', () =>
  withScaling(async ({ call, web, alarms }) => {
    web.desiredCount = 5;
    await call('RegisterScalableTarget', { ...WEB, MinCapacity: 2, MaxCapacity: 10 });
    const first = await call('PutScalingPolicy', {
      ...WEB,
      PolicyName: 'cpu',
      ...cpu('ECSServiceAverageCPUUtilization'),
    });
    await call('PutScalingPolicy', {
      ...WEB,
      PolicyName: 'memory',
      ...cpu('ECSServiceAverageMemoryUtilization'),
    });
    const low = first.Alarms[1].AlarmName;
    const act = (): Promise<Answer> =>
      call('ExecuteAlarmAction', {
        PolicyARN: first.PolicyARN,
        AlarmName: low,
        NewStateValue: 'ALARM',
        MetricValue: 5,
      });
    web.rolloutState = 'IN_PROGRESS';
    assert.equal((await act()).Because, 'a deployment is running');
    web.rolloutState = 'COMPLETED';
    assert.equal((await act()).Because, 'policy memory does not agree');
    for (const alarm of alarms.values()) alarm.state = 'ALARM';
    await act();
    assert.equal(web.desiredCount, 4);
  }));

test('Aurora readers come and go, and only those that scaling made go', () =>
  withScaling(async ({ call, readers }) => {
    await call('RegisterScalableTarget', { ...READERS, MinCapacity: 1, MaxCapacity: 3 });
    const { PolicyARN, Alarms } = await call('PutScalingPolicy', {
      ...READERS,
      PolicyName: 'cpu',
      ...cpu('RDSReaderAverageCPUUtilization'),
    });
    await call('ExecuteAlarmAction', {
      PolicyARN,
      AlarmName: Alarms[0].AlarmName,
      NewStateValue: 'ALARM',
      MetricValue: 95,
    });
    assert.equal(readers.length, 2);
    assert.match(readers[1]!, /^application-autoscaling-/);
    await call('RegisterScalableTarget', { ...READERS, MaxCapacity: 1 });
    assert.deepEqual(readers, ['db-2']);
    await call('RegisterScalableTarget', { ...READERS, MinCapacity: 0, MaxCapacity: 0 });
    const { ScalingActivities } = await call('DescribeScalingActivities', { ServiceNamespace: 'rds' });
    const failed = ScalingActivities.find((one: Answer) => one.StatusCode === 'Failed');
    assert.match(failed.StatusMessage, /none of the readers was made by Auto Scaling/);
  }));

test('a cluster that has become a secondary, and readers that scaling did not make, are left alone', () =>
  withScaling(async ({ call, members, readers, context }) => {
    await call('RegisterScalableTarget', { ...READERS, MinCapacity: 0, MaxCapacity: 3 });
    const { PolicyARN, Alarms } = await call('PutScalingPolicy', {
      ...READERS,
      PolicyName: 'cpu',
      ...cpu('RDSReaderAverageCPUUtilization'),
    });
    const act = (alarm: { readonly AlarmName: string }, MetricValue: number): Promise<Answer> =>
      call('ExecuteAlarmAction', {
        PolicyARN,
        AlarmName: alarm.AlarmName,
        NewStateValue: 'ALARM',
        MetricValue,
      });
    assert.match((await act(Alarms[1], 1)).Because, /none of the readers was made by Auto Scaling/);
    members.writer = undefined;
    assert.match((await act(Alarms[0], 99)).Because, /secondary cluster/);
    assert.match((await act(Alarms[1], 1)).Because, /secondary cluster/);
    assert.deepEqual(readers, ['db-2']);
    assert.deepEqual(context.entries, [], 'nothing to tell: nothing was tried');
  }));

test('mistakes are refused, and a template can be repeated and deleted twice', () =>
  withScaling(async ({ call, service, alarms, web }) => {
    await assert.rejects(call('RegisterScalableTarget', { ...WEB, MinCapacity: 3, MaxCapacity: 2 }), {
      name: 'ValidationException',
    });
    await assert.rejects(call('PutScalingPolicy', { ...WEB, PolicyName: 'x' }), {
      name: 'ObjectNotFoundException',
    });
    const request = {
      stack: { name: 's', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/s/1' },
      logicalId: 'T',
      clientToken: 't',
      progress: () => {},
    };
    const targets = service.resources['AWS::ApplicationAutoScaling::ScalableTarget']!;
    const policies = service.resources['AWS::ApplicationAutoScaling::ScalingPolicy']!;
    const target = await targets.create({
      ...request,
      properties: { ...WEB, MinCapacity: 2, MaxCapacity: 4 },
    });
    assert.equal(target.physicalId, 'service/c/web|ecs:service:DesiredCount|ecs');
    assert.equal(web.desiredCount, 2);
    const properties = {
      PolicyName: 'cpu',
      ScalingTargetId: target.physicalId,
      ...cpu('ECSServiceAverageCPUUtilization'),
    };
    const policy = await policies.create({ ...request, properties });
    assert.deepEqual(await policies.create({ ...request, properties }), policy);
    assert.equal(alarms.size, 2);
    await policies.delete({ ...request, properties, existing: policy });
    await policies.delete({ ...request, properties, existing: policy });
    await targets.delete({ ...request, properties: {}, existing: target });
    await targets.delete({ ...request, properties: {}, existing: target });
    assert.equal(alarms.size, 0);
  }));

/** What ECS does next: small situations by hand, whole rollouts by a model that lets tasks live and die. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { advance, begin, breakerThreshold, taskFailed, taskHealthy } from './deployment.ts';
import type { ServiceRecord } from './model.ts';
import { type Action, reconcile, type Situation, startBackoffMs, type TaskView } from './reconciliation.ts';

const subnets = ['a', 'b', 'c'].map((zone) => ({ subnetId: `subnet-${zone}`, zone }));
const base: Situation = {
  nowMs: 1_000_000,
  desiredCount: 2,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  gracePeriodMs: 0,
  primaryDeploymentId: 'new',
  startNotBeforeMs: 0,
  subnets,
  tasks: [],
};

function task(id: string, change: Partial<TaskView> = {}): TaskView {
  return {
    id,
    deploymentId: 'new',
    zone: 'a',
    running: true,
    health: 'HEALTHY',
    createdAtMs: 0,
    startedAtMs: 0,
    ...change,
  };
}

function said(actions: readonly Action[]): string[] {
  return actions.map((one) => (one.kind === 'start' ? `start in ${one.zone}` : `stop ${one.taskId}`));
}

test('nothing runs: the wanted tasks start, in different zones', () => {
  assert.deepEqual(said(reconcile({ ...base, desiredCount: 4 })), [
    'start in a',
    'start in b',
    'start in c',
    'start in a',
  ]);
});

test('all is well: nothing to do', () => {
  assert.deepEqual(reconcile({ ...base, tasks: [task('1'), task('2', { zone: 'b' })] }), []);
});

test('a task is gone: one starts in the zone that lost it', () => {
  const tasks = [task('1', { zone: 'a' }), task('2', { zone: 'c' })];
  assert.deepEqual(said(reconcile({ ...base, desiredCount: 3, tasks })), ['start in b']);
});

test('after failed starts, the next one waits', () => {
  assert.deepEqual(reconcile({ ...base, startNotBeforeMs: base.nowMs + 1 }), []);
  assert.deepEqual([0, 1, 2, 3, 4, 20].map(startBackoffMs), [0, 0, 10_000, 20_000, 40_000, 900_000]);
});

test('an unhealthy task is replaced before it is stopped', () => {
  const sick = task('sick', { health: 'UNHEALTHY' });
  const well = task('well', { zone: 'b' });
  assert.deepEqual(said(reconcile({ ...base, tasks: [sick, well] })), ['start in c']);
  const starting = task('next', { zone: 'c', running: false, health: 'UNKNOWN' });
  assert.deepEqual(said(reconcile({ ...base, tasks: [sick, well, starting] })), []);
  assert.deepEqual(said(reconcile({ ...base, tasks: [sick, well, task('next', { zone: 'c' })] })), [
    'stop sick',
  ]);
});

test('without room for a replacement, the unhealthy task goes first', () => {
  const tasks = [task('sick', { health: 'UNHEALTHY' }), task('well')];
  assert.deepEqual(said(reconcile({ ...base, maximumPercent: 100, tasks })), ['stop sick']);
});

test('within the grace period nothing counts against a task', () => {
  const young = task('young', { health: 'UNHEALTHY', startedAtMs: base.nowMs - 30_000 });
  assert.deepEqual(reconcile({ ...base, gracePeriodMs: 60_000, tasks: [young, task('2')] }), []);
});

test('too many: what serves least goes, then what crowds its zone', () => {
  const tasks = [
    task('1', { zone: 'a' }),
    task('2', { zone: 'a', createdAtMs: 5 }),
    task('3', { zone: 'b' }),
    task('4', { zone: 'c', running: false, health: 'UNKNOWN' }),
  ];
  assert.deepEqual(said(reconcile({ ...base, tasks })), ['stop 4', 'stop 2']);
});

test('a rolling update never goes below the minimum nor above the maximum, and ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.constantFrom([100, 200], [50, 100], [50, 200], [100, 150], [0, 100]),
      fc.infiniteStream(fc.nat(9)),
      (desiredCount, [minimumHealthyPercent, maximumPercent], luck) => {
        // 100 % of one task with room for half a task more can never move, on AWS as here.
        fc.pre(
          Math.floor((desiredCount * maximumPercent!) / 100) >
            Math.ceil((desiredCount * minimumHealthyPercent!) / 100),
        );
        let tasks = Array.from({ length: desiredCount }, (_unused, index) =>
          task(`old-${index}`, { deploymentId: 'old', zone: 'abc'[index % 3]! }),
        );
        let made = 0;
        for (let step = 0; step < 400; step++) {
          const situation = {
            ...base,
            desiredCount,
            minimumHealthyPercent: minimumHealthyPercent!,
            maximumPercent: maximumPercent!,
            tasks,
          };
          for (const action of reconcile(situation)) {
            if (action.kind === 'stop') tasks = tasks.filter((one) => one.id !== action.taskId);
            else
              tasks = [
                ...tasks,
                task(`new-${made++}`, { zone: action.zone, running: false, health: 'UNKNOWN' }),
              ];
          }
          const healthy = tasks.filter((one) => one.running && one.health === 'HEALTHY').length;
          assert.ok(
            healthy >= Math.ceil((desiredCount * minimumHealthyPercent!) / 100),
            `${healthy} healthy`,
          );
          assert.ok(
            tasks.length <= Math.floor((desiredCount * maximumPercent!) / 100),
            `${tasks.length} exist`,
          );
          const waiting = tasks.filter((one) => one.health === 'UNKNOWN');
          const next = waiting[luck.next().value % Math.max(1, waiting.length)];
          tasks = tasks.map((one) => (one === next ? { ...one, running: true, health: 'HEALTHY' } : one));
          if (
            tasks.length === desiredCount &&
            tasks.every((one) => one.deploymentId === 'new' && one.running)
          )
            return;
        }
        assert.fail('the update did not end');
      },
    ),
    { numRuns: 200 },
  );
});

const service: ServiceRecord = {
  name: 'web',
  arn: 'arn:service',
  clusterArn: 'arn:aws:ecs:us-east-1:0:cluster/c',
  status: 'ACTIVE',
  desiredCount: 2,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: { enable: true, rollback: true },
  gracePeriodSeconds: 0,
  subnets: [],
  securityGroups: [],
  assignPublicIp: false,
  loadBalancers: [],
  serviceRegistries: [],
  deployments: [],
  throttle: { failures: 0, notBeforeMs: 0 },
  events: [],
  createdAtMs: 0,
  tags: [],
};
const never = (): string => assert.fail('no new deployment is wanted');

test('the circuit breaker trips at half the desired count, but at 3 to 200', () => {
  assert.deepEqual([1, 2, 6, 7, 10, 1000].map(breakerThreshold), [3, 3, 3, 4, 5, 200]);
});

test('a deployment completes when all its tasks are healthy and no older ones are left', () => {
  const moving = begin(begin(service, 'd1', 'td:1', 0, ''), 'd2', 'td:2', 1, '');
  const half = advance(moving, { healthy: { d2: 2 }, existing: { d1: 1, d2: 2 } }, 2, never);
  assert.deepEqual(half.changes, []);
  const done = advance(half.service, { healthy: { d2: 2 }, existing: { d2: 2 } }, 3, never);
  assert.equal(done.changes[0]?.event, 'deployment.completed');
  assert.equal(done.service.lastCompletedTaskDefinitionArn, 'td:2');
  assert.deepEqual(
    done.service.deployments.map((one) => `${one.id} ${one.status} ${one.rolloutState}`),
    ['d2 PRIMARY COMPLETED'],
  );
});

test('a deployment whose tasks fail goes back to the last completed task definition', () => {
  const completed = advance(
    begin(service, 'd1', 'td:1', 0, ''),
    { healthy: { d1: 2 }, existing: { d1: 2 } },
    1,
    never,
  );
  let broken = begin(completed.service, 'd2', 'td:2', 2, '');
  for (let count = 0; count < 3; count++) broken = taskFailed(broken, 'd2');
  const back = advance(broken, { healthy: { d1: 2 }, existing: { d1: 2, d2: 1 } }, 3, () => 'd3');
  assert.deepEqual(
    back.changes.map((one) => one.event),
    ['deployment.failed', 'deployment.rolled-back'],
  );
  const [primary, failed] = back.service.deployments;
  assert.deepEqual([primary?.id, primary?.taskDefinitionArn, primary?.status], ['d3', 'td:1', 'PRIMARY']);
  assert.deepEqual([failed?.id, failed?.rolloutState, failed?.status], ['d2', 'FAILED', 'ACTIVE']);
});

test('with nothing to go back to, the deployment fails and stays; one healthy task clears the count', () => {
  let first = begin(service, 'd1', 'td:1', 0, '');
  for (let count = 0; count < 2; count++) first = taskFailed(first, 'd1');
  first = taskHealthy(first, 'd1');
  for (let count = 0; count < 2; count++) first = taskFailed(first, 'd1');
  assert.deepEqual(advance(first, { healthy: {}, existing: {} }, 1, never).changes, []);
  const stuck = advance(taskFailed(first, 'd1'), { healthy: {}, existing: {} }, 1, never);
  assert.deepEqual(
    stuck.changes.map((one) => one.event),
    ['deployment.failed'],
  );
  assert.equal(stuck.service.deployments.length, 1);
});

/**
 * ECS as it is: real processes from an image asset, on addresses of their own, behind a target group whose
 * checks are real requests.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { startTicksOf } from '../../guest/proc.ts';
import { until } from '../test-until.ts';
import type { TaskRecord } from './model.ts';
import { type Answer, createWeb, definition, PORT, steady, system } from './scene.ts';

test('a service comes up over two zones, and a task knows its secrets, its role and itself', async () => {
  const one = await system();
  try {
    await createWeb(one);
    await steady(one);
    const tasks = await one.tasks();
    assert.deepEqual(tasks.map((task) => task.availabilityZone).toSorted(), ['us-east-1a', 'us-east-1b']);
    const facts = (await (await fetch(`http://${one.addressOf(tasks[0])}:${PORT}/facts`)).json()) as Answer;
    assert.equal(facts.address, one.addressOf(tasks[0]), 'it listens on its own address alone');
    assert.equal(facts.secret, 'of arn:aws:secretsmanager:us-east-1:000000000000:secret:db');
    assert.equal(facts.greeting, 'image');
    assert.equal(facts.task.TaskARN, tasks[0].taskArn);
    assert.equal(facts.task.AvailabilityZone, tasks[0].availabilityZone);
    assert.equal(facts.role.AccessKeyId, 'ASIATEST');
    assert.equal(facts.role.RoleArn, 'arn:aws:iam::000000000000:role/web-role');
    assert.equal(facts.stranger, 403);
    await until(
      'the log lines',
      async () => one.logs.filter((line) => line === 'listening as image').length === 2,
    );
  } finally {
    await one.end();
  }
  assert.ok(one.logs.includes('leaving'), 'SIGTERM reached the task before the end');
});

test('a killed task is replaced by another, at another address, and the timeline says why', async () => {
  const one = await system();
  try {
    await createWeb(one);
    await steady(one);
    const [victim] = await one.tasks();
    const { tasks } = one.service.status!() as { tasks: { arn: string; pid: number }[] };
    process.kill(tasks.find((task) => task.arn === victim.taskArn)!.pid, 'SIGKILL');
    await until('the replacement', async () => {
      const now = await one.tasks();
      return now.length === 2 && now.every((task) => task.taskArn !== victim.taskArn);
    });
    await steady(one);
    const replaced = one.context.entries.find((entry) => entry.event === 'task.replaced');
    assert.equal(replaced?.subject, victim.taskArn);
    assert.match(replaced!.because, /ended by SIGKILL/);
    const { tasks: old } = await one.call('DescribeTasks', { cluster: 'c', tasks: [victim.taskArn] });
    assert.equal(old[0].containers[0].exitCode, 137);
    assert.equal(old[0].stopCode, 'EssentialContainerExited');
    assert.equal(one.registered.size, 2, 'its target is gone');
  } finally {
    await one.end();
  }
});

test('a new task definition rolls out without fewer than two healthy tasks; one that cannot start rolls back', async () => {
  const one = await system();
  try {
    await createWeb(one);
    await steady(one);
    const update = async (container: object): Promise<void> => {
      const { taskDefinition } = await one.call('RegisterTaskDefinition', definition({}, container));
      await one.call('UpdateService', {
        cluster: 'c',
        service: 'web',
        taskDefinition: taskDefinition.taskDefinitionArn,
      });
    };
    let fewest = 2;
    const watch = setInterval(async () => {
      const healthy = (await one.tasks()).filter((task) => task.healthStatus === 'HEALTHY').length;
      fewest = Math.min(fewest, healthy);
    }, 20);
    await update({ environment: [{ name: 'GREETING', value: 'second' }] });
    const second = await steady(one);
    clearInterval(watch);
    assert.equal(fewest, 2);
    assert.match(second.taskDefinition, /web:2$/);
    await update({ image: 'broken' });
    await until('the rollback', async () =>
      one.context.entries.some((entry) => entry.event === 'deployment.rolled-back'),
    );
    const back = await steady(one);
    assert.match(back.taskDefinition, /web:2$/);
    assert.equal((await one.tasks()).length, 2);
  } finally {
    await one.end();
  }
});

test('scaling up and down follows the desired count, and a stopped service leaves nothing', async () => {
  const one = await system();
  try {
    await createWeb(one, { desiredCount: 1 });
    await steady(one, 1);
    await one.call('UpdateService', { cluster: 'c', service: 'web', desiredCount: 3 });
    await steady(one, 3);
    await one.call('UpdateService', { cluster: 'c', service: 'web', desiredCount: 1 });
    await steady(one, 1);
    const scaled = one.context.entries.filter((entry) => entry.event === 'service.scaled');
    assert.deepEqual(
      scaled.map((entry) => entry.data),
      [
        { from: 1, to: 3 },
        { from: 3, to: 1 },
      ],
    );
    await one.call('DeleteService', { cluster: 'c', service: 'web', force: true });
    await until('the service to be gone', async () => {
      const { services } = await one.call('DescribeServices', { cluster: 'c', services: ['web'] });
      return services[0].status === 'INACTIVE';
    });
    assert.deepEqual(await one.tasks(), []);
    assert.equal(one.registered.size, 0);
  } finally {
    await one.end();
  }
});

test('after the region was lost, fresh tasks run and a stray of the earlier life is gone', async () => {
  const one = await system();
  try {
    await createWeb(one);
    await steady(one);
    const before = await one.tasks();
    await one.service.stop();
    const stray = spawn('sleep', ['60'], { stdio: 'ignore' });
    const strayEnded = new Promise((done) => stray.once('exit', (_code, signal) => done(signal)));
    const records = one.context.store.table<TaskRecord>('tasks');
    const [first] = records.values();
    records.put(first!.id, { ...first!, pid: stray.pid!, pidStartTicks: startTicksOf(stray.pid!)! });
    await one.life();
    assert.equal(await strayEnded, 'SIGKILL');
    await steady(one);
    const now = await one.tasks();
    for (const old of before) assert.ok(now.every((task) => task.taskArn !== old.taskArn));
    assert.equal(one.registered.size, 2, 'the targets of the earlier life are gone');
  } finally {
    await one.end();
  }
});

test('what can never run is refused where it is declared', async () => {
  const one = await system();
  try {
    const refused = (input: object, message: RegExp): Promise<void> =>
      assert.rejects(one.call('RegisterTaskDefinition', input), message);
    await refused(
      definition({}, { image: 'nginx:latest' }),
      /nginx:latest, which no asset of this app builds/,
    );
    await refused(
      definition({
        containerDefinitions: [
          { name: 'a', image: 'web' },
          { name: 'b', image: 'web' },
        ],
      }),
      /2 essential containers \(a, b\)/,
    );
    await assert.rejects(one.call('DescribeServices', { cluster: 'nowhere', services: ['x'] }), {
      name: 'ClusterNotFoundException',
    });
  } finally {
    await one.end();
  }
});

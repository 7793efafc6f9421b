/** What goes on beside requests: health, draining, healing, restarts, figures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DescribeTargetHealthCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { elbv2 } from './index.ts';
import { application, balancer, cleanups, healthy, ok, url, waitFor } from './test-balancer.ts';

test('health: one success after registration, thresholds afterwards, and DNS hears of it', async () => {
  const lb = await balancer({ speed: 50 });
  let status = 200;
  const app = await application(lb.target, (_request, response) => void response.writeHead(status).end());
  const document = (): { healthy: boolean } =>
    lb.context.published.get(`route53/name/${lb.dnsName.toLowerCase()}`) as never;
  assert.equal(document().healthy, false);
  await lb.register(app.port);
  await healthy(lb);
  await waitFor('DNS says healthy', () => document().healthy);
  status = 503;
  await waitFor('unhealthy', async () => (await lb.states())[0] === 'unhealthy');
  await waitFor('DNS says unhealthy', () => !document().healthy);
  // On a busy machine a check may time out first; the next one finds the answer.
  await waitFor('its answer is the reason', async () => {
    const { TargetHealthDescriptions } = await lb.call<DescribeTargetHealthCommandOutput>(
      'DescribeTargetHealth',
      { TargetGroupArn: lb.groupArn },
    );
    const { Reason, Description } = TargetHealthDescriptions![0]!.TargetHealth!;
    return Reason === 'Target.ResponseCodeMismatch' && Description!.includes('[503]');
  });
  // Fail open: the only target answers although it is unhealthy.
  assert.equal((await fetch(url(lb))).status, 503);
  assert.equal((await fetch(url(lb))).headers.get('server'), null);
  status = 200;
  await healthy(lb);
  const changes = lb.context.entries.filter((entry) => entry.event === 'target.health-changed');
  assert.deepEqual(
    changes.map((entry) => (entry.data as { to: string }).to),
    ['healthy', 'unhealthy', 'healthy'],
  );
});

test('draining: requests under way finish, new ones go elsewhere, late ones are cut with 502', async () => {
  const lb = await balancer({ speed: 10, groupAttributes: { 'deregistration_delay.timeout_seconds': '10' } });
  const held: (() => void)[] = [];
  const slow = await application(lb.target, (request, response) => {
    if (request.url === '/health') response.end();
    else held.push(() => response.end('slow'));
  });
  await lb.register(slow.port);
  await healthy(lb);
  const finishing = fetch(url(lb));
  const late = fetch(url(lb));
  await waitFor('both are under way', () => held.length === 2);
  await lb.call('DeregisterTargets', {
    TargetGroupArn: lb.groupArn,
    Targets: [{ Id: lb.vpcTarget, Port: slow.port }],
  });
  assert.deepEqual(await lb.states(), ['draining']);
  assert.equal((await fetch(url(lb))).status, 503);
  held[0]!();
  const answers = await Promise.all([finishing, late]);
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 502]);
  await waitFor('the record is gone', async () => (await lb.states()).length === 0);
});

test('a listener whose socket is lost opens again', async () => {
  const lb = await balancer();
  const app = await application(lb.target, ok);
  await lb.register(app.port);
  await healthy(lb);
  const lost = (process as unknown as { _getActiveHandles(): unknown[] })
    ._getActiveHandles()
    .find((handle) => {
      const server = handle as {
        address?: () => { address?: string } | null;
        close?: () => void;
        listening?: boolean;
      };
      return server.listening && server.address?.()?.address === lb.nodes[0]!.address;
    }) as { close(): void };
  lost.close();
  await waitFor('it is noticed', () => lb.context.entries.some((entry) => entry.event === 'listener.lost'));
  await waitFor('it answers', async () => (await fetch(url(lb)).catch(() => undefined))?.status === 200);
});

test('records outlive the process: a new runtime serves and probes as before', async () => {
  const lb = await balancer();
  const app = await application(lb.target, ok);
  await lb.register(app.port);
  await healthy(lb);
  await lb.service.stop();
  const again = await elbv2.create(lb.context);
  await again.start();
  cleanups.push(() => again.stop());
  assert.equal((await fetch(url(lb))).status, 200);
  await waitFor('healthy anew', () => JSON.stringify(again.status?.()).includes('"state":"healthy"'));
});

test('figures of a minute', async () => {
  const lb = await balancer({ speed: 60 });
  const app = await application(lb.target, ok);
  await lb.register(app.port);
  await healthy(lb);
  for (let index = 0; index < 3; index++) await (await fetch(url(lb))).text();
  const value = (name: string, dimensions: string): number =>
    lb.metrics
      .filter(
        (datum) => datum.MetricName === name && datum.Dimensions.map((one) => one.Name).join() === dimensions,
      )
      .reduce((sum, datum) => sum + (datum.Value ?? 0), 0);
  await waitFor('three requests are reported', () => value('RequestCount', 'LoadBalancer') === 3);
  assert.equal(value('HTTPCode_Target_2XX_Count', 'LoadBalancer'), 3);
  assert.equal(value('HTTPCode_ELB_5XX_Count', 'LoadBalancer'), 0);
  await waitFor('hosts are reported', () => value('HealthyHostCount', 'TargetGroup,LoadBalancer') >= 1);
});

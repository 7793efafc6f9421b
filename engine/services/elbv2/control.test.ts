/** What callers and templates may say: rules, refusals, resources. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateTargetGroupCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Json } from '../contract.ts';
import { balancer, house, url } from './test-balancer.ts';

test('rules: by path, by header, fixed answers, in order of priority', async () => {
  const lb = await balancer();
  const { Listeners } = await lb.call<{ Listeners: { ListenerArn: string }[] }>('DescribeListeners', {
    LoadBalancerArn: lb.arn,
  });
  const fixed = (status: string, body: string): object => ({
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: status, ContentType: 'text/plain', MessageBody: body },
  });
  const rule = (Priority: number, condition: object, action: object): Promise<unknown> =>
    lb.call('CreateRule', {
      ListenerArn: Listeners[0]!.ListenerArn,
      Priority,
      Conditions: [condition],
      Actions: [action],
    });
  await rule(20, { Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }, fixed('200', 'api'));
  await rule(
    10,
    { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Key', Values: ['wrong'] } },
    fixed('403', 'no'),
  );
  assert.equal(await (await fetch(url(lb, '/api/x'))).text(), 'api');
  assert.equal((await fetch(url(lb, '/api/x'), { headers: { 'x-key': 'wrong' } })).status, 403);
  assert.equal((await fetch(url(lb, '/other'))).status, 503);
  await assert.rejects(rule(10, { Field: 'path-pattern', Values: ['/'] }, fixed('200', '')), {
    name: 'PriorityInUse',
  });
});

test('what does not run here is refused in words', async () => {
  const { call } = await house();
  const group = { Name: 'g', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' };
  const { TargetGroups } = await call<CreateTargetGroupCommandOutput>('CreateTargetGroup', group);
  const attribute = (Key: string, Value: string): Promise<unknown> =>
    call('ModifyTargetGroupAttributes', {
      TargetGroupArn: TargetGroups![0]!.TargetGroupArn,
      Attributes: [{ Key, Value }],
    });
  await assert.rejects(
    attribute('stickiness.enabled', 'true'),
    /'stickiness.enabled' takes false here, found 'true'/,
  );
  await assert.rejects(attribute('nonsense', '1'), /not recognized/);
  await assert.rejects(
    call('CreateTargetGroup', { ...group, Name: 'h', TargetType: 'lambda' }),
    /'lambda' do not run/,
  );
  await assert.rejects(
    call('CreateLoadBalancer', { Name: 'n', Type: 'network', Subnets: ['subnet-0', 'subnet-1'] }),
    /'network'/,
  );
});

test('resources: attributes as CloudFormation returns them, repeatable, deletable', async () => {
  const { service, third } = await house();
  const request = (logicalId: string, properties: Record<string, unknown>) => ({
    stack: { name: 'App', id: 'arn:aws:cloudformation:us-east-1:000000000000:stack/App/1' },
    logicalId,
    properties,
    clientToken: `token-${third}-${logicalId}`,
    progress: () => {},
  });
  const handler = (type: string) => service.resources[`AWS::ElasticLoadBalancingV2::${type}`]!;
  const asked = request('Balancer', {
    Name: `cfn-${third}`,
    Subnets: ['subnet-0', 'subnet-1'],
    SecurityGroups: ['sg-1'],
    LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
  });
  const made = await handler('LoadBalancer').create(asked);
  assert.deepEqual(await handler('LoadBalancer').create(asked), made);
  assert.match(
    made.attributes['DNSName'] as string,
    new RegExp(`^cfn-${third}-\\d+\\.us-east-1\\.elb\\.amazonaws\\.com$`),
  );
  assert.match(
    made.attributes['LoadBalancerFullName'] as string,
    new RegExp(`^app/cfn-${third}/[0-9a-f]{16}$`),
  );
  const group = await handler('TargetGroup').create(
    request('Targets', { Port: 8000, Protocol: 'HTTP', TargetType: 'ip', VpcId: 'vpc-1' }),
  );
  assert.match(
    group.attributes['TargetGroupFullName'] as string,
    /^targetgroup\/App-Targe-[0-9A-Z]+\/[0-9a-f]{16}$/,
  );
  const open = await handler('Listener').create(
    request('Http', {
      LoadBalancerArn: made.physicalId,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group.physicalId }],
    }),
  );
  assert.equal(open.attributes['ListenerArn'], open.physicalId);
  const remove = async (type: string, existing: typeof made): Promise<void> =>
    await handler(type).delete({ ...request('x', {}), existing });
  await assert.rejects(remove('TargetGroup', group), { name: 'ResourceInUse' });
  for (const [type, existing] of [
    ['Listener', open],
    ['TargetGroup', group],
    ['LoadBalancer', made],
  ] as const) {
    await remove(type, existing);
    await remove(type, existing);
  }
  assert.deepEqual(service.status?.() as Json, []);
});

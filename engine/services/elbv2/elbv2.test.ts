/** Load balancers on real sockets, through their own API: targets that fail in every way, and clients. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, createServer as createTcp, type Socket } from 'node:net';
import { after, test } from 'node:test';
import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeTargetHealthCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Caller, Operations } from '../../wire/types.ts';
import type { Json, Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { elbv2 } from './index.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** EC2 as far as a load balancer asks: two subnets in two zones, an address of them per interface. */
function subnets(third: number): Operations {
  const all = [0, 1].map((index) => ({
    SubnetId: `subnet-${index}`,
    VpcId: 'vpc-1',
    AvailabilityZone: `us-east-1${'ab'[index]}`,
    CidrBlock: `10.0.${third + index}.0/24`,
  }));
  let host = 4;
  return {
    DescribeSubnets: () => ({ Subnets: all }),
    CreateNetworkInterface: ({ SubnetId }: { SubnetId: string }) => ({
      NetworkInterface: {
        NetworkInterfaceId: `eni-${SubnetId}`,
        PrivateIpAddress: `10.0.${third + Number(SubnetId.slice(-1))}.${host++}`,
      },
    }),
    DeleteNetworkInterface: () => ({}),
  };
}

interface House {
  readonly context: TestContext;
  readonly service: Service;
  readonly metrics: { MetricName: string; Dimensions: { Name: string; Value: string }[]; Value?: number }[];
  call<O>(operation: string, input: object): Promise<O>;
}

/** Every test has its own third octets, so that addresses never meet; targets listen on the test's own. */
let thirds = 2 + (process.pid % 100) * 2;

async function house(speed = 1): Promise<House & { third: number }> {
  const third = thirds++ * 1;
  thirds++;
  const metrics: House['metrics'] = [];
  const context = createTestContext({
    speed,
    services: {
      ec2: subnets(third),
      acm: {
        ExportCertificate: async ({ CertificateArn }: { CertificateArn: string }) => {
          const pair = await context.network.issueCertificate([CertificateArn.split('/')[1] ?? '']);
          return { Certificate: pair.certificatePem, CertificateChain: '', PrivateKey: pair.privateKeyPem };
        },
      },
      cloudwatch: {
        PutMetricData: ({ MetricData }: { MetricData: House['metrics'] }) => void metrics.push(...MetricData),
      },
    },
  });
  // 10080, where port 80 would go, is one of the ports that fetch refuses (Fetch standard, “bad port”).
  Object.assign(context.network, { port: (standard: number) => standard + 20_000 });
  const service = await elbv2.create(context);
  await service.start();
  cleanups.push(async () => {
    await service.stop();
    context.dispose();
  });
  const call = async <O>(name: string, input: object): Promise<O> =>
    (await service.operations[name]!(input, caller)) as O;
  return { context, service, metrics, call, third };
}

interface Balancer extends House {
  readonly arn: string;
  readonly dnsName: string;
  readonly groupArn: string;
  readonly nodes: readonly { readonly address: string; readonly zone: string }[];
  readonly port: number;
  register(...ports: number[]): Promise<void>;
  states(): Promise<(string | undefined)[]>;
}

/** A load balancer with one HTTP listener that forwards to one group of targets at 10.0.<third>.200. */
async function balancer(
  options: {
    speed?: number;
    group?: object;
    attributes?: Record<string, string>;
    groupAttributes?: Record<string, string>;
  } = {},
): Promise<Balancer & { target: string; vpcTarget: string }> {
  const built = await house(options.speed);
  const { call, context, third } = built;
  const { LoadBalancers } = await call<CreateLoadBalancerCommandOutput>('CreateLoadBalancer', {
    Name: `web-${third}`,
    Subnets: ['subnet-0', 'subnet-1'],
    SecurityGroups: ['sg-1'],
  });
  const arn = LoadBalancers![0]!.LoadBalancerArn!;
  const { TargetGroups } = await call<CreateTargetGroupCommandOutput>('CreateTargetGroup', {
    Name: `targets-${third}`,
    Protocol: 'HTTP',
    Port: 8000,
    VpcId: 'vpc-1',
    TargetType: 'ip',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    ...options.group,
  });
  const groupArn = TargetGroups![0]!.TargetGroupArn!;
  const list = (attributes: Record<string, string>): object[] =>
    Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
  if (options.attributes)
    await call('ModifyLoadBalancerAttributes', {
      LoadBalancerArn: arn,
      Attributes: list(options.attributes),
    });
  if (options.groupAttributes)
    await call('ModifyTargetGroupAttributes', {
      TargetGroupArn: groupArn,
      Attributes: list(options.groupAttributes),
    });
  await call<CreateListenerCommandOutput>('CreateListener', {
    LoadBalancerArn: arn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn }],
  });
  const vpcTarget = `10.0.${third}.200`;
  const published = (): { targets: { address: string; zone: string }[] } =>
    context.published.get(`route53/name/${LoadBalancers![0]!.DNSName!.toLowerCase()}`) as never;
  return {
    ...built,
    arn,
    groupArn,
    dnsName: LoadBalancers![0]!.DNSName!,
    nodes: published().targets,
    port: context.network.port(80),
    vpcTarget,
    target: context.network.address(vpcTarget),
    register: async (...ports) =>
      await call('RegisterTargets', {
        TargetGroupArn: groupArn,
        Targets: ports.map((Port) => ({ Id: vpcTarget, Port })),
      }),
    states: async () => {
      const { TargetHealthDescriptions } = await call<DescribeTargetHealthCommandOutput>(
        'DescribeTargetHealth',
        {
          TargetGroupArn: groupArn,
        },
      );
      return (TargetHealthDescriptions ?? []).map((one) => one.TargetHealth?.State);
    },
  };
}

async function application(
  address: string,
  listener: RequestListener,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 70_000 }, listener);
  server.listen(0, address);
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as { port: number }).port };
}

async function bare(address: string, talk: (socket: Socket, request: string) => void): Promise<number> {
  const server = createTcp((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => talk(socket, data.toString('latin1')));
    cleanups.push(() => socket.destroy());
  });
  server.listen(0, address);
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as { port: number }).port;
}

async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 8000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`${what}: not within 8 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const url = (lb: Balancer, path = '/', node = 0): string =>
  `http://${lb.nodes[node]!.address}:${lb.port}${path}`;
const ok: RequestListener = (_request, response) => void response.end('ok');
const healthy = async (lb: Balancer): Promise<void> =>
  await waitFor('all targets healthy', async () => (await lb.states()).every((state) => state === 'healthy'));

test('requests reach targets through a node of each zone, with what AWS adds', async () => {
  const lb = await balancer();
  const app = await application(lb.target, (request, response) =>
    response.end(JSON.stringify(request.headers)),
  );
  await lb.register(app.port);
  await healthy(lb);
  assert.deepEqual(
    lb.nodes.map((node) => node.zone),
    ['us-east-1a', 'us-east-1b'],
  );
  for (const node of [0, 1]) {
    const answer = await fetch(url(lb, '/', node), { headers: { 'X-Forwarded-For': '203.0.113.7' } });
    const seen = (await answer.json()) as Record<string, string>;
    assert.equal(seen['x-forwarded-for'], '203.0.113.7, 127.0.0.1');
    assert.equal(seen['x-forwarded-proto'], 'http');
    assert.equal(seen['x-forwarded-port'], '80');
    assert.match(seen['x-amzn-trace-id'] ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(seen['host'], new URL(url(lb, '/', node)).host);
  }
});

test('targets take turns', async () => {
  const lb = await balancer();
  const first = await application(lb.target, (_request, response) => response.end('first'));
  const second = await application(lb.target, (_request, response) => response.end('second'));
  await lb.register(first.port, second.port);
  await healthy(lb);
  const answers = new Set<string>();
  for (let index = 0; index < 2; index++) answers.add(await (await fetch(url(lb))).text());
  assert.deepEqual([...answers].sort(), ['first', 'second']);
});

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
  const { TargetHealthDescriptions } = await lb.call<DescribeTargetHealthCommandOutput>(
    'DescribeTargetHealth',
    {
      TargetGroupArn: lb.groupArn,
    },
  );
  assert.equal(TargetHealthDescriptions![0]!.TargetHealth!.Reason, 'Target.ResponseCodeMismatch');
  assert.match(TargetHealthDescriptions![0]!.TargetHealth!.Description!, /\[503\]/);
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

test('nobody registered: 503 with the balancer’s own page', async () => {
  const lb = await balancer();
  const answer = await fetch(url(lb));
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('server'), 'awselb/2.0');
  assert.match(await answer.text(), /<h1>503 Service Temporarily Unavailable|<h1>503 Service Unavailable/);
});

for (const [name, talk, status] of [
  ['closes the connection', (socket: Socket) => socket.end(), 502],
  ['resets it', (socket: Socket) => socket.resetAndDestroy(), 502],
  ['talks nonsense', (socket: Socket) => socket.write('hello\r\n'), 502],
  ['says nothing within the idle timeout', () => {}, 504],
] as const)
  test(`a target that ${name}: ${status}`, async () => {
    const lb = await balancer({ attributes: { 'idle_timeout.timeout_seconds': '1' } });
    await lb.register(await bare(lb.target, talk));
    const answer = await fetch(url(lb));
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('server'), 'awselb/2.0');
  });

test('a target that is not there: 502', async () => {
  const lb = await balancer();
  await lb.register(9);
  assert.equal((await fetch(url(lb))).status, 502);
});

test('a malformed request: 400', async () => {
  const lb = await balancer();
  const socket = connect(lb.port, lb.nodes[0]!.address);
  cleanups.push(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 400 Bad Request\r\nServer: awselb\/2\.0\r\n/);
});

test('HTTPS with the certificate of the name, and a redirect to it', async () => {
  const lb = await balancer();
  const app = await application(lb.target, (request, response) =>
    response.end(request.headers['x-forwarded-proto']),
  );
  await lb.register(app.port);
  await lb.call('CreateListener', {
    LoadBalancerArn: lb.arn,
    Protocol: 'HTTPS',
    Port: 443,
    Certificates: [{ CertificateArn: 'certificate/one.example' }],
    DefaultActions: [{ Type: 'forward', TargetGroupArn: lb.groupArn }],
  });
  await lb.call('CreateListener', {
    LoadBalancerArn: lb.arn,
    Protocol: 'HTTP',
    Port: 81,
    DefaultActions: [
      { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
    ],
  });
  const address = lb.nodes[1]!.address;
  const redirect = await fetch(`http://${address}:${lb.context.network.port(81)}/a?b=c`, {
    redirect: 'manual',
  });
  assert.equal(redirect.status, 301);
  assert.equal(redirect.headers.get('location'), `https://${address}:${lb.context.network.port(443)}/a?b=c`);
  const { readFileSync } = await import('node:fs');
  const request = httpsRequest({
    host: address,
    port: lb.context.network.port(443),
    servername: 'one.example',
    ca: readFileSync(lb.context.network.trustFile),
    headers: { Host: 'one.example' },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  const [body] = (await once(response, 'data')) as [Buffer];
  assert.equal(body.toString(), 'https');
});

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

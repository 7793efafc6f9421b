/** What clients of a load balancer see, on real sockets: forwarding, own answers by cause, TLS, redirect. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { application, balancer, bare, cleanups, healthy, url } from './test-balancer.ts';

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

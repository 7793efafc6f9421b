// How answers from outside become facts: AWS's, a health page's, and DNS's own over a real socket.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { readGlobalCluster } from './global-cluster.ts';
import { freshMemory, parseMemory } from './memory.ts';
import { configOf, west } from './model-aws.ts';
import { known, operationOf } from './observation.ts';
import { witnesses } from './observe.ts';
import { probe, readReply } from './probe.ts';

const config = configOf(west);
const name = 'understudy';

test('the global cluster: sides, sync, and the operation that the enum does not know', () => {
  const cluster = readGlobalCluster(
    {
      GlobalClusters: [
        {
          GlobalClusterIdentifier: name,
          Status: 'available',
          FailoverState: { Status: 'switching-over' as never },
          GlobalClusterMembers: [
            { DBClusterArn: config.peerClusterArn, IsWriter: true },
            { DBClusterArn: config.selfClusterArn, IsWriter: false, SynchronizationStatus: 'pending-resync' },
          ],
        },
      ],
    },
    config,
  );
  assert.equal(cluster.writer, 'peer');
  assert.equal(cluster.selfSync, 'pending-resync');
  assert.equal(cluster.peerSync, '');
  assert.equal(operationOf(known(cluster)), 'switching-over');
});

test('the global cluster: an empty FailoverState is no operation, a missing cluster is an error', () => {
  const GlobalClusters = [{ GlobalClusterIdentifier: name, Status: 'available', FailoverState: {} }];
  const cluster = readGlobalCluster({ GlobalClusters }, config);
  assert.deepEqual(cluster, {
    status: 'available',
    operation: null,
    writer: null,
    selfSync: null,
    peerSync: null,
  });
  assert.throws(() => readGlobalCluster({ GlobalClusters: [] }, config), /no global cluster understudy/);
});

test('a health page: 200 alone is ok, a redirect is not, another region’s answer is no answer', () => {
  const page = (status: number, body: unknown) =>
    readReply('us-east-1', { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
  const well = { region: 'us-east-1', role: 'standby', healthy: true, because: 'reader answers', lagMs: 40 };
  assert.deepEqual(
    page(200, well),
    known({ ok: true, role: 'standby', lagMs: 40, because: 'status 200, reader answers' }),
  );
  assert.equal((page(503, well) as { value: { ok: boolean } }).value.ok, false);
  assert.equal((page(301, '') as { value: { ok: boolean } }).value.ok, false);
  assert.equal((page(502, '<html>bad gateway</html>') as { value: { ok: boolean } }).value.ok, false);
  assert.equal(page(200, { ...well, region: 'us-west-2' }).known, false);
});

test('memory.json: what was written is read back; anything else is refused', () => {
  const memory = freshMemory(1);
  assert.deepEqual(parseMemory(JSON.stringify(memory)), memory);
  const refused = (change: Record<string, unknown>, why: RegExp) =>
    assert.throws(() => parseMemory(JSON.stringify({ ...memory, ...change })), why);
  refused({ version: 2 }, /version 2; allowed: 1/);
  refused({ phase: 'sleeping' }, /phase sleeping/);
  refused({ epoch: 'one' }, /epoch is string; allowed: number/);
  refused({ unsent: undefined }, /unsent is missing/);
  assert.throws(() => parseMemory('{"version":1,'), SyntaxError);
});

/** A name server of a few lines: one answer per question, or NXDOMAIN. RFC 1035, section 4. */
function answer(query: Buffer, data: Readonly<Record<string, Buffer>>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const found = data[`${query.readUInt16BE(at + 1)} ${labels.join('.').toLowerCase()}`];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(found === undefined ? 0x8583 : 0x8580, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found === undefined ? 0 : 1, 6);
  if (found === undefined) return Buffer.concat([head, question]);
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  question.copy(record, 2, question.length - 4);
  record.writeUInt32BE(10, 6);
  record.writeUInt16BE(found.length, 10);
  return Buffer.concat([head, question, record, found]);
}

const txt = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
const records: Record<string, Buffer> = {};
const server = createSocket('udp4');
const formerServers = dns.getServers();

before(async () => {
  server.on('message', (query, from) => server.send(answer(query, records), from.port, from.address));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  dns.setServers([`127.0.0.1:${server.address().port}`]);
});

after(() => {
  dns.setServers(formerServers);
  server.close();
});

test('active.<domain> names the region; anything else is unknown', async () => {
  const eyes = witnesses(config);
  const active = '16 active.storefront.example';
  records[active] = txt('us-west-2');
  assert.deepEqual(await eyes.world(), known('self'));
  records[active] = txt('us-east-1');
  assert.deepEqual(await eyes.world(), known('peer'));
  records[active] = txt('eu-west-1');
  const strange = await eyes.world();
  assert.match(strange.known ? '' : strange.why, /says \["eu-west-1"\]; allowed: us-west-2, us-east-1/);
  delete records[active];
  assert.equal((await eyes.world()).known, false);
});

test('a name that cannot be resolved is unknown; one where nobody answers has failed', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const originPort = (taken.address() as AddressInfo).port;
  await new Promise((resolve) => taken.close(resolve));
  const eyes = witnesses({ ...config, originPort });
  const unresolved = await eyes.probe('us-east-1');
  assert.match(
    unresolved.known ? '' : unresolved.why,
    /us-east-1.origin.storefront.example cannot be resolved/,
  );
  records['1 us-east-1.origin.storefront.example'] = Buffer.from([127, 0, 0, 1]);
  const refused = await eyes.probe('us-east-1');
  assert.ok(refused.known && !refused.value.ok);
  assert.match(refused.value.because, /ECONNREFUSED/);
});

test('silence is a failure as soon as the timeout says so', async () => {
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  records['1 us-east-1.origin.storefront.example'] = Buffer.from([127, 0, 0, 1]);
  const { port } = mute.address() as AddressInfo;
  const seen = await probe({ region: 'us-east-1', host: 'us-east-1.origin.storefront.example', port }, 50);
  assert.ok(seen.known && !seen.value.ok);
  assert.equal(seen.value.because, 'no answer within 50 ms');
  mute.close();
});

test('one who answers without TLS has failed as well', async () => {
  const plain = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  records['1 us-east-1.origin.storefront.example'] = Buffer.from([127, 0, 0, 1]);
  const eyes = witnesses({ ...config, originPort: (plain.address() as AddressInfo).port });
  const seen = await eyes.probe('us-east-1');
  assert.ok(seen.known && !seen.value.ok);
  plain.close();
});

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import type { Json } from '../services/contract.ts';
import { createClock } from '../time/clock.ts';
import { createDocuments } from './documents.ts';
import { createInnerCaller, serveInnerCalls } from './inner-call.ts';
import { createPublications, type Publication } from './publications.ts';
import { openStore } from './store.ts';

const SECRET = 'ab'.repeat(32);
const clock = createClock({ realOriginMs: 0, awsOriginMs: 0, speed: 1 });

async function globalProcess(
  port = 0,
): Promise<{ base: string; port: number; taken: Publication[]; server: Server }> {
  const taken: Publication[] = [];
  const inner = serveInnerCalls(SECRET, { publish: (batch: Publication[]) => void taken.push(...batch) });
  const server = createServer((request, response) => {
    if (!inner(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return { base: `http://127.0.0.1:${address.port}`, port: address.port, taken, server };
}

test('what is published while the global process is away arrives when it is there, the newest value of each key', async () => {
  const first = await globalProcess();
  first.server.close();
  const publications = createPublications({
    region: 'us-east-1',
    globalBase: first.base,
    caller: createInnerCaller(SECRET),
    clock,
  });
  publications.publish('route53/name/a', { healthy: false });
  publications.publish('route53/name/a', { healthy: true });
  publications.publish('route53/name/b', null);
  const second = await globalProcess(first.port);
  await publications.settled();
  const last = new Map(second.taken.map(({ key, document }) => [key, document]));
  assert.deepEqual(Object.fromEntries(last), { 'route53/name/a': { healthy: true }, 'route53/name/b': null });
  publications.stop();
  second.server.close();
  second.server.closeAllConnections();
});

test('a caller without the system’s secret is refused', async () => {
  const process = await globalProcess();
  const stranger = createInnerCaller('cd'.repeat(32));
  await assert.rejects(stranger.call(process.base, 'publish', []), /system’s own processes/);
  assert.deepEqual(process.taken, []);
  process.server.close();
  process.server.closeAllConnections();
});

test('documents: the newest version wins, late sendings are dropped, watchers hear changes once', () => {
  const documents = createDocuments(openStore(':memory:'));
  const heard: [string, Json | null][] = [];
  documents.take([{ key: 'zone/1', document: 'old', region: 'us-east-1', version: 10 }]);
  documents.watch('zone/', (key, document) => heard.push([key, document]));
  documents.take([
    { key: 'zone/1', document: 'new', region: 'us-east-1', version: 20 },
    { key: 'zone/1', document: 'late', region: 'us-east-1', version: 15 },
    { key: 'edge/1', document: 'other', region: 'us-east-1', version: 20 },
  ]);
  documents.take([{ key: 'zone/1', document: 'new', region: 'us-east-1', version: 30 }]);
  documents.take([{ key: 'zone/1', document: null, region: 'us-east-1', version: 40 }]);
  documents.take([{ key: 'zone/1', document: 'new', region: 'us-east-1', version: 35 }]);
  assert.deepEqual(heard, [
    ['zone/1', 'old'],
    ['zone/1', 'new'],
    ['zone/1', null],
  ]);
});

test('documents outlive the process', () => {
  const store = openStore(':memory:');
  createDocuments(store).take([{ key: 'zone/1', document: { a: 1 }, region: 'us-east-1', version: 1 }]);
  const heard: Json[] = [];
  createDocuments(store).watch('zone/', (_key, document) => heard.push(document));
  assert.deepEqual(heard, [{ a: 1 }]);
});

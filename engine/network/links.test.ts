import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { createClock } from '../time/clock.ts';
import { addressBook } from './addresses.ts';
import { createLinks, type Links } from './links.ts';

const book = addressBook(13, ['us-east-1', 'us-west-2']);
const open: { close(): void }[] = [];
afterEach(() => {
  for (const thing of open.splice(0)) thing.close();
});

const whole = (delayMs: number) => [
  { from: 'us-west-2', to: 'us-east-1', delayMs, cut: false },
  { from: 'us-east-1', to: 'us-west-2', delayMs, cut: false },
];

/** An echo server in us-east-1 and the near end of a link to it in us-west-2. */
async function linked(delayMs: number): Promise<{ links: Links; client: () => Promise<Socket> }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, book.inRegion('us-east-1', '10.0.20.9'));
  await once(server, 'listening');
  const { address, port } = server.address() as { address: string; port: number };
  const links = createLinks({
    region: 'us-west-2',
    book,
    clock: createClock({ realOriginMs: 0, awsOriginMs: 0, speed: 1 }),
    states: whole(delayMs),
  });
  open.push(links, server);
  const door = await links.door('us-east-1', { host: address, port });
  assert.match(door.host, /^127\.210\.254\./);
  return {
    links,
    client: async () => {
      const socket = connect(door.port, door.host);
      open.push({ close: () => socket.destroy() });
      await once(socket, 'connect');
      return socket;
    },
  };
}

test('bytes cross in order, after the delay of both ways', async () => {
  const { client } = await linked(20);
  const socket = await client();
  const began = performance.now();
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  for (let n = 0; n < 200; n++) socket.write(`${n};`);
  socket.end();
  await once(socket, 'end');
  assert.equal(Buffer.concat(received).toString(), Array.from({ length: 200 }, (_, n) => `${n};`).join(''));
  assert.ok(performance.now() - began >= 80, 'a handshake and a round trip take four one-way delays');
});

test('a cut link delivers nothing and refuses nothing; what was on the way arrives when it is whole', async () => {
  const { links, client } = await linked(1);
  const socket = await client();
  socket.write('before');
  assert.equal(String((await once(socket, 'data'))[0]), 'before');
  for (const state of whole(1)) links.set({ ...state, cut: true });
  const heard: string[] = [];
  socket.on('data', (chunk) => heard.push(String(chunk)));
  socket.write('during');
  const late = await client();
  late.write('late');
  // A second, whole link of the same kind carries a full round trip meanwhile: enough time for a leak to show.
  const other = await linked(10);
  const probe = await other.client();
  probe.write('x');
  await once(probe, 'data');
  assert.deepEqual(heard, []);
  for (const state of whole(1)) links.set(state);
  assert.equal(String((await once(late, 'data'))[0]), 'late');
  while (!heard.length) await once(socket, 'data');
  assert.deepEqual(heard, ['during']);
});

test('a link cut one way stops that way alone', async () => {
  const { links, client } = await linked(1);
  const socket = await client();
  socket.write('a');
  await once(socket, 'data');
  links.set({ from: 'us-east-1', to: 'us-west-2', delayMs: 1, cut: true });
  socket.write('b');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  const other = await linked(10);
  const probe = await other.client();
  probe.write('x');
  await once(probe, 'data');
  assert.equal(heard, '');
  links.set({ from: 'us-east-1', to: 'us-west-2', delayMs: 1, cut: false });
  while (heard === '') await once(socket, 'data');
  assert.equal(heard, 'b');
});

test('a far side that is killed resets the near side', async () => {
  const { links } = await linked(1);
  const door = await links.door('us-east-1', {
    host: book.inRegion('us-east-1', '10.0.20.77'),
    port: 59_999,
  });
  const socket = connect(door.port, door.host);
  open.push({ close: () => socket.destroy() });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
});

/**
 * The authoritative name servers' sockets: UDP and TCP on each address. Answers are kept as encoded until
 * something they rest on changes; where several addresses are answered, each query gets the next rotation.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, Question } from './answer.ts';
import { addressTo, encodeAnswer, type Query, readQuery, refusal, udpLimit } from './message.ts';

export interface NameServer {
  /** Forgets kept answers: a zone, a published name or a verdict has changed. */
  changed(): void;
  readonly queries: number;
  /** Where it listens. */
  readonly places: readonly { readonly host: string; readonly port: number }[];
  close(): Promise<void>;
}

const MAX_KEPT = 10_000;
const MAX_ROTATIONS = 8;
const TCP_BYTES = 65_535;
/** Real time; RFC 7766 §6.2.3 leaves it to the server. */
const TCP_IDLE_MS = 10_000;

interface Kept {
  readonly rotations: readonly Buffer[];
  next: number;
}

export async function serveNames(options: {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly answer: (question: Question) => Answer;
}): Promise<NameServer> {
  const kept = new Map<string, Kept>();
  let queries = 0;

  const encoded = ({ name, type }: Query): Buffer => {
    const key = `${type} ${name}`;
    let found = kept.get(key);
    if (!found) {
      const answer = options.answer({ name, type });
      const rotations = rotationsOf(answer).map((one) => encodeAnswer(one, name, type));
      if (answer.drawn) return rotations[0]!;
      if (kept.size >= MAX_KEPT) kept.clear();
      found = { rotations, next: 0 };
      kept.set(key, found);
    }
    const buffer = found.rotations[found.next]!;
    found.next = (found.next + 1) % found.rotations.length;
    return buffer;
  };
  const respond = (message: Buffer, limit: number | undefined): Buffer | undefined => {
    const reading = readQuery(message);
    queries += 1;
    switch (reading.kind) {
      case 'ignored':
        return undefined;
      case 'refused':
        return refusal(message, reading.rcode);
      case 'query':
        return addressTo(encoded(reading.query), message, reading.query, limit ?? udpLimit(reading.query));
    }
  };

  const udp: UdpSocket[] = [];
  const tcp: Server[] = [];
  const connections = new Set<Socket>();
  const places: { host: string; port: number }[] = [];
  for (const host of options.addresses) {
    const server = await listenTcp(host, options.port, connections, (message) => respond(message, TCP_BYTES));
    const { port } = server.address() as { port: number };
    tcp.push(server);
    udp.push(await listenUdp(host, port, (message) => respond(message, undefined)));
    places.push({ host, port });
  }
  return {
    changed: () => kept.clear(),
    get queries() {
      return queries;
    },
    places,
    close: async () => {
      for (const socket of udp) socket.close();
      for (const connection of connections) connection.destroy();
      await Promise.all(tcp.map((server) => new Promise<void>((done) => server.close(() => done()))));
    },
  };
}

/** One answer for each address that may come first. */
function rotationsOf(answer: Answer): readonly Answer[] {
  const { answers } = answer;
  const first = answers.findIndex((record) => record.type === 'A' || record.type === 'AAAA');
  if (first < 0 || answers.length - first < 2) return [answer];
  const fixed = answers.slice(0, first);
  const turning = answers.slice(first);
  return turning.slice(0, MAX_ROTATIONS).map((_, by) => ({
    ...answer,
    answers: [...fixed, ...turning.slice(by), ...turning.slice(0, by)],
  }));
}

async function listenUdp(
  host: string,
  port: number,
  respond: (message: Buffer) => Buffer | undefined,
): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const reply = respond(message);
    if (reply) socket.send(reply, from.port, from.address, () => {});
  });
  await new Promise<void>((done, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, done);
  });
  // A reply that could not be sent is a packet lost, which DNS lives with.
  socket.on('error', () => {});
  return socket;
}

async function listenTcp(
  host: string,
  port: number,
  connections: Set<Socket>,
  respond: (message: Buffer) => Buffer | undefined,
): Promise<Server> {
  const server = createServer((socket) => {
    connections.add(socket);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    let held: Buffer = Buffer.alloc(0);
    // Each message has its length in front (RFC 1035 §4.2.2).
    socket.on('data', (data: Buffer) => {
      held = held.length === 0 ? data : Buffer.concat([held, data]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const length = held.readUInt16BE(0);
        const reply = respond(held.subarray(2, 2 + length));
        held = held.subarray(2 + length);
        if (!reply) continue;
        const prefix = Buffer.alloc(2);
        prefix.writeUInt16BE(reply.length);
        socket.write(Buffer.concat([prefix, reply]));
      }
    });
  });
  await new Promise<void>((done, reject) => {
    server.once('error', reject);
    server.listen(port, host, done);
  });
  return server;
}

/**
 * Answers other regions' questions on this region's own address. Only who knows the system's peer token is
 * heard. A copy of the database is streamed as it is made; if making it fails, the connection is cut, so that
 * half a copy never looks like a whole one.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import {
  PEER_PORT,
  type PeerHandlers,
  type Question,
  TOKEN_HEADER,
  VALID_UNTIL_HEADER,
} from './peer-messages.ts';

export interface PeerServer {
  listen(): Promise<void>;
  close(): Promise<void>;
}

export interface PeerServerOptions {
  readonly host: string;
  /** AWS time. */
  readonly now: () => number;
  readonly token: string;
  readonly handlers: PeerHandlers;
  readonly backup: (clusterIdentifier: string, sink: Writable) => Promise<void>;
}

const LONGEST_QUESTION = 1 << 20;

export function createPeerServer(options: PeerServerOptions): PeerServer {
  const server = createServer((incoming, reply) => {
    void answer(options, incoming, reply).catch((error: unknown) => {
      if (reply.headersSent) return reply.destroy();
      reply.writeHead(500).end(error instanceof Error ? error.message : String(error));
    });
  });
  return { listen: () => listen(server, options.host), close: () => close(server) };
}

async function answer(
  options: PeerServerOptions,
  incoming: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  if (!sameToken(options.token, incoming.headers[TOKEN_HEADER])) {
    reply.writeHead(403).end('the peer token is missing or not this system’s');
    return;
  }
  const validUntil = incoming.headers[VALID_UNTIL_HEADER];
  if (validUntil !== undefined && options.now() > Number(validUntil)) {
    reply.writeHead(410).end('the question came too late: nobody waits for its answer any more');
    return;
  }
  const input = await body(incoming);
  const question = (incoming.url ?? '').slice(1);
  if (question === 'backup') {
    const { clusterIdentifier } = input as { clusterIdentifier: string };
    reply.writeHead(200, { 'content-type': 'application/octet-stream' });
    await options.backup(clusterIdentifier, reply);
    return;
  }
  if (!Object.hasOwn(options.handlers, question)) {
    reply.writeHead(404).end(`no such question: ${question}`);
    return;
  }
  const handler = options.handlers[question as Question] as (input: unknown) => Promise<unknown>;
  const output = await handler(input);
  reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(output));
}

async function body(incoming: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LONGEST_QUESTION)
      throw new Error(`a question may have at most ${LONGEST_QUESTION} characters`);
  }
  return JSON.parse(text);
}

function sameToken(token: string, given: string | string[] | undefined): boolean {
  if (token === '' || typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(token), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function listen(server: Server, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(PEER_PORT, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

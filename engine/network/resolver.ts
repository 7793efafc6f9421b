/**
 * Asking the system's name servers, as every resolver does: over UDP, answers kept for their TTL in AWS time.
 * The edges resolve their origins with this; each region's resolver (VPC + 2 on AWS) is a server around it.
 */
import { createSocket, type Socket } from 'node:dgram';
import * as dns from 'dns-packet';
import type { Place } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';

export type Answer =
  | { readonly type: 'A'; readonly name: string; readonly ttlSeconds: number; readonly address: string }
  | { readonly type: 'TXT'; readonly name: string; readonly ttlSeconds: number; readonly text: string }
  | { readonly type: 'CNAME'; readonly name: string; readonly ttlSeconds: number; readonly target: string };

export interface Resolution {
  /** The DNS response code: NOERROR, NXDOMAIN, SERVFAIL, REFUSED. */
  readonly status: string;
  readonly answers: readonly Answer[];
}

export interface Resolver {
  /** Rejects only when no name server answers in time; a name that is not there is a resolution with a status. */
  resolve(name: string, type: 'A' | 'TXT' | 'AAAA'): Promise<Resolution>;
  close(): void;
}

/** Real milliseconds: the servers are on this machine. */
const ATTEMPT_MS = 500;
const ATTEMPTS = 3;
const NEGATIVE_TTL_SECONDS = 5;
const MAX_CACHED = 10_000;

interface Pending {
  readonly name: string;
  readonly settle: (packet: dns.DecodedPacket) => void;
}

export function createResolver(options: { readonly server: Place; readonly clock: Clock }): Resolver {
  const { server, clock } = options;
  const cache = new Map<string, { readonly untilMs: number; readonly resolution: Resolution }>();
  const asking = new Map<string, Promise<Resolution>>();
  const pending = new Map<number, Pending>();
  let socket: Socket | undefined;
  let nextId = Math.floor(process.pid * 7919) & 0xffff;

  const open = (): Socket => {
    if (socket) return socket;
    const opened = createSocket('udp4');
    opened.unref();
    opened.on('error', () => {
      opened.close();
      if (socket === opened) socket = undefined;
    });
    opened.on('message', (message, from) => {
      if (from.address !== server.host || from.port !== server.port) return;
      try {
        const packet = dns.decode(message) as dns.DecodedPacket & { id: number };
        const waiting = pending.get(packet.id);
        if (waiting && packet.questions?.[0]?.name.toLowerCase() === waiting.name) waiting.settle(packet);
      } catch {
        // Not a DNS message: an answer that makes no sense is no answer.
      }
    });
    socket = opened;
    return opened;
  };

  const attempt = async (name: string, type: 'A' | 'TXT' | 'AAAA'): Promise<Resolution | undefined> => {
    nextId = (nextId + 1) & 0xffff;
    const id = nextId;
    const query = dns.encode({
      type: 'query',
      id,
      flags: dns.RECURSION_DESIRED,
      questions: [{ name, type, class: 'IN' }],
    });
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        pending.delete(id);
        resolve(undefined);
      }, ATTEMPT_MS);
      pending.set(id, {
        name,
        settle: (packet) => {
          clearTimeout(timer);
          pending.delete(id);
          resolve(resolutionOf(packet));
        },
      });
      open().send(query, server.port, server.host, () => {});
    });
  };

  const ask = async (name: string, type: 'A' | 'TXT' | 'AAAA'): Promise<Resolution> => {
    for (let n = 0; n < ATTEMPTS; n++) {
      const resolution = await attempt(name, type);
      if (!resolution) continue;
      const ttlSeconds = resolution.answers.length
        ? Math.min(...resolution.answers.map((answer) => answer.ttlSeconds))
        : NEGATIVE_TTL_SECONDS;
      if (cache.size >= MAX_CACHED) cache.clear();
      if (resolution.status === 'NOERROR' || resolution.status === 'NXDOMAIN')
        cache.set(`${type} ${name}`, { untilMs: clock.now() + ttlSeconds * 1000, resolution });
      return resolution;
    }
    throw new Error(
      `no name server answered for ${name} ${type}: asked ${server.host}:${server.port} ${ATTEMPTS} times, ${ATTEMPT_MS} ms each`,
    );
  };

  return {
    resolve: async (givenName, type) => {
      const name = givenName.toLowerCase().replace(/\.$/, '');
      const key = `${type} ${name}`;
      const kept = cache.get(key);
      if (kept && kept.untilMs > clock.now()) return kept.resolution;
      let question = asking.get(key);
      if (!question) {
        question = ask(name, type).finally(() => asking.delete(key));
        asking.set(key, question);
      }
      return await question;
    },
    close: () => {
      socket?.close();
      socket = undefined;
    },
  };
}

function resolutionOf(packet: dns.DecodedPacket): Resolution {
  const answers: Answer[] = [];
  for (const answer of packet.answers ?? []) {
    const ttlSeconds = 'ttl' in answer ? (answer.ttl ?? 0) : 0;
    if (answer.type === 'A') answers.push({ type: 'A', name: answer.name, ttlSeconds, address: answer.data });
    else if (answer.type === 'CNAME')
      answers.push({ type: 'CNAME', name: answer.name, ttlSeconds, target: answer.data });
    else if (answer.type === 'TXT') {
      const parts = Array.isArray(answer.data) ? answer.data : [answer.data];
      const text = parts.map((part) => part.toString()).join('');
      answers.push({ type: 'TXT', name: answer.name, ttlSeconds, text });
    }
  }
  return { status: (packet as { rcode?: string }).rcode ?? 'NOERROR', answers };
}

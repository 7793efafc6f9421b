/**
 * A region's resolver, VPC + 2 on AWS. Guests of the region ask it. It answers from the system's name servers
 * and from the region's service discovery; an address in another region becomes the near end of a link, so
 * that what a guest says to the other region crosses the link, with its delay, and not when it is cut.
 */
import { createSocket, type Socket } from 'node:dgram';
import * as dns from 'dns-packet';
import type { Place } from '../services/contract.ts';
import type { Links } from './links.ts';
import type { Answer, Resolution, Resolver } from './resolver.ts';

export interface RegionResolver {
  close(): void;
}

/** Ports that something behind a public name can listen on: the load balancers'. */
const PUBLIC_PORTS = [80, 443];

export async function serveRegionResolver(options: {
  readonly region: string;
  readonly listen: Place;
  readonly resolver: Resolver;
  readonly links: Links;
  readonly port: (standard: number) => number;
  readonly regionOf: (address: string) => string | undefined;
  /** Names of service discovery; undefined when it knows none. */
  readonly discover: (name: string) => Promise<readonly string[] | undefined>;
}): Promise<RegionResolver> {
  const { region, listen, resolver, links, port, regionOf, discover } = options;

  const local = async (address: string): Promise<string> => {
    const target = regionOf(address);
    if (target === undefined || target === region) return address;
    const ends = await Promise.all(
      PUBLIC_PORTS.map((p) => links.door(target, { host: address, port: port(p) })),
    );
    return ends[0]?.host ?? address;
  };

  const resolve = async (name: string, type: string): Promise<Resolution> => {
    if (type === 'A') {
      const found = await discover(name);
      if (found)
        return {
          status: 'NOERROR',
          answers: found.map((address) => ({ type: 'A', name, ttlSeconds: 10, address })),
        };
    }
    if (type !== 'A' && type !== 'TXT' && type !== 'AAAA') return { status: 'NOTIMP', answers: [] };
    const resolution = await resolver.resolve(name, type);
    const answers = await Promise.all(
      resolution.answers.map(async (answer) =>
        answer.type === 'A' ? { ...answer, address: await local(answer.address) } : answer,
      ),
    );
    return { ...resolution, answers };
  };

  const socket: Socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    void respond(message, resolve).then((reply) => {
      if (reply) socket.send(reply, from.port, from.address, () => {});
    });
  });
  await new Promise<void>((done, reject) => {
    socket.once('error', reject);
    socket.bind(listen.port, listen.host, done);
  });
  socket.on('error', () => {});
  return { close: () => socket.close() };
}

const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

async function respond(
  message: Buffer,
  resolve: (name: string, type: string) => Promise<Resolution>,
): Promise<Buffer | undefined> {
  let query: dns.DecodedPacket;
  try {
    query = dns.decode(message);
  } catch {
    return undefined;
  }
  const question = query.questions?.[0];
  if (query.type !== 'query' || !question) return undefined;
  const resolution = await resolve(question.name, question.type).catch(
    (): Resolution => ({ status: 'SERVFAIL', answers: [] }),
  );
  return dns.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE | (RCODES[resolution.status] ?? 2),
    questions: [question],
    answers: resolution.answers.map(record),
  });
}

function record(answer: Answer): dns.Answer {
  switch (answer.type) {
    case 'A':
      return { type: 'A', name: answer.name, ttl: answer.ttlSeconds, data: answer.address };
    case 'CNAME':
      return { type: 'CNAME', name: answer.name, ttl: answer.ttlSeconds, data: answer.target };
    case 'TXT':
      return { type: 'TXT', name: answer.name, ttl: answer.ttlSeconds, data: answer.text };
  }
}

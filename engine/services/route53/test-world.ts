/** A control plane, a data plane and real sockets between a question and its answer. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import * as dns from 'dns-packet';
import type { Caller } from '../../wire/types.ts';
import type { DataPlane, Service } from '../contract.ts';
import { createTestContext } from '../test-context.ts';
import { createTestGlobalContext, type TestGlobalContext } from '../test-global-context.ts';
import { route53 } from './index.ts';

const CALLER: Caller = { requestId: 'r', principal: 'p', via: 'api' };
export const STACK = { name: 'Dns', id: 'dns' };

export interface Status {
  readonly nameServers: readonly string[];
  readonly healthChecks: readonly { readonly id: string; readonly healthy: boolean }[];
}

export const statusOf = (plane: DataPlane): Status => plane.status?.() as unknown as Status;

export interface World {
  readonly service: Service;
  readonly plane: DataPlane;
  readonly global: TestGlobalContext;
  call<O = Record<string, never>>(operation: string, input: object): Promise<O>;
  resource(type: string, logicalId: string, properties: object): Promise<string>;
  ask(name: string, type: string): Promise<dns.DecodedPacket>;
  end(): Promise<void>;
}

export async function world(options: Parameters<typeof createTestGlobalContext>[0] = {}): Promise<World> {
  const global = createTestGlobalContext({ port: (n) => (n === 53 ? 0 : n), ...options });
  const context = createTestContext({
    override: { publish: (key, document) => global.regionPublishes(key, document) },
  });
  const service = await route53.create(context);
  const plane = (await route53.createDataPlane?.(global)) as DataPlane;
  await plane.start();
  await service.start();
  const [host, port] = statusOf(plane).nameServers[0]!.split(':');
  return {
    service,
    plane,
    global,
    call: async (operation, input) => (await service.operations[operation]?.(input, CALLER)) as never,
    resource: async (type, logicalId, properties) => {
      const made = await service.resources[type]!.create({
        stack: STACK,
        logicalId,
        properties,
        clientToken: `token ${logicalId}`,
        progress: () => {},
      });
      return made.physicalId;
    },
    ask: (name, type) => askUdp(host!, Number(port), name, type),
    end: async () => {
      await plane.stop();
      await service.stop();
      global.dispose();
      context.dispose();
    },
  };
}

function askUdp(host: string, port: number, name: string, type: string): Promise<dns.DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => reject(new Error(`no answer for ${name}`)), 2000);
    socket.once('message', (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(dns.decode(message));
    });
    const query = dns.encode({
      type: 'query',
      id: 7,
      flags: dns.RECURSION_DESIRED,
      questions: [{ name, type: type as 'A', class: 'IN' }],
    });
    socket.send(query, port, host);
  });
}

export function askTcp(host: string, port: number, name: string): Promise<dns.DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(dns.streamDecode(data) as dns.DecodedPacket);
    });
    socket.write(dns.streamEncode({ type: 'query', id: 9, questions: [{ name, type: 'TXT', class: 'IN' }] }));
  });
}

export const dataOf = (packet: dns.DecodedPacket): unknown[] =>
  (packet.answers ?? []).map((record) =>
    record.type === 'TXT' ? String((record.data as Buffer[])[0]) : (record as { data: unknown }).data,
  );

export const codeOf = (packet: dns.DecodedPacket): string => (packet as { rcode?: string }).rcode ?? '';

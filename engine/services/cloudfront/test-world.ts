/**
 * A distribution in front of a real HTTP origin: control plane, edges, a name server of the test's own. The
 * origin answers as the test says and remembers what it was asked.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import * as dns from 'dns-packet';
import type { Caller } from '../../wire/types.ts';
import type { DataPlane, PhysicalResource, Service } from '../contract.ts';
import { createTestContext } from '../test-context.ts';
import { createTestGlobalContext, type TestGlobalContext } from '../test-global-context.ts';
import { cloudfront } from './index.ts';

export const CALLER: Caller = { requestId: 'r', principal: 'p', via: 'api' };

export interface EdgePlace {
  readonly name: string;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly requests: number;
  readonly hits: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface OriginServer {
  readonly address: string;
  readonly port: number;
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): void;
}

export interface World {
  readonly service: Service;
  readonly plane: DataPlane;
  readonly global: TestGlobalContext;
  readonly edges: readonly EdgePlace[];
  /** What the name server answers. */
  readonly names: Map<string, { readonly address: string; readonly ttl: number }>;
  deploy(config: object, logicalId?: string): Promise<PhysicalResource>;
  get(path: string, options?: GetOptions): Promise<Answer>;
  status(): { edges: EdgePlace[]; distributions: { id: string; domainName: string }[] };
  end(): Promise<void>;
}

export interface GetOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly edge?: number;
  /** The server's name, for HTTPS with the system's authority. */
  readonly secureFor?: string;
}

export async function originServer(address = '127.0.0.1', port = 0): Promise<OriginServer> {
  const asked: OriginServer['asked'] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    asked.push({ method, url, headers });
    origin.answer(incoming, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const origin: OriginServer = {
    address,
    port: (server.address() as { port: number }).port,
    asked,
    answer: (_incoming, response) => response.end('hello'),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return origin;
}

export async function world(
  options: { readonly speed?: number; readonly endpointOf?: (region: string) => string } = {},
): Promise<World> {
  const names: World['names'] = new Map();
  const nameServer = await serveTestNames(names);
  const global = createTestGlobalContext({
    ...options,
    port: (standard) =>
      standard === 53 ? nameServer.port : standard === 80 || standard === 443 ? 0 : standard,
    address: (kind, index) => (kind === 'edge' ? `127.234.2.${index + 1}` : '127.0.0.1'),
  });
  const { certificatePem, privateKeyPem } = await global.issueCertificate([
    'www.shop.example',
    '*.shop.example',
  ]);
  const context = createTestContext({
    services: {
      acm: { ExportCertificate: () => ({ Certificate: certificatePem, PrivateKey: privateKeyPem }) },
    },
    override: { publish: (key, document) => global.regionPublishes(key, document) },
  });
  const service = await cloudfront.create(context);
  const plane = (await cloudfront.createDataPlane?.(global)) as DataPlane;
  await plane.start();
  await service.start();
  const status = (): ReturnType<World['status']> =>
    plane.status?.() as unknown as ReturnType<World['status']>;
  const { edges } = status();
  const get = (path: string, given: GetOptions = {}): Promise<Answer> =>
    fetchFrom(edges[given.edge ?? 0]!, path, given, global.network.trustFile);
  return {
    service,
    plane,
    global,
    edges,
    names,
    status,
    get,
    deploy: async (config, logicalId = 'Distribution') =>
      await service.resources['AWS::CloudFront::Distribution']!.create({
        stack: { name: 's', id: 's' },
        logicalId,
        properties: { DistributionConfig: config },
        clientToken: logicalId,
        progress: () => {},
      }),
    end: async () => {
      await plane.stop();
      await service.stop();
      nameServer.close();
      global.dispose();
      context.dispose();
    },
  };
}

function fetchFrom(edge: EdgePlace, path: string, options: GetOptions, trustFile: string): Promise<Answer> {
  const { method = 'GET', headers = {}, body, secureFor } = options;
  return new Promise((resolve, reject) => {
    const common = {
      host: edge.address,
      path,
      method,
      headers: { Host: 'www.shop.example', Connection: 'close', ...headers },
    };
    const outgoing =
      secureFor === undefined
        ? request({ ...common, port: edge.httpPort })
        : secureRequest({
            ...common,
            port: edge.httpsPort,
            servername: secureFor,
            ca: readFileSync(trustFile),
          });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const slices: Buffer[] = [];
      response.on('data', (data: Buffer) => slices.push(data));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(slices),
        }),
      );
    });
    outgoing.end(body);
  });
}

async function serveTestNames(names: World['names']): Promise<{ readonly port: number; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const query = dns.decode(message);
    const question = query.questions?.[0];
    const found = question && names.get(question.name);
    const reply = dns.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: dns.AUTHORITATIVE_ANSWER | (found ? 0 : 3),
      questions: query.questions ?? [],
      answers: found
        ? [{ type: 'A', name: question.name, ttl: found.ttl, data: found.address, class: 'IN' }]
        : [],
    });
    socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, close: () => socket.close() };
}

const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const SECURITY_HEADERS = '67f7725c-6f97-4210-82d7-5512b31e9d03';

/** One custom origin; the default behaviour caches, `/api/*` does not. */
export function shop(origin: { readonly port: number }, more: object = {}): object {
  return {
    Aliases: ['www.shop.example'],
    Enabled: true,
    Origins: [customOrigin('app', 'origin.shop.example', origin.port)],
    DefaultCacheBehavior: {
      TargetOriginId: 'app',
      CachePolicyId: CACHING_OPTIMIZED,
      ResponseHeadersPolicyId: SECURITY_HEADERS,
      ViewerProtocolPolicy: 'allow-all',
      Compress: true,
    },
    CacheBehaviors: [
      {
        PathPattern: '/api/*',
        TargetOriginId: 'app',
        CachePolicyId: CACHING_DISABLED,
        OriginRequestPolicyId: ALL_BUT_HOST,
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        ViewerProtocolPolicy: 'allow-all',
      },
    ],
    ViewerCertificate: { AcmCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' },
    ...more,
  };
}

export function customOrigin(id: string, domainName: string, port: number, more: object = {}): object {
  return {
    Id: id,
    DomainName: domainName,
    ConnectionAttempts: 2,
    ConnectionTimeout: 3,
    CustomOriginConfig: { OriginProtocolPolicy: 'http-only', HTTPPort: port, OriginReadTimeout: 10, ...more },
  };
}

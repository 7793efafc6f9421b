/** Two regions' S3 for tests: the real service behind the real wire on loopback ports, and SDK clients for them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { createClock } from '../../time/clock.ts';
import { createIdentity } from '../../wire/identity.ts';
import { startWire, type TestServer } from '../../wire/test-server.ts';
import type { Service, ServiceContext } from '../contract.ts';
import { createTestContext, type TestContextOptions } from '../test-context.ts';
import { s3 } from './index.ts';

export type TestRegion = 'us-east-1' | 'us-west-2';

export interface TestS3 extends AsyncDisposable {
  readonly service: Service;
  readonly client: S3Client;
  readonly server: TestServer;
  readonly context: ReturnType<typeof createTestContext>;
  readonly directory: string;
  /** Ends the service and starts it again on what is on disk. */
  restart(): Promise<void>;
}

export interface TestS3Options {
  readonly region?: TestRegion;
  readonly directory?: string;
  readonly speed?: number;
  readonly services?: NonNullable<TestContextOptions['services']>;
  readonly endpointOf?: (region: string) => Promise<string>;
  readonly override?: Partial<ServiceContext>;
}

/** The secret that `startWire` gives its identity: regions of one system verify each other's credentials. */
const SECRET = Buffer.alloc(32, 7);

export async function startS3(options: TestS3Options = {}): Promise<TestS3> {
  const region = options.region ?? 'us-east-1';
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'understudy-s3-'));
  const now = Date.now();
  const clockSetting = { realOriginMs: now, awsOriginMs: now, speed: options.speed ?? 1 };
  const clock = createClock(clockSetting);
  const base = createTestContext({ region, ...(options.services ? { services: options.services } : {}) });
  const own = { endpoint: '' };
  const context = Object.assign(base, {
    directory,
    clock,
    identity: createIdentity(SECRET, base.account, clock),
    network: {
      ...base.network,
      get endpoint() {
        return own.endpoint;
      },
      endpointOf: async (other: string) =>
        other === region ? own.endpoint : await (options.endpointOf ?? unreachable)(other),
    },
    ...options.override,
  });
  let service = await s3.create(context);
  await service.start();
  const api = s3.api;
  if (!api) throw new Error('s3 has an API');
  // Operations are looked up at each call, so that the endpoint outlives a restart of the service.
  const operations = new Proxy({} as Service['operations'], {
    get: (_, name: string) => service.operations[name],
    getOwnPropertyDescriptor: (_, name: string) => Object.getOwnPropertyDescriptor(service.operations, name),
    ownKeys: () => Object.keys(service.operations),
  });
  const server = await startWire([{ name: 's3', api, operations }], { region, clockSetting });
  own.endpoint = server.client.endpoint;
  const client = new S3Client({ ...server.client, forcePathStyle: true });
  return {
    get service() {
      return service;
    },
    client,
    server,
    context,
    directory,
    restart: async () => {
      await service.stop();
      service = await s3.create(context);
      await service.start();
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await server[Symbol.asyncDispose]();
      await service.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function unreachable(region: string): Promise<string> {
  throw new Error(`the test has no ${region}`);
}

/** Waits for something to become true; fails with what was found last. */
export async function eventually<T>(
  look: () => Promise<T> | T,
  good: (found: T) => boolean,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (good(found)) return found;
    if (Date.now() > deadline)
      throw new Error(`not within ${deadlineMs} ms; found last: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

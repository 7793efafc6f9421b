/** A wire on a real port for tests: operation tables in, an SDK client's configuration out. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceDefinition } from '../services/contract.ts';
import { type ClockSetting, createClock } from '../time/clock.ts';
import { createIdentity, createWire, type SystemIdentity, type Wire, type WireOptions } from './index.ts';
import type { Operations, ServiceApi } from './types.ts';

export interface TestService {
  readonly name: string;
  readonly api: ServiceApi;
  readonly operations: Operations;
  readonly controlPlane?: 'regional' | 'us-east-1';
}

export interface TestServer extends AsyncDisposable {
  readonly wire: Wire;
  readonly identity: SystemIdentity;
  readonly port: number;
  readonly failures: unknown[];
  /** What an SDK client's constructor takes. */
  readonly client: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
    readonly maxAttempts: number;
  };
}

export async function startWire(
  services: readonly TestService[],
  options: Partial<WireOptions> & { readonly clockSetting?: ClockSetting } = {},
): Promise<TestServer> {
  const region = options.region ?? 'us-east-1';
  const now = Date.now();
  const clock = createClock(options.clockSetting ?? { realOriginMs: now, awsOriginMs: now, speed: 1 });
  const identity = createIdentity(Buffer.alloc(32, 7), '000000000000', clock);
  const failures: unknown[] = [];
  const wire = createWire({
    region,
    account: '000000000000',
    clock,
    regions: ['us-east-1', 'us-west-2'],
    verifier: identity,
    services: services.map(({ name, api, operations, controlPlane }) => ({
      definition: definition(name, api, controlPlane ?? 'regional'),
      service: { operations, resources: {}, start: async () => {}, stop: async () => {} },
    })),
    failed: (failure) => failures.push(failure),
    ...options,
  });
  const server = createServer(wire.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    wire,
    identity,
    port,
    failures,
    client: { region, endpoint: `http://127.0.0.1:${port}`, credentials: identity.root, maxAttempts: 1 },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function definition(
  name: string,
  api: ServiceApi,
  controlPlane: 'regional' | 'us-east-1',
): ServiceDefinition {
  return {
    name,
    controlPlane,
    api,
    types: {},
    create: () => {
      throw new Error('the test creates its services itself');
    },
  };
}

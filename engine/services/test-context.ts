/**
 * A real context for one service under test: a store in memory, a folder of its own, loopback addresses of a
 * block kept for tests, a journal that is a list. Other services are given by their operations. Nothing here
 * fakes the service itself.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressBook } from '../network/addresses.ts';
import type { KeyPairPem } from '../network/certificates.ts';
import { openStore } from '../region/store.ts';
import { createClock } from '../time/clock.ts';
import type { Operations } from '../wire/types.ts';
import type { JournalEntry, Json, ServiceContext } from './contract.ts';

export interface TestContext extends ServiceContext {
  readonly entries: JournalEntry[];
  readonly published: Map<string, Json | null>;
  /** Ends what the context holds and removes its folder. */
  dispose(): void;
}

export interface TestContextOptions {
  readonly region?: string;
  readonly speed?: number;
  readonly services?: Readonly<Record<string, Operations>>;
  /** Anything of the context that the test wants otherwise. */
  readonly override?: Partial<ServiceContext>;
}

/** Block 14 belongs to unit tests; the process id spreads concurrent test files over ports, not addresses. */
const TEST_BLOCK = 14;

export function createTestContext(options: TestContextOptions = {}): TestContext {
  const region = options.region ?? 'us-east-1';
  const regions = ['us-east-1', 'us-west-2'];
  const book = addressBook(TEST_BLOCK, regions);
  const directory = mkdtempSync(join(tmpdir(), 'understudy-test-'));
  // Also when a test fails before it disposes.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const store = openStore(':memory:');
  const entries: JournalEntry[] = [];
  const published = new Map<string, Json | null>();
  const now = Date.now();
  let seed = 42;
  let making: Promise<KeyPairPem> | undefined;
  const context: TestContext = {
    account: '000000000000',
    region,
    regions,
    clock: createClock({ realOriginMs: now, awsOriginMs: now, speed: options.speed ?? 1 }),
    journal: { record: (entry) => entries.push(entry) },
    random: () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    },
    store,
    directory,
    network: {
      address: (vpcAddress) => book.inRegion(region, vpcAddress),
      port: (standard) => (standard < 1024 ? standard + 10_000 : standard),
      endpoint: `http://${book.endpointOf(region)}:4566`,
      endpointOf: async (other) => `http://${book.endpointOf(other)}:4566`,
      door: async (_region, place) => place,
      regionOf: book.regionOf,
      resolver: { host: book.resolverOf(region), port: 10_053 },
      trustFile: join(directory, 'ca.pem'),
      issueCertificate: async (dnsNames) => {
        const { createAuthority, issueCertificate } = await import('../network/certificates.ts');
        // One authority, however many ask at once.
        making ??= createAuthority('Test authority');
        const authority = await making;
        writeFileSync(join(directory, 'ca.pem'), authority.certificatePem);
        return await issueCertificate(authority, dnsNames);
      },
    },
    identity: {
      issue: () => ({ accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' }),
    },
    assets: { file: () => undefined, image: () => undefined },
    delay: async () => {},
    invoke: async <I, O>(service: string, operation: string, input: I): Promise<O> => {
      const found = options.services?.[service]?.[operation];
      if (!found) throw new Error(`the test gives no operation ${service}:${operation}`);
      return (await found(input, { requestId: 'test', principal: 'test', via: 'service' })) as O;
    },
    publish: (key, document) => void published.set(key, document),
    ask: async (service, question) => {
      throw new Error(`the test gives no answer of ${service} to ${question}`);
    },
    guestEnvironment: () => ({}),
    ...options.override,
    entries,
    published,
    dispose: () => {
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return context;
}

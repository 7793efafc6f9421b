/**
 * A real context for one data plane under test, as `test-context.ts` is for a control plane: a store in
 * memory, loopback addresses of the tests' block, documents as the global process keeps them, a journal that
 * is a list. Operations of regions are given by the test.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyPairPem } from '../network/certificates.ts';
import { createDocuments } from '../region/documents.ts';
import { openStore } from '../region/store.ts';
import { createClock } from '../time/clock.ts';
import type { GlobalContext, JournalEntry, Json, Store } from './contract.ts';

export interface TestGlobalContext extends GlobalContext {
  readonly entries: JournalEntry[];
  /** As if a region had published it. */
  regionPublishes(key: string, document: Json | null): void;
  issueCertificate(dnsNames: readonly string[]): Promise<KeyPairPem>;
  dispose(): void;
}

export interface TestGlobalContextOptions {
  readonly speed?: number;
  /** `region service operation` → answer. */
  readonly invoke?: (region: string, service: string, operation: string, input: unknown) => unknown;
  /** To go on with what an earlier context has kept. */
  readonly store?: Store;
  /** Where the standard ports are in this test; 0 lets the kernel choose. */
  readonly port?: (standard: number) => number;
  readonly address?: GlobalContext['network']['address'];
  readonly endpointOf?: (region: string) => string;
}

export function createTestGlobalContext(options: TestGlobalContextOptions = {}): TestGlobalContext {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-test-global-'));
  const ownStore = openStore(':memory:');
  const store = options.store ?? ownStore;
  const documentStore = openStore(':memory:');
  const documents = createDocuments(documentStore);
  const entries: JournalEntry[] = [];
  const now = Date.now();
  const trustFile = join(directory, 'ca.pem');
  let version = 0;
  let seed = 42;
  let authority: KeyPairPem | undefined;
  return {
    account: '000000000000',
    regions: ['us-east-1', 'us-west-2'],
    clock: createClock({ realOriginMs: now, awsOriginMs: now, speed: options.speed ?? 1 }),
    journal: { record: (entry) => entries.push(entry) },
    random: () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    },
    store,
    directory,
    identity: {
      issue: () => ({ accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' }),
    },
    network: {
      // Block 14 belongs to unit tests; its tenth network to the global data planes.
      address: options.address ?? ((kind, index) => `127.234.${kind === 'edge' ? 2 : 1}.${index + 1}`),
      port: options.port ?? ((standard) => (standard < 1024 ? standard + 10_000 : standard)),
      endpointOf: options.endpointOf ?? (() => 'http://127.0.0.1:1'),
      trustFile,
    },
    watch: documents.watch,
    publish: documents.publish,
    invoke: async <I, O>(region: string, service: string, operation: string, input: I): Promise<O> => {
      if (!options.invoke) throw new Error(`${region} is away in this test: ${service}:${operation}`);
      return (await options.invoke(region, service, operation, input)) as O;
    },
    entries,
    regionPublishes: (key, document) => {
      version += 1;
      documents.take([{ key, document, region: 'us-east-1', version }]);
    },
    issueCertificate: async (dnsNames) => {
      const { createAuthority, issueCertificate } = await import('../network/certificates.ts');
      if (!authority) {
        authority = await createAuthority('Test authority');
        writeFileSync(trustFile, authority.certificatePem);
      }
      return await issueCertificate(authority, dnsNames);
    },
    dispose: () => {
      documentStore.close();
      ownStore.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

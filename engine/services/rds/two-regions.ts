/**
 * For tests: two regions in one process, each with a real database service on addresses of the test block, a
 * small EC2 that hands out addresses, and a link between them that can be cut.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { setTimeout as realSleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { addressBook } from '../../network/addresses.ts';
import { createLinks, type Links } from '../../network/links.ts';
import type { Caller, Operations } from '../../wire/types.ts';
import type { Network, Service } from '../contract.ts';
import { createTestContext, type TestContext, type TestContextOptions } from '../test-context.ts';
import { createService } from './index.ts';
import { explainRegions, keepJournal } from './region-explanation.ts';

const TOKEN = 'test-token';
const CALLER: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const REGIONS = ['us-east-1', 'us-west-2'] as const;
export type TestRegion = (typeof REGIONS)[number];

export interface RegionUnderTest {
  readonly region: TestRegion;
  readonly context: TestContext;
  service: Service;
  call<O>(operation: string, input: object): Promise<O>;
  /** As SIGKILL of the region's process group: the servers die, the service forgets everything. */
  lose(): Promise<void>;
  /** Starts the service again from what is on disk. */
  restore(): Promise<void>;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  dispose(): Promise<void>;
}

const TEST_BLOCK = 14;
const CLAIM_PORT = 4599;
/** Stand in the address book before ours, one for each network that other runs of these tests have claimed. */
const otherRuns = await claimNetworks();

async function claimNetworks(): Promise<readonly string[]> {
  for (const before of [0, 2, 4, 6]) {
    const claim = createServer();
    const claimed = await new Promise<boolean>((resolve) => {
      claim.once('error', () => resolve(false));
      claim.listen(CLAIM_PORT, `127.${TEST_BLOCK * 16 + 1 + before}.0.1`, () => resolve(true));
    });
    // Held until this process ends, however it ends.
    claim.unref();
    if (claimed) return Array.from({ length: before }, (_, n) => `other-run-${n}`);
  }
  throw new Error('four runs of these tests are under way on this machine already');
}

let nextHost = 10 + (process.pid % 40);

function fakeEc2(): Operations {
  return {
    DescribeSubnets: ({ SubnetIds }: { SubnetIds: string[] }) => ({
      Subnets: SubnetIds.map((SubnetId) => ({
        SubnetId,
        AvailabilityZone: `zone-${SubnetId.at(-1)}`,
      })),
    }),
    CreateNetworkInterface: ({ SubnetId }: { SubnetId: string }) => ({
      NetworkInterface: {
        NetworkInterfaceId: `eni-${++nextHost}`,
        PrivateIpAddress: `10.0.2${SubnetId.at(-1)}.${nextHost}`,
      },
    }),
    DeleteNetworkInterface: () => ({}),
  };
}

/** The network between the regions: the engine's own links. */
export interface TestLink {
  readonly join: (region: string, links: Links) => void;
  cut(): void;
  heal(): void;
  /** One direction alone. */
  set(way: { from: TestRegion; to: TestRegion; delayMs: number; cut: boolean }): void;
}

export function createLink(delayMs: number): TestLink {
  const ends = new Map<string, Links>();
  const set = (cut: boolean): void => {
    for (const links of ends.values())
      for (const [from, to] of [REGIONS, REGIONS.toReversed()] as [string, string][])
        links.set({ from, to, delayMs, cut });
  };
  return {
    join: (region, links) => {
      ends.set(region, links);
      set(false);
    },
    cut: () => set(true),
    heal: () => set(false),
    set: (way) => {
      for (const links of ends.values()) links.set(way);
    },
  };
}

export function createRegion(
  region: TestRegion,
  link: TestLink,
  options: TestContextOptions = {},
): RegionUnderTest {
  const book = addressBook(TEST_BLOCK, [...otherRuns, ...REGIONS]);
  const base = createTestContext({ region });
  base.dispose();
  const links = createLinks({ region, book, clock: base.clock, states: [] });
  link.join(region, links);
  const door: Network['door'] = (other, place) => {
    const host = place.host === 'endpoint' ? book.endpointOf(other) : place.host;
    return links.door(other, { host, port: place.port });
  };
  const network: Network = {
    ...base.network,
    door,
    address: (vpcAddress) => book.inRegion(region, vpcAddress),
    endpoint: `http://${book.endpointOf(region)}:4566`,
    endpointOf: async (other) => `http://${book.endpointOf(other)}:4566`,
    regionOf: book.regionOf,
  };
  const journal = keepJournal(region);
  const context = createTestContext({
    ...options,
    region,
    services: { ec2: fakeEc2(), cloudwatch: { PutMetricData: () => ({}) }, ...options.services },
    override: {
      network,
      journal: {
        record: (entry) => {
          context.entries.push(entry);
          journal.add(entry);
        },
      },
      ...options.override,
    },
  });
  const found: RegionUnderTest = {
    region,
    context,
    service: createService(context, TOKEN),
    call: async (operation, input) => await found.service.operations[operation]!(input, CALLER),
    lose: async () => {
      // The test is the region's process and cannot die; what would die with it is ended here.
      const pids = instances(found).flatMap((instance) => (instance.pid ? [instance.pid] : []));
      const stopped = found.service.stop();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await stopped;
    },
    restore: async () => {
      found.service = createService(context, TOKEN);
      await found.service.start();
    },
    dispose: async () => {
      await found.service.stop();
      links.close();
      context.dispose();
    },
    get endpoint() {
      return address(found, 'Endpoint');
    },
    get readerEndpoint() {
      return address(found, 'ReaderEndpoint');
    },
  };
  journal.describedBy(() => found.service.status!());
  return found;
}

function address(found: RegionUnderTest, name: 'Endpoint' | 'ReaderEndpoint'): string {
  const answer = found.service.operations['DescribeDBClusters']!({}, CALLER) as unknown as {
    DBClusters: Record<string, string>[];
  };
  return answer.DBClusters[0]![name]!;
}

export interface InstanceStatus {
  readonly identifier: string;
  readonly role: string | null;
  readonly pid: number | null;
  readonly lagMs: number | null;
  readonly status: string;
  readonly following: boolean;
  readonly lagging: boolean;
  readonly acknowledging: boolean;
}

export function instances(region: RegionUnderTest): readonly InstanceStatus[] {
  const status = region.service.status!() as unknown as { clusters: { instances: InstanceStatus[] }[] };
  return status.clusters.flatMap((cluster) => cluster.instances);
}

/** A cluster with two instances in two zones; the first region's writes, the second's joins. */
export async function provision(region: RegionUnderTest, global: string | undefined): Promise<void> {
  const first = region.region === REGIONS[0];
  await region.call('CreateDBSubnetGroup', {
    DBSubnetGroupName: 'db',
    SubnetIds: ['subnet-0', 'subnet-1', 'subnet-2'],
  });
  if (first && global)
    await region.call('CreateGlobalCluster', { GlobalClusterIdentifier: global, Engine: 'aurora-mysql' });
  await region.call('CreateDBCluster', {
    DBClusterIdentifier: `understudy-${region.region}`,
    Engine: 'aurora-mysql',
    DBSubnetGroupName: 'db',
    ...(global ? { GlobalClusterIdentifier: global } : {}),
    ...(first ? { MasterUsername: 'admin', MasterUserPassword: 'secret', DatabaseName: 'storefront' } : {}),
  });
  for (const number of [1, 2])
    await region.call('CreateDBInstance', {
      DBInstanceIdentifier: `understudy-${region.region}-${number}`,
      DBClusterIdentifier: `understudy-${region.region}`,
    });
}

/** Waits for a condition, with a deadline; says what it waited for, and what each region was and did. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      assert.fail(`not within ${deadlineMs} ms: ${what}\n${explainRegions()}`);
    await realSleep(20);
  }
}

export async function connectTo(host: string): Promise<Connection> {
  const connection = await createConnection({
    host,
    port: 3306,
    user: 'admin',
    password: 'secret',
    database: 'storefront',
    connectTimeout: 3000,
  });
  connection.on('error', () => {});
  return connection;
}

/** One statement on a connection of its own; undefined if it failed. */
export async function ask(host: string, statement: string): Promise<RowDataPacket[] | undefined> {
  const connection = await connectTo(host).catch(() => undefined);
  if (!connection) return undefined;
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } catch {
    return undefined;
  } finally {
    connection.destroy();
  }
}

/** What clients were told is kept, by id; the ledger that the database is held against afterwards. */
export interface Ledger {
  readonly acknowledged: Set<number>;
  readonly refused: Set<number>;
  stop(): Promise<void>;
}

const writing = new Set<() => void>();

/** Ends what a failed test left writing: the next one must not suffer for it. */
export function abandonLedgers(): void {
  for (const abandon of writing) abandon();
}

/** Writes one order after the other through an address, reconnecting when it must, until stopped. */
export function writeOrders(host: () => string, from: number): Ledger {
  const acknowledged = new Set<number>();
  const refused = new Set<number>();
  let running = true;
  let connection: Connection | undefined;
  const abandon = (): void => {
    running = false;
    connection?.destroy();
  };
  writing.add(abandon);
  const work = (async () => {
    for (let id = from; running; id++) {
      try {
        connection ??= await connectTo(host());
        await connection.query('INSERT INTO orders VALUES (?, ?)', [id, 'order']);
        acknowledged.add(id);
      } catch {
        refused.add(id);
        connection?.destroy();
        connection = undefined;
        await realSleep(10);
      }
    }
    connection?.destroy();
  })();
  return {
    acknowledged,
    refused,
    stop: async () => {
      running = false;
      await work;
      writing.delete(abandon);
    },
  };
}

export async function orderIds(host: string): Promise<Set<number>> {
  const rows = await ask(host, 'SELECT id FROM orders');
  assert.ok(rows, `orders can be read at ${host}`);
  return new Set(rows.map((row) => Number(row['id'])));
}

export const CREATE_ORDERS = 'CREATE TABLE orders (id INT UNSIGNED PRIMARY KEY, note VARCHAR(20))';

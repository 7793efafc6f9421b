/**
 * Writes a second and their 99th percentile through the cluster endpoint of a writer with an acknowledging
 * reader, against the same writer without the endpoint (`direct`) and against a MariaDB alone with the same
 * options and nobody to wait for (`alone`). In one run, in turns, each load from a process of its own: single
 * inserts, each its own transaction. Prints one JSON object. Run: node engine/services/rds/rds.bench.ts [seconds]
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DBInstance } from '@aws-sdk/client-rds';
import type { Place } from '../contract.ts';
import { dataDirectories } from './data-directory.ts';
import { createInstanceProcess, type InstanceProcess } from './instance-process.ts';
import { openSecrets } from './secrets.ts';
import { settingsOf } from './server-parameters.ts';
import { findSoftware } from './software.ts';
import {
  ask,
  CREATE_ORDERS,
  createLink,
  createRegion,
  instances,
  provision,
  type RegionUnderTest,
  until,
} from './two-regions.ts';

const CONNECTIONS = 16;
const ROUNDS = 5;
/** Each turn's ids are its own. */
const IDS_A_TURN = 10_000_000;
const INSTANCE_CLASS = 'db.r5.large';
const CREATE_ALONE = [
  'SET GLOBAL read_only=OFF',
  'CREATE DATABASE storefront',
  "CREATE USER admin@'%' IDENTIFIED BY 'secret'",
  "GRANT ALL ON storefront.* TO admin@'%'",
  CREATE_ORDERS.replace('orders', 'storefront.orders'),
];

/** What `write-load.bench.ts` tells: of each write, in milliseconds. */
interface Load {
  readonly took: readonly number[];
}

interface Figure {
  readonly writesPerSecond: number;
  readonly p99Ms: number;
}

await measureAll(Number(process.argv[2] ?? '2'));

async function measureAll(secondsPerTurn: number): Promise<void> {
  const east = createRegion('us-east-1', createLink(0));
  const folder = mkdtempSync(join(tmpdir(), 'understudy-bench-'));
  const alone = await startAlone(east, folder);
  try {
    const places = { endpoint: await startCluster(east), direct: '', alone: alone.host };
    places.direct = await writerAddress(east);
    const turns = new Map<string, Load[]>();
    let turn = 0;
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, address] of Object.entries(places)) {
        const done = await loadFromChild(address, secondsPerTurn, turn++);
        turns.set(name, [...(turns.get(name) ?? []), done]);
      }
    const figures = Object.fromEntries(
      [...turns].map(([name, loads]) => [name, figureOf(loads, secondsPerTurn)]),
    );
    const ratios = {
      'endpointTo direct': ratioOf(figures['endpoint']!, figures['direct']!),
      'endpointTo alone': ratioOf(figures['endpoint']!, figures['alone']!),
    };
    const result = {
      bench: 'rds',
      connections: CONNECTIONS,
      rounds: ROUNDS,
      secondsPerTurn,
      figures,
      ratios,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await Promise.all([east.dispose(), alone.server.stop(5000)]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startCluster(east: RegionUnderTest): Promise<string> {
  await east.service.start();
  await provision(east, undefined);
  await until('the reader acknowledges', () => instances(east).some((instance) => instance.acknowledging));
  await ask(east.endpoint, CREATE_ORDERS);
  return east.endpoint;
}

async function writerAddress(east: RegionUnderTest): Promise<string> {
  const writer = instances(east).find((instance) => instance.role === 'writer');
  const found = await east.call<{ DBInstances: DBInstance[] }>('DescribeDBInstances', {
    DBInstanceIdentifier: writer?.identifier,
  });
  return found.DBInstances[0]?.Endpoint?.Address ?? '';
}

/** The engine's own server, with the options that an instance has, in no cluster. */
async function startAlone(
  east: RegionUnderTest,
  folder: string,
): Promise<{ readonly host: string; readonly server: InstanceProcess }> {
  const software = findSoftware();
  const place: Place = { host: east.context.network.address('10.0.29.250'), port: 3306 };
  const server = createInstanceProcess({
    software,
    secrets: openSecrets(east.context.store, 'bench'),
    directories: dataDirectories(software, folder),
    directory: join(folder, 'alone'),
    ...place,
    serverId: 1,
    settings: () =>
      settingsOf({
        clusterParameters: {},
        instanceParameters: {},
        instanceClass: INSTANCE_CLASS,
        capacity: undefined,
      }),
    ended: (reason) => process.stderr.write(`the server alone ${reason}\n`),
  });
  await server.start({ asReplica: false });
  for (const statement of CREATE_ALONE) await server.sql('control').query(statement);
  return { host: place.host, server };
}

function loadFromChild(address: string, forSeconds: number, turn: number): Promise<Load> {
  const load = join(import.meta.dirname, 'write-load.bench.ts');
  const child = fork(load, [address, String(forSeconds), String(CONNECTIONS), String(turn * IDS_A_TURN)]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => {
      child.disconnect();
      resolve(message as Load);
    });
    child.once('exit', (code) => reject(new Error(`the load on ${address} ended with ${code}`)));
  });
}

function figureOf(loads: readonly Load[], secondsPerTurn: number): Figure {
  const took = loads.flatMap((done) => done.took).toSorted((a, b) => a - b);
  return {
    writesPerSecond: Math.round(took.length / (loads.length * secondsPerTurn)),
    p99Ms: round(took[Math.floor(took.length * 0.99)] ?? 0),
  };
}

function ratioOf(ours: Figure, other: Figure): Figure {
  return {
    writesPerSecond: round(ours.writesPerSecond / other.writesPerSecond),
    p99Ms: round(ours.p99Ms / other.p99Ms),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

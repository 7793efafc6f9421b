/**
 * A calm point: the link whole, both regions there, one writer, everybody following. Then everything that
 * clients were told is held against what the databases say: the writer, and each reader and standby against it.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordsOf } from '../region-explanation.ts';
import type { RescueFile } from '../rescue-rows.ts';
import { ask, instances, type RegionUnderTest, until } from '../two-regions.ts';
import { globalOf, parts, type Stage } from './faults.ts';
import { judge, type LedgerRow, type Rescue, type Verdict } from './ledger.ts';
import { epochOf, type Workload } from './workload.ts';

const CALM_DEADLINE_MS = 180_000;

export async function reachCalm(stage: Stage): Promise<void> {
  stage.link.heal();
  await until('both regions are calm', () => whyNotCalm(stage) === undefined, CALM_DEADLINE_MS).catch(
    (error: Error) => {
      error.message = `${whyNotCalm(stage)}: ${error.message}`;
      throw error;
    },
  );
}

function whyNotCalm(stage: Stage): string | undefined {
  const [a, b] = stage.regions;
  if (epochOf(a) !== epochOf(b)) return `the epochs are ${epochOf(a)} and ${epochOf(b)}`;
  const { writing, standby } = parts(stage);
  for (const region of stage.regions) {
    const global = globalOf(region);
    if (global?.writerRegion !== writing.region) return `${region.region} does not know who writes`;
    if (global.move) return `${region.region} is ${global.move}`;
    const apart = global.members.find(({ synchronization }) => synchronization !== 'connected');
    if (apart) return `${region.region} says that ${apart.region} is ${apart.synchronization}`;
    for (const { identifier, role, status, following } of instances(region)) {
      if (status !== 'available') return `${identifier} is ${status}`;
      if (role !== 'writer' && !following) return `${identifier}, ${role}, does not follow`;
    }
  }
  const has = (region: RegionUnderTest, role: string) => instances(region).some((one) => one.role === role);
  if (!has(writing, 'writer')) return `nobody writes in ${writing.region}`;
  if (!has(standby, 'head')) return `${standby.region} has no head`;
  return instances(writing).some(({ acknowledging }) => acknowledging) ? undefined : 'no reader acknowledges';
}

/** The clients are paused. */
export async function check(stage: Stage, workload: Workload): Promise<Verdict> {
  const { writing, standby } = parts(stage);
  const sum =
    'SELECT COUNT(*) n, COALESCE(SUM(CRC32(CONCAT_WS(":", entry, id, counter, value))), 0) s FROM ledger';
  const sumAt = async (host: string): Promise<string | undefined> => JSON.stringify(await ask(host, sum));
  const wanted = await sumAt(writing.endpoint);
  assert.ok(wanted, 'the writer can be read');
  for (const host of [writing.readerEndpoint, standby.endpoint, standby.readerEndpoint])
    await until(
      `${host} has what the writer has`,
      async () => (await sumAt(host)) === wanted,
      CALM_DEADLINE_MS,
    );
  const rows = await ask(writing.endpoint, 'SELECT id, counter, value FROM ledger');
  const counters = await ask(writing.endpoint, 'SELECT name, value FROM counters');
  assert.ok(rows && counters, 'the writer can be read');
  return judge({
    acknowledged: workload.acknowledged,
    staleReads: workload.staleReads,
    rows: rows.map(
      (row): LedgerRow => ({ id: Number(row['id']), counter: row['counter'], value: row['value'] }),
    ),
    counters: new Map(counters.map((row) => [Number(row['name']), Number(row['value'])])),
    rescues: stage.regions.flatMap(rescuesOf),
    promotions: promotionsOf(stage),
  });
}

function rescuesOf(region: RegionUnderTest): readonly Rescue[] {
  const folder = join(region.context.directory, 'rescue');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { changes, epoch } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RescueFile;
      const ids = changes.flatMap((change) =>
        change.operation === 'insert' && change.table === 'storefront.ledger'
          ? [Number(change.after?.['id'])]
          : [],
      );
      return { file, region: region.region, epoch, ids: new Set(ids) };
    });
}

/** Every change of the writer's region, as the regions told it. */
export function promotionsOf(stage: Stage): readonly { epoch: number; planned: boolean }[] {
  return stage.regions.flatMap(({ region }) =>
    recordsOf(region).flatMap(({ entry: { event, because, data } }) => {
      const epoch = (data as { epoch?: number } | undefined)?.epoch;
      if (epoch === undefined) return [];
      if (event === 'cluster.takeover-overruled') return [{ epoch, planned: false }];
      return event === 'cluster.promoted' ? [{ epoch, planned: because.startsWith('a planned move') }] : [];
    }),
  );
}

/**
 * Exports what an old writer accepted and the new one never saw, before the old data are replaced: one
 * readable file, complete and on disk before anything else happens. Never merged, never dropped in silence.
 */
import { spawn } from 'node:child_process';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatPosition } from './gtid.ts';
import { ENGINE_SCHEMA } from './heartbeat.ts';
import { type Cluster, globalOf, type Instance, type Rds } from './house.ts';
import type { SurplusRecord } from './records.ts';
import { positionOf } from './replication.ts';
import { type Catalogue, type Column, countChanges, type RescueFile, rescueReader } from './rescue-rows.ts';

export interface Rescue {
  readonly file: string;
  readonly counts: ReturnType<typeof countChanges>;
}

type Holder = Pick<Instance, 'identifier' | 'server'>;

export async function exportSurplus(
  rds: Rds,
  cluster: Cluster,
  holder: Instance,
  surplus: SurplusRecord,
): Promise<Rescue> {
  const { context } = rds;
  const membership = globalOf(rds, cluster)?.membership;
  const toGtid = formatPosition(await positionOf(holder.server));
  const { changes, tables } = await readSurplus(rds.software.binlogReader, holder, surplus.fromGtid);
  const counts = countChanges(changes);
  const exportedAt = new Date(context.clock.now()).toISOString();
  const document: RescueFile = {
    globalClusterIdentifier: membership?.identifier ?? '',
    clusterIdentifier: cluster.identifier,
    region: context.region,
    newWriterRegion: membership?.writerRegion ?? '',
    epoch: surplus.epoch,
    fromGtid: surplus.fromGtid,
    toGtid,
    exportedAt,
    counts,
    tables,
    changes,
  };
  const folder = join(context.directory, 'rescue');
  const file = join(folder, `${exportedAt.replaceAll(':', '-')}-${context.region}.json`);
  await writeDurably(folder, file, `${JSON.stringify(document, null, 2)}\n`);
  context.journal.record({
    event: 'rescue.exported',
    subject: cluster.identifier,
    because: `${context.region} had accepted ${counts.rows} rows in ${counts.transactions} transactions that ${document.newWriterRegion} never received; they are in ${file}`,
    data: { file, fromGtid: surplus.fromGtid, toGtid, epoch: surplus.epoch, ...counts },
  });
  return { file, counts };
}

/** What a server's binary log holds after a position, row by row, and how the rows' tables are made. */
export async function readSurplus(
  binlogReader: string,
  holder: Holder,
  fromGtid: string,
): Promise<Pick<RescueFile, 'changes'> & { readonly tables: NonNullable<RescueFile['tables']> }> {
  const catalogue = await readCatalogue(holder);
  const reader = rescueReader(catalogue, ENGINE_SCHEMA);
  for await (const line of binlogLines(binlogReader, holder, fromGtid, await binlogFiles(holder)))
    reader.line(line);
  reader.end();
  const { changes } = reader;
  const tables = Object.keys(countChanges(changes).tables).map((table): [string, readonly Column[]] => [
    table,
    catalogue.get(table) ?? [],
  ]);
  return { changes, tables: Object.fromEntries(tables) };
}

async function readCatalogue(holder: Holder): Promise<Catalogue> {
  const rows = await holder.server.sql('control').query(
    `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, COLUMN_TYPE AS full_type, DATA_TYPE AS type,
       COLUMN_KEY AS k, IS_GENERATED AS g, CHARACTER_SET_NAME AS charset
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'sys')
     ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
  );
  const catalogue = new Map<string, Column[]>();
  for (const row of rows) {
    const table = `${row['s']}.${row['t']}`;
    const columns = catalogue.get(table) ?? [];
    columns.push({
      name: String(row['c']),
      unsigned: String(row['full_type']).includes('unsigned'),
      type: String(row['type']),
      key: row['k'] === 'PRI',
      generated: row['g'] === 'ALWAYS',
      charset: row['charset'] === null ? null : String(row['charset']),
    });
    catalogue.set(table, columns);
  }
  return catalogue;
}

async function binlogFiles(holder: Holder): Promise<readonly string[]> {
  const rows = await holder.server.sql('control').query('SHOW BINARY LOGS');
  return rows.map((row) => join(holder.server.directory, 'data', String(row['Log_name'])));
}

async function* binlogLines(
  binlogReader: string,
  holder: Holder,
  fromGtid: string,
  files: readonly string[],
): AsyncGenerator<string> {
  const child = spawn(
    binlogReader,
    [
      '--no-defaults',
      '--base64-output=decode-rows',
      '-v',
      ...(fromGtid === '' ? [] : [`--start-position=${fromGtid}`]),
      ...files,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' } },
  );
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-1000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A character for each byte: texts and blobs are told apart by their column.
  child.stdout.setEncoding('latin1');
  yield* createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  const code = await ended;
  if (code !== 0)
    throw new Error(`the binary log of ${holder.identifier} could not be read (${code}): ${words.trim()}`);
}

async function writeDurably(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = `${file}.new`;
  const handle = await open(aside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

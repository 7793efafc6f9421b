import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../region/store.ts';
import { dataDirectories } from './data-directory.ts';
import { createInstanceProcess, type InstanceProcess } from './instance-process.ts';
import { openSecrets } from './secrets.ts';
import { findSoftware } from './software.ts';
import { firstText, SqlDeadline } from './sql.ts';

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

test('a server left over from a killed region is ended, and its data are used again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-server-'));
  const store = openStore(':memory:');
  const software = findSoftware();
  const port = await freePort();
  const ends: string[] = [];
  const open = (name: string): InstanceProcess =>
    createInstanceProcess({
      software,
      secrets: openSecrets(store, 'token'),
      directories: dataDirectories(software, folder),
      directory: join(folder, 'one'),
      host: '127.0.0.1',
      port,
      serverId: 1,
      ended: (reason) => ends.push(`${name} ${reason}`),
    });
  const left = open('left');
  const next = open('next');
  t.after(async () => {
    await Promise.all([left.stop(5000), next.stop(5000)]);
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await left.start({ asReplica: false });
  await left.sql('control').query('CREATE DATABASE kept');
  const number = async (server: InstanceProcess): Promise<string> =>
    firstText(await server.sql('control').query('SELECT @@server_id'));
  const before = await number(left);
  await next.start({ asReplica: false });
  assert.deepEqual(ends, ['left ended by SIGKILL']);
  assert.equal(firstText(await next.sql('control').query("SHOW DATABASES LIKE 'kept'")), 'kept');
  assert.notEqual(
    await number(next),
    before,
    'a server would not receive what it wrote under the same number',
  );
  await assert.rejects(next.sql('watch').query('SELECT SLEEP(5)', [], 50), SqlDeadline);
});

test('a pid file that names another program ends nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-server-'));
  const store = openStore(':memory:');
  const software = findSoftware();
  const directories = dataDirectories(software, folder);
  const directory = join(folder, 'one');
  await directories.provide(directory);
  // This very process: were the command line not looked at, the test would end here.
  writeFileSync(join(directory, 'server.pid'), String(process.pid));
  const server = createInstanceProcess({
    software,
    secrets: openSecrets(store, 'token'),
    directories,
    directory,
    host: '127.0.0.1',
    port: await freePort(),
    serverId: 1,
    ended: () => {},
  });
  t.after(async () => {
    await server.stop(5000);
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start({ asReplica: false });
  assert.ok(server.running);
});

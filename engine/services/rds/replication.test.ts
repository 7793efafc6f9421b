/** What a server does when it is told to stop following while its source is cut off. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../region/store.ts';
import { dataDirectories } from './data-directory.ts';
import { createInstanceProcess } from './instance-process.ts';
import { drain, follow } from './replication.ts';
import { openSecrets } from './secrets.ts';
import { findSoftware } from './software.ts';

const HOST = '127.0.0.1';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.address() as AddressInfo).port;
}

test('a follower that was cut off in the middle of its login stops within seconds', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-server-'));
  const store = openStore(':memory:');
  const software = findSoftware();
  const secrets = openSecrets(store, 'token');
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  const server = createInstanceProcess({
    software,
    secrets,
    directories: dataDirectories(software, folder),
    directory: join(folder, 'one'),
    host: HOST,
    port,
    serverId: 1,
    ended: () => {},
  });
  // A source (the server itself will do) whose greeting arrives and whose answer to the login does not.
  const login = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const cut = createServer((near) => {
    const far = connect(port, HOST);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
    far.once('data', (greeting) => near.write(greeting));
    near.once('data', () => login.resolve());
  });
  const place = { host: HOST, port: await listening(cut) };
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    cut.close();
    await server.stop(5000);
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start({ asReplica: false });
  await follow(server, place, { password: secrets.replicationPassword, acknowledges: false });
  await login.promise;
  const began = performance.now();
  await drain(server, 10_000);
  assert.ok(performance.now() - began < 8000, 'a promotion cannot wait for longer');
});

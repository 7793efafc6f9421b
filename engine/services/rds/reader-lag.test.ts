/** A real reader that stops applying, at a speed at which the limit passes in a second and a half. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  ask,
  CREATE_ORDERS,
  connectTo,
  createLink,
  createRegion,
  instances,
  provision,
  until,
} from './two-regions.ts';

const east = createRegion('us-east-1', createLink(0), { speed: 20 });
after(() => east.dispose());

/** A new connection each time, as the reader endpoint chooses by connection. */
const reads = async (): Promise<unknown> =>
  (await ask(east.readerEndpoint, 'SELECT @@server_id AS id'))?.[0]?.['id'];
const happened = (event: string): boolean => east.context.entries.some((entry) => entry.event === event);

test('a reader that lags is left out of the reader endpoint until it has caught up', async () => {
  await east.service.start();
  await provision(east, undefined);
  await until('the reader follows', () => instances(east).some((instance) => instance.following));
  assert.ok(await ask(east.endpoint, CREATE_ORDERS));
  const [writer] = (await ask(east.endpoint, 'SELECT @@server_id AS id')) ?? [];
  await until('the reader is read from', async () => (await reads()) !== writer?.['id']);
  const reader = await reads();
  const open = await connectTo(east.readerEndpoint);
  await until('the table is at the reader', async () =>
    open.query('LOCK TABLES orders READ').then(
      () => true,
      () => false,
    ),
  );
  assert.ok(await ask(east.endpoint, "INSERT INTO orders VALUES (1, 'not at the reader')"));
  await until('reads go to the writer', async () => (await reads()) === writer?.['id']);
  assert.ok(happened('instance.left-reader-endpoint'));
  await open.query('UNLOCK TABLES');
  await until('reads go to the reader again', async () => (await reads()) === reader);
  assert.ok(happened('instance.joined-reader-endpoint'));
  open.destroy();
});

/** A customer who keeps what the shop said: orders placed through an edge location, and looked for afterwards. */
import { randomUUID } from 'node:crypto';
import type { FrontDoor, Reply } from '../front-door.ts';
import { until } from './scene.ts';

const PATIENCE_MS = 10_000;

export async function placeOrder(
  door: FrontDoor,
  edge: number,
  key: string = randomUUID(),
): Promise<Reply & { readonly id: string | undefined }> {
  const reply = await door.send({
    edge,
    method: 'POST',
    path: '/api/orders',
    headers: { 'idempotency-key': key },
    body: { customer: `client-${edge}`, items: [{ productId: await aProduct(door), quantity: 1 }] },
    deadlineMs: PATIENCE_MS,
  });
  const acknowledged = reply.status === 201;
  return { ...reply, id: acknowledged ? (reply.body as { id: string }).id : undefined };
}

export async function readOrder(door: FrontDoor, edge: number, id: string): Promise<Reply> {
  return await door.send({ edge, method: 'GET', path: `/api/orders/${id}`, deadlineMs: PATIENCE_MS });
}

/** Orders that the shop had acknowledged and does not know any more; only a 404 is an absence. */
export async function missingOrders(door: FrontDoor, ids: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [edge, id] of ids.entries()) {
    const status = await until(
      `order ${id} to be found or not`,
      async () => {
        const reply = await readOrder(door, edge, id);
        if (reply.status === 200 || reply.status === 404) return reply.status;
        throw new Error(`status ${reply.status}`);
      },
      30_000,
    );
    if (status === 404) missing.push(id);
  }
  return missing;
}

const products = new WeakMap<FrontDoor, Promise<string>>();

function aProduct(door: FrontDoor): Promise<string> {
  let known = products.get(door);
  if (!known) {
    known = until(
      'the catalogue',
      async () => {
        const reply = await door.send({
          edge: 0,
          method: 'GET',
          path: '/api/products',
          deadlineMs: PATIENCE_MS,
        });
        return (reply.body as { products: readonly { id: string }[] }).products[0]?.id;
      },
      30_000,
    );
    products.set(door, known);
  }
  return known;
}

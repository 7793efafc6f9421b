// Taking an order. The order, its lines and its idempotency key are committed in one transaction, and the
// client hears 201 only after COMMIT has come back. If it does not come back nobody knows the outcome: the
// answer is 503, and the client's retry with the same key finds the order or makes it, but never two.

import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { AcquireTimeoutError, type Endpoint } from './database.ts';
import { type DatabaseErrorKind, databaseErrorKind, ReadOnlyError } from './database-error.ts';
import { type OrderRequest, requestHash, requireSameRequest } from './idempotency.ts';
import { orderId } from './order-id.ts';
import { Problem } from './problem.ts';
import type { OrderTable, Schema } from './schema.ts';

export interface OrderItem {
  readonly productId: string;
  readonly quantity: number;
  readonly unitMinor: number;
}

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly customer: string;
  readonly items: readonly OrderItem[];
  readonly totalMinor: number;
  readonly currency: string;
  readonly region: string;
  readonly createdAt: string;
}

export interface PlacedOrder {
  readonly order: Order;
  readonly replayed: boolean;
}

/** Why one more try, here and now, is worth it. Every try carries the key, so none can make a second order. */
function tryAgain(kind: DatabaseErrorKind, attempt: number, elapsedMs: number): boolean {
  switch (kind) {
    case 'read-only': // an old connection to a demoted writer
      return attempt === 1;
    case 'unavailable': // an old connection to a server that is gone; a slow failure is no such thing
      return attempt === 1 && elapsedMs < 1_000;
    case 'contention':
    case 'duplicate': // another request with this key that was rolled back in between
      return attempt < 4;
    case 'defect':
      return false;
  }
}

export async function placeOrder(
  writer: Endpoint,
  region: string,
  key: string,
  request: OrderRequest,
): Promise<PlacedOrder> {
  const hash = requestHash(request);
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOrder(writer.db, region, key, hash, request);
    } catch (error) {
      const kind = databaseErrorKind(error);
      if (error instanceof Problem || kind === 'defect') throw error;
      // A busy pool says nothing against its connections.
      const busy = error instanceof AcquireTimeoutError;
      if ((kind === 'read-only' || kind === 'unavailable') && !busy) writer.distrust();
      if (!tryAgain(kind, attempt, performance.now() - startedAt)) throw writesPaused(kind);
    }
  }
}

function writesPaused(kind: DatabaseErrorKind): Problem {
  const detail =
    kind === 'read-only'
      ? 'This region is not the writer at the moment.'
      : 'The database did not confirm the order, so it may or may not have been kept.';
  return new Problem('writes-paused', `${detail} Send the same order with the same Idempotency-Key again.`);
}

async function attemptOrder(
  db: Kysely<Schema>,
  region: string,
  key: string,
  hash: string,
  request: OrderRequest,
): Promise<PlacedOrder> {
  const prices = await readPrices(db, request);
  const unknown = request.items.findIndex((item) => !prices.has(item.productId));
  if (unknown >= 0) return (await replay(db, key, hash)) ?? refuseUnknown(request, unknown);
  const order = newOrder(region, request, prices);
  try {
    await insertOrder(db, key, hash, order);
    return { order, replayed: false };
  } catch (error) {
    if (databaseErrorKind(error) !== 'duplicate') throw error;
    const earlier = await replay(db, key, hash);
    if (earlier === null) throw error;
    return earlier;
  }
}

interface Price {
  readonly unitMinor: number;
  readonly currency: string;
}

/** Also asks whether the server is read-only, for users whom the server itself would not stop. */
async function readPrices(db: Kysely<Schema>, request: OrderRequest): Promise<ReadonlyMap<string, Price>> {
  const ids = [...new Set(request.items.map((item) => item.productId))];
  const rows = await db
    .selectFrom('products')
    .select(['id', 'price_minor', 'currency'])
    .select(sql<number>`(@@global.innodb_read_only or @@global.read_only)`.as('read_only'))
    .where('id', 'in', ids)
    .execute();
  if (rows.some((row) => Number(row.read_only) !== 0)) throw new ReadOnlyError('the server is read-only');
  return new Map(rows.map((row) => [row.id, { unitMinor: row.price_minor, currency: row.currency }]));
}

function newOrder(region: string, request: OrderRequest, prices: ReadonlyMap<string, Price>): Order {
  const items = request.items.map((item) => ({ ...item, unitMinor: prices.get(item.productId)!.unitMinor }));
  const createdAt = new Date();
  return {
    id: orderId(createdAt.getTime(), randomBytes(10)),
    status: 'accepted',
    customer: request.customer,
    items,
    totalMinor: items.reduce((sum, item) => sum + item.quantity * item.unitMinor, 0),
    currency: prices.get(request.items[0]!.productId)!.currency,
    region,
    createdAt: createdAt.toISOString(),
  };
}

async function insertOrder(db: Kysely<Schema>, key: string, hash: string, order: Order): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('orders')
      .values({
        id: order.id,
        idempotency_key: key,
        request_hash: hash,
        status: order.status,
        customer: order.customer,
        total_minor: order.totalMinor,
        currency: order.currency,
        region: order.region,
        created_at: new Date(order.createdAt),
      })
      .execute();
    const lines = order.items.map((item, index) => ({
      order_id: order.id,
      line: index + 1,
      product_id: item.productId,
      quantity: item.quantity,
      unit_minor: item.unitMinor,
    }));
    await transaction.insertInto('order_items').values(lines).execute();
  });
}

async function replay(db: Kysely<Schema>, key: string, hash: string): Promise<PlacedOrder | null> {
  const row = await db.selectFrom('orders').selectAll().where('idempotency_key', '=', key).executeTakeFirst();
  if (row === undefined) return null;
  requireSameRequest(key, row.request_hash, hash);
  return { order: await withItems(db, row), replayed: true };
}

function refuseUnknown(request: OrderRequest, index: number): never {
  const detail = `There is no product '${request.items[index]?.productId}'.`;
  throw new Problem('product-unknown', detail, [{ pointer: `/items/${index}/productId`, detail }]);
}

export async function findOrder(db: Kysely<Schema>, id: string): Promise<Order | null> {
  const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : withItems(db, row);
}

async function withItems(db: Kysely<Schema>, row: OrderTable): Promise<Order> {
  const items = await db
    .selectFrom('order_items')
    .select(['product_id', 'quantity', 'unit_minor'])
    .where('order_id', '=', row.id)
    .orderBy('line')
    .execute();
  return {
    id: row.id,
    status: row.status,
    customer: row.customer,
    items: items.map((item) => ({
      productId: item.product_id,
      quantity: item.quantity,
      unitMinor: item.unit_minor,
    })),
    totalMinor: Number(row.total_minor),
    currency: row.currency,
    region: row.region,
    createdAt: row.created_at.toISOString(),
  };
}

// The catalogue, read from the reader endpoint and, where that fails, from the writer endpoint.

import type { Kysely } from 'kysely';
import { databaseErrorKind } from './database-error.ts';
import { Problem } from './problem.ts';
import type { ProductTable, Schema } from './schema.ts';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly picture: string;
  readonly priceMinor: number;
  readonly currency: string;
}

/** Read databases in the order in which they should be asked. */
export type ReadOrder = () => readonly Kysely<Schema>[];

/** The first answer wins; when no database gives one, reads are unavailable, and only then. */
export async function readFrom<T>(order: ReadOrder, read: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  for (const db of order()) {
    try {
      return await read(db);
    } catch (error) {
      if (databaseErrorKind(error) === 'defect') throw error;
    }
  }
  throw new Problem('reads-unavailable', 'No database of this region answers at the moment.');
}

export function listProducts(order: ReadOrder): Promise<readonly Product[]> {
  return readFrom(order, async (db) => {
    const rows = await db.selectFrom('products').selectAll().orderBy('name').execute();
    return rows.map(toProduct);
  });
}

export async function findProduct(order: ReadOrder, id: string): Promise<Product> {
  const row = await readFrom(order, (db) =>
    db.selectFrom('products').selectAll().where('id', '=', id).executeTakeFirst(),
  );
  if (row === undefined) throw new Problem('product-not-found', `There is no product '${id}'.`);
  return toProduct(row);
}

function toProduct(row: ProductTable): Product {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    picture: row.picture,
    priceMinor: row.price_minor,
    currency: row.currency,
  };
}

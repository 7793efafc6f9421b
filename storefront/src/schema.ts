// The tables, as Kysely sees them. Money is in minor units, moments are UTC with milliseconds.

import type { ColumnType } from 'kysely';

export interface ProductTable {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly picture: string;
  readonly price_minor: number;
  readonly currency: string;
}

export interface OrderTable {
  readonly id: string;
  readonly idempotency_key: string;
  readonly request_hash: string;
  readonly status: string;
  readonly customer: string;
  readonly total_minor: number;
  readonly currency: string;
  readonly region: string;
  readonly created_at: Date;
}

export interface OrderItemTable {
  readonly order_id: string;
  readonly line: number;
  readonly product_id: string;
  readonly quantity: number;
  readonly unit_minor: number;
}

export interface RegionHeartbeatTable {
  readonly region: string;
  readonly at: ColumnType<Date, never, never>;
}

export interface SchemaMigrationTable {
  readonly id: string;
  readonly applied_at: ColumnType<Date, never, never>;
}

export interface Schema {
  readonly products: ProductTable;
  readonly orders: OrderTable;
  readonly order_items: OrderItemTable;
  readonly region_heartbeat: RegionHeartbeatTable;
  readonly schema_migrations: SchemaMigrationTable;
}

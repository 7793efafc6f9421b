// Orders and their lines. The idempotency key lives in the order's own row: the order and the memory of its
// key are one fact, committed together, found by one unique index.

import type { Migration } from './index.ts';

export const m0002Orders: Migration = {
  id: '0002-orders',
  statements: [
    `create table if not exists orders (
      id char(36) character set ascii collate ascii_bin not null primary key,
      idempotency_key varchar(255) character set ascii collate ascii_bin not null,
      request_hash char(64) character set ascii collate ascii_bin not null,
      status varchar(20) character set ascii collate ascii_bin not null,
      customer varchar(120) not null,
      total_minor bigint unsigned not null,
      currency char(3) character set ascii collate ascii_bin not null,
      region varchar(32) character set ascii collate ascii_bin not null,
      created_at datetime(3) not null,
      unique key orders_idempotency_key (idempotency_key)
    ) engine = InnoDB default character set = utf8mb4`,
    `create table if not exists order_items (
      order_id char(36) character set ascii collate ascii_bin not null,
      line smallint unsigned not null,
      product_id varchar(40) character set ascii collate ascii_bin not null,
      quantity smallint unsigned not null,
      unit_minor int unsigned not null,
      primary key (order_id, line),
      constraint order_items_order foreign key (order_id) references orders (id)
    ) engine = InnoDB default character set = utf8mb4`,
  ],
};

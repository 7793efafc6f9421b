// One row a region: the moment at which that region last proved that it can write. The newest row names the
// writer's region; its age when it arrives elsewhere is the replication lag.

import type { Migration } from './index.ts';

export const m0003Heartbeat: Migration = {
  id: '0003-heartbeat',
  statements: [
    `create table if not exists region_heartbeat (
      region varchar(32) character set ascii collate ascii_bin not null primary key,
      at datetime(3) not null
    ) engine = InnoDB default character set = utf8mb4`,
  ],
};

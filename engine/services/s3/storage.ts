/**
 * Everything the service keeps, opened: records, bodies, and what a crash left behind swept away. Opened
 * before anybody can write, so that a body without a record is known to be an orphan.
 */
import type { ServiceContext } from '../contract.ts';
import { type Bodies, openBodies } from './bodies.ts';
import { type BucketRecords, bucketRecords } from './bucket-records.ts';
import { type Database, openDatabase } from './database.ts';
import { type ReplicationQueue, replicationQueue } from './replication-queue.ts';
import { type UploadRecords, uploadRecords } from './upload-records.ts';
import { type VersionRecords, versionRecords } from './version-records.ts';

export interface Storage {
  readonly database: Database;
  readonly bodies: Bodies;
  readonly buckets: BucketRecords;
  readonly versions: VersionRecords;
  readonly uploads: UploadRecords;
  readonly queue: ReplicationQueue;
}

/** What operations stand on. */
export interface House {
  readonly context: ServiceContext;
  readonly storage: Storage;
  /** Something was put on the replication queue. */
  readonly queued: () => void;
}

export function openStorage(directory: string): Storage & { readonly orphans: number } {
  const bodies = openBodies(directory);
  const database = openDatabase({ directory, syncBodies: bodies.sync, discard: bodies.discard });
  const versions = versionRecords(database);
  const uploads = uploadRecords(database);
  const orphans = bodies.sweep(new Set([...versions.bodies(), ...uploads.bodies()]));
  return {
    database,
    bodies,
    buckets: bucketRecords(database),
    versions,
    uploads,
    queue: replicationQueue(database),
    orphans,
  };
}

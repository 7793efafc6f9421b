/** Multipart uploads that are neither completed nor aborted, and the parts they have so far. */
import type { Database } from './database.ts';
import type { Checksums, ObjectFacts, Segment } from './model.ts';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly facts: ObjectFacts;
  readonly checksumAlgorithm?: string;
}

export interface Part {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly segments: readonly Segment[];
  readonly checksums: Checksums;
}

export interface UploadRecords {
  find(id: string): Upload | undefined;
  /** In the order of ListMultipartUploads: by key, then id. */
  ofBucket(bucket: string): readonly Upload[];
  parts(id: string): readonly Part[];
  /** Inside a commit, as the others below. */
  create(upload: Upload): void;
  /** Replaces the part with this number. */
  putPart(id: string, part: Part): void;
  /** `keep`: segments that live on in the completed object. */
  remove(id: string, keep: ReadonlySet<string>): void;
  bodies(): ReadonlySet<string>;
}

export function uploadRecords(database: Database): UploadRecords {
  const byId = database.prepare('SELECT document FROM uploads WHERE id = ?');
  const byBucket = database.prepare('SELECT document FROM uploads WHERE bucket = ? ORDER BY key, id');
  const partsOf = database.prepare('SELECT document FROM parts WHERE upload_id = ? ORDER BY number');
  const part = database.prepare('SELECT document FROM parts WHERE upload_id = ? AND number = ?');
  const insert = database.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)');
  const insertPart = database.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?)');
  const erase = database.prepare('DELETE FROM uploads WHERE id = ?');
  const eraseParts = database.prepare('DELETE FROM parts WHERE upload_id = ?');
  const read = <T>(row: unknown): T => JSON.parse((row as { document: string }).document) as T;
  const parts = (id: string): readonly Part[] => partsOf.all(id).map((row) => read<Part>(row));
  const bodiesOf = ({ segments }: Part): readonly string[] => segments.map(({ body }) => body);
  return {
    find: (id) => {
      const row = byId.get(id);
      return row && read<Upload>(row);
    },
    ofBucket: (bucket) => byBucket.all(bucket).map((row) => read<Upload>(row)),
    parts,
    create: (upload) =>
      void insert.run(upload.id, upload.bucket, upload.key, upload.initiatedMs, JSON.stringify(upload)),
    putPart: (id, added) => {
      const before = part.get(id, added.number);
      if (before) database.discardAfterCommit(bodiesOf(read<Part>(before)));
      insertPart.run(id, added.number, JSON.stringify(added));
    },
    remove: (id, keep) => {
      database.discardAfterCommit(
        parts(id)
          .flatMap(bodiesOf)
          .filter((body) => !keep.has(body)),
      );
      eraseParts.run(id);
      erase.run(id);
    },
    bodies: () => {
      const rows = database.prepare('SELECT document FROM parts').all();
      return new Set(rows.flatMap((row) => bodiesOf(read<Part>(row))));
    },
  };
}

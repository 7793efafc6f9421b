/**
 * Lifecycle rules at work: every hour of AWS time each key's versions are held against them. Its deletions
 * never travel to replicas, as on AWS.
 */
import { due, lifecycleActions } from './lifecycle-rules.ts';
import type { Bucket, ObjectVersion } from './model.ts';
import { NULL_VERSION } from './model.ts';
import type { House } from './storage.ts';
import type { VersionPosition } from './version-records.ts';
import { writeDeleteMarker } from './write-version.ts';

export interface LifecycleSummary {
  expired: number;
  removed: number;
  transitioned: number;
  aborted: number;
}

const PAGE = 500;

export async function applyLifecycle(house: House): Promise<LifecycleSummary> {
  const summary: LifecycleSummary = { expired: 0, removed: 0, transitioned: 0, aborted: 0 };
  for (const bucket of house.storage.buckets.all()) {
    if (!bucket.lifecycle) continue;
    await abortUploads(house, bucket, summary);
    let position: VersionPosition | undefined = { key: '', inclusive: true };
    while (position) position = await applyToPage(house, bucket.name, position, summary);
  }
  return summary;
}

/** A page of keys; the next begins behind the last of them. */
async function applyToPage(
  house: House,
  name: string,
  from: VersionPosition,
  summary: LifecycleSummary,
): Promise<VersionPosition | undefined> {
  const page = house.storage.versions.versionPage(name, from, PAGE);
  const keys = [...new Set(page.map(({ key }) => key))];
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  await house.storage.database.commit(() => {
    const bucket = house.storage.buckets.get(name);
    if (bucket) for (const key of keys) applyToKey(house, bucket, key, summary);
  });
  return { key: last, inclusive: false };
}

function applyToKey(house: House, bucket: Bucket, key: string, summary: LifecycleSummary): void {
  const { versions, queue } = house.storage;
  const remove = (version: ObjectVersion): void => {
    versions.remove(version);
    queue.forget(bucket.name, key, version.versionId);
  };
  const found = lifecycleActions(
    bucket.lifecycle,
    versions.ofKey(bucket.name, key),
    house.context.clock.now(),
  );
  for (const action of found)
    switch (action.action) {
      case 'expire-current':
        summary.expired++;
        if (bucket.versioning !== 'Unversioned') {
          writeDeleteMarker(house, bucket, key, { replicate: false });
          break;
        }
        if (action.version.versionId === NULL_VERSION) remove(action.version);
        break;
      case 'remove':
        summary.removed++;
        remove(action.version);
        break;
      case 'transition':
        summary.transitioned++;
        versions.amend(action.version, {
          facts: { ...action.version.facts, storageClass: action.storageClass },
        });
        break;
    }
}

async function abortUploads(house: House, bucket: Bucket, summary: LifecycleSummary): Promise<void> {
  const { uploads, database } = house.storage;
  const now = house.context.clock.now();
  const rules = (bucket.lifecycle?.Rules ?? []).filter(
    ({ Status, AbortIncompleteMultipartUpload }) => Status === 'Enabled' && AbortIncompleteMultipartUpload,
  );
  const stale = uploads
    .ofBucket(bucket.name)
    .filter(({ key, initiatedMs }) =>
      rules.some(
        (rule) =>
          key.startsWith(rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '') &&
          due(initiatedMs, rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation, now),
      ),
    );
  if (stale.length === 0) return;
  await database.commit(() => {
    for (const { id } of stale) uploads.remove(id, new Set());
  });
  summary.aborted += stale.length;
}

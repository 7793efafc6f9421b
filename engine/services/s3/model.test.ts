/** The pure rules, each against a simpler model of itself, on cases that fast-check draws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVerdict, writeVerdict } from './conditions.ts';
import { due, lifecycleActions } from './lifecycle-rules.ts';
import { behindPrefix, commonPrefixOf, type Listing, list } from './listing.ts';
import {
  compareVersions,
  nextOrdering,
  type ObjectVersion,
  partCount,
  partRange,
  partRuns,
  plainFacts,
} from './model.ts';
import { readRange } from './ranges.ts';
import { outcomeOf, waitMs } from './replication-outcome.ts';
import { type ReplicationSubject, replicationTargets } from './replication-rules.ts';

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

// ── listing ──────────────────────────────────────────────────────────────────────────────────────────────

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', 'é', '\u{10FFFF}'),
  minLength: 1,
  maxLength: 6,
});
const keys = fc.uniqueArray(key, { maxLength: 30 }).map((found) => found.toSorted(bytewise));

interface Position {
  readonly key: string;
  readonly inclusive: boolean;
}

/** All pages of a listing, as a client that follows the tokens sees them. */
function follow(all: readonly string[], prefix: string, delimiter: string | undefined, limit: number) {
  const entries: string[] = [];
  const prefixes: string[] = [];
  const sizes: number[] = [];
  let start: Position | undefined = { key: prefix, inclusive: true };
  let listedPrefix: string | undefined;
  while (start) {
    const page: Listing<string, Position> = list<string, Position>({
      prefix,
      delimiter,
      limit,
      start,
      listedPrefix,
      keyOf: (entry) => entry,
      page: (position, size) =>
        all.filter((entry) => bytewise(entry, position.key) >= (position.inclusive ? 0 : 1)).slice(0, size),
      after: (entry) => ({ key: entry, inclusive: false }),
      behind: (common) => ({ key: behindPrefix(common), inclusive: false }),
    });
    entries.push(...page.entries);
    prefixes.push(...page.commonPrefixes);
    sizes.push(page.entries.length + page.commonPrefixes.length);
    start = page.next?.position;
    listedPrefix = page.next?.last.kind === 'prefix' ? page.next.last.prefix : undefined;
  }
  return { entries, prefixes, sizes };
}

test('pages of a listing, joined, are every key once and every common prefix once, in order', () => {
  fc.assert(
    fc.property(
      keys,
      fc.constantFrom('', 'a', 'b/', 'a/'),
      fc.constantFrom(undefined, '/', 'é'),
      fc.integer({ min: 1, max: 5 }),
      (all, prefix, delimiter, limit) => {
        const { entries, prefixes, sizes } = follow(all, prefix, delimiter, limit);
        const under = all.filter((entry) => entry.startsWith(prefix));
        const commonOf = (entry: string): string | undefined => commonPrefixOf(entry, prefix, delimiter);
        assert.deepEqual(
          entries,
          under.filter((entry) => commonOf(entry) === undefined),
        );
        assert.deepEqual(
          prefixes,
          [...new Set(under.map(commonOf))].filter((common) => common !== undefined),
        );
        assert.ok(sizes.every((size) => size <= limit));
        assert.ok(
          sizes.slice(0, -1).every((size) => size === limit),
          'only the last page is short',
        );
      },
    ),
  );
});

// ── ranges ───────────────────────────────────────────────────────────────────────────────────────────────

test('a range is the bytes that RFC 9110 means by it', () => {
  const bound = fc.option(fc.nat(30), { nil: undefined });
  fc.assert(
    fc.property(fc.nat(20), bound, bound, (size, first, last) => {
      const verdict = readRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
      const all = Array.from({ length: size }, (_, index) => index);
      const wanted =
        first === undefined
          ? last === undefined
            ? undefined
            : all.slice(Math.max(size - last, 0))
          : last !== undefined && last < first
            ? undefined
            : all.filter((index) => index >= first && index <= (last ?? size));
      if (wanted === undefined) assert.deepEqual(verdict, { range: 'whole' });
      else if (wanted.length === 0) assert.deepEqual(verdict, { range: 'unsatisfiable' });
      else assert.deepEqual(verdict, { range: 'part', start: wanted[0], end: wanted.length + wanted[0]! });
    }),
  );
  for (const header of [undefined, 'bytes=0-1,3-4', 'items=0-1', 'bytes=a-b', 'bytes 0-1'])
    assert.deepEqual(readRange(header, 10), { range: 'whole' }, String(header));
});

// ── conditions ───────────────────────────────────────────────────────────────────────────────────────────

test('of two read conditions of a pair the entity tag decides', () => {
  const object = { etag: 'e', lastModifiedMs: 10_500 };
  const older = new Date(9_000);
  const newer = new Date(11_000);
  const same = new Date(10_000);
  const verdict = (conditions: Parameters<typeof readVerdict>[0]): string =>
    readVerdict(conditions, object).verdict;
  assert.equal(verdict({ ifMatch: '"e"', ifUnmodifiedSince: older }), 'send');
  assert.equal(verdict({ ifMatch: '"x"', ifUnmodifiedSince: newer }), 'failed');
  assert.equal(verdict({ ifUnmodifiedSince: older }), 'failed');
  assert.equal(verdict({ ifUnmodifiedSince: same }), 'send');
  assert.equal(verdict({ ifNoneMatch: '"e"', ifModifiedSince: older }), 'not-modified');
  assert.equal(verdict({ ifNoneMatch: '"x"', ifModifiedSince: newer }), 'send');
  assert.equal(verdict({ ifModifiedSince: same }), 'not-modified');
  assert.equal(verdict({ ifMatch: '*', ifNoneMatch: '"a", W/"e"' }), 'not-modified');
});

test('a conditional write is judged by what is there when it is written', () => {
  const none = undefined;
  const verdict = (...given: Parameters<typeof writeVerdict>): string => writeVerdict(...given).verdict;
  assert.equal(verdict({ ifNoneMatch: '*' }, none, none), 'write');
  assert.equal(verdict({ ifNoneMatch: '*' }, { etag: 'a' }, none), 'failed');
  assert.equal(verdict({ ifMatch: '"a"' }, { etag: 'a' }, { etag: 'a' }), 'write');
  assert.equal(verdict({ ifMatch: 'a' }, { etag: 'b' }, { etag: 'a' }), 'failed');
  assert.equal(verdict({ ifMatch: '"a"' }, none, none), 'absent');
  assert.equal(verdict({ ifMatch: '"a"' }, none, { etag: 'a' }), 'conflict');
  assert.equal(verdict({}, { etag: 'b' }, none), 'write');
});

// ── versions ─────────────────────────────────────────────────────────────────────────────────────────────

test('the order of versions is the same however they arrive, and a later write is newer', () => {
  const version = fc.record({ ordering: fc.nat(3), versionId: fc.string({ minLength: 1, maxLength: 2 }) });
  const id = (v: { ordering: number; versionId: string }): string => `${v.ordering}/${v.versionId}`;
  fc.assert(
    fc.property(
      fc
        .uniqueArray(version, { selector: id })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        assert.deepEqual(all.toSorted(compareVersions).map(id), shuffled.toSorted(compareVersions).map(id));
      },
    ),
  );
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (now, ordering) => {
      assert.ok(nextOrdering(now, { ordering }) > ordering);
      assert.ok(nextOrdering(now, { ordering }) >= now * 1000);
    }),
  );
});

test('part ranges cover an object without gaps', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const runs = partRuns(sizes);
      assert.equal(partCount(runs), sizes.length);
      let start = 0;
      for (const [index, size] of sizes.entries()) {
        assert.deepEqual(partRange(runs, index + 1), { start, size });
        start += size;
      }
      assert.equal(partRange(runs, sizes.length + 1), undefined);
    }),
  );
});

// ── replication ──────────────────────────────────────────────────────────────────────────────────────────

const rule = (more: object = {}) => ({
  ID: 'r',
  Status: 'Enabled' as const,
  Priority: 1,
  Filter: { Prefix: '' },
  Destination: { Bucket: 'arn:aws:s3:::there' },
  ...more,
});
const subject = (more: Partial<ReplicationSubject> = {}): ReplicationSubject => ({
  key: 'photos/a',
  tags: [],
  kind: 'object',
  isReplica: false,
  ...more,
});
const targets = (rules: readonly object[], of: ReplicationSubject): readonly string[] =>
  replicationTargets({ Role: 'r', Rules: rules as never }, of).map(
    ({ ruleId, destination }) => `${ruleId} ${destination}`,
  );

test('no rule takes a replica on; nothing but a synced change of tags goes back', () => {
  const all = [rule(), rule({ ID: 'v1', Filter: undefined, Prefix: '' })];
  for (const kind of ['object', 'delete-marker', 'tags'] as const)
    assert.deepEqual(targets(all, subject({ kind, isReplica: true })), []);
  const synced = rule({ SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } } });
  assert.deepEqual(targets([synced], subject({ kind: 'tags', isReplica: true })), ['r there']);
  assert.deepEqual(targets([synced], subject({ isReplica: true })), []);
});

test('delete markers go where a rule says so, with the first version of the schema always', () => {
  const marker = subject({ kind: 'delete-marker' });
  const on = { DeleteMarkerReplication: { Status: 'Enabled' } };
  assert.deepEqual(targets([rule()], marker), []);
  assert.deepEqual(targets([rule(on)], marker), ['r there']);
  assert.deepEqual(targets([rule({ ...on, Filter: { Tag: { Key: 'a', Value: 'b' } } })], marker), []);
  assert.deepEqual(targets([rule({ Filter: undefined, Prefix: 'photos/' })], marker), ['r there']);
});

test('filters choose by prefix and by every tag; of one destination the highest priority counts', () => {
  const tagged = rule({
    ID: 'tagged',
    Priority: 9,
    Filter: {
      And: {
        Prefix: 'photos/',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      },
    },
  });
  const elsewhere = rule({ ID: 'elsewhere', Priority: 0, Destination: { Bucket: 'arn:aws:s3:::other' } });
  const rules = [rule({ Filter: { Prefix: 'photos/' } }), tagged, elsewhere, rule({ Status: 'Disabled' })];
  assert.deepEqual(targets(rules, subject()), ['r there', 'elsewhere other']);
  const tags = [
    { Key: 'b', Value: '2' },
    { Key: 'a', Value: '1' },
  ];
  assert.deepEqual(targets(rules, subject({ tags })), ['tagged there', 'elsewhere other']);
  assert.deepEqual(targets(rules, subject({ key: 'x' })), ['elsewhere other']);
});

test('what nobody answered waits, what would be the same again fails, the rest is tried again', () => {
  assert.equal(outcomeOf({ name: 'TimeoutError' }).outcome, 'unreachable');
  assert.equal(outcomeOf({ name: 'NoSuchBucket', status: 404 }).outcome, 'unreachable');
  assert.equal(outcomeOf({ name: 'InvalidRequest', status: 400 }).outcome, 'failed');
  assert.equal(outcomeOf({ name: 'SlowDown', status: 503 }).outcome, 'again');
  assert.equal(outcomeOf({ name: 'ExpiredToken', status: 400 }).outcome, 'again');
  assert.equal(outcomeOf({ name: 'NoSuchVersion', status: 404 }).outcome, 'dropped');
  const waits = [1, 2, 3, 10].map((attempts) => waitMs(attempts, 1));
  assert.deepEqual(waits, [1000, 2000, 4000, 30_000]);
});

// ── lifecycle ────────────────────────────────────────────────────────────────────────────────────────────

const DAY_MS = 86_400_000;
const aged = (versionId: string, writtenDay: number, more: Partial<ObjectVersion> = {}): ObjectVersion => ({
  bucket: 'b',
  key: 'k',
  versionId,
  ordering: writtenDay,
  latest: false,
  deleteMarker: false,
  size: 1,
  etag: '',
  lastModifiedMs: writtenDay * DAY_MS + 1,
  segments: [],
  facts: plainFacts,
  ...more,
});
const actions = (rules: object, versions: readonly ObjectVersion[], day: number): readonly string[] =>
  lifecycleActions({ Rules: [{ ID: 'r', Status: 'Enabled', ...rules }] }, versions, day * DAY_MS).map(
    (action) => `${action.action} ${action.version.versionId}`,
  );

test('days are counted to the next midnight', () => {
  assert.equal(due(1, 0, DAY_MS - 1), false);
  assert.equal(due(1, 0, DAY_MS), true);
  assert.equal(due(1, 30, 30.99 * DAY_MS), false);
  assert.equal(due(1, 30, 31 * DAY_MS), true);
  assert.equal(due(1, undefined, 99 * DAY_MS), false);
});

test('versions expire when they have not been current for so long, but the newest of them may stay', () => {
  const versions = [aged('c', 50), aged('b', 20), aged('a', 10)];
  const rules = { NoncurrentVersionExpiration: { NoncurrentDays: 30 } };
  assert.deepEqual(actions(rules, versions, 50), []);
  assert.deepEqual(actions(rules, versions, 51), ['remove a']);
  assert.deepEqual(actions(rules, versions, 81), ['remove b', 'remove a']);
  const keepOne = { NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 1 } };
  assert.deepEqual(actions(keepOne, versions, 99), ['remove a']);
});

test('current objects expire or change their storage class; a marker alone is tidied away', () => {
  assert.deepEqual(actions({ Expiration: { Days: 30 } }, [aged('a', 0)], 31), ['expire-current a']);
  const tiering = { Transitions: [{ Days: 0, StorageClass: 'INTELLIGENT_TIERING' }] };
  assert.deepEqual(actions(tiering, [aged('a', 0)], 1), ['transition a']);
  const there = { ...plainFacts, storageClass: 'INTELLIGENT_TIERING' };
  assert.deepEqual(actions(tiering, [aged('a', 0, { facts: there })], 1), []);
  const marker = aged('m', 0, { deleteMarker: true });
  assert.deepEqual(actions({ Expiration: { ExpiredObjectDeleteMarker: true } }, [marker], 1), ['remove m']);
  const outside = { Filter: { Prefix: 'x' }, Expiration: { Days: 1 } };
  assert.deepEqual(actions(outside, [aged('a', 0)], 31), []);
});

// The record of a global cluster through every order of events in two regions (up to nine) and in three (up to six):
// moves, writes, a region that joins, messages that arrive, arrive late or never; a restart is none, for all of this
// is on disk. After each, were everyone told everything, all must agree on one writer, and every write that is not in
// its history must be known as surplus, and no other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomesConnected } from '@understudy/engine/rds/global-rules';
import {
  afterEvent,
  type Membership,
  mergeMemberships,
  newMembership,
} from '@understudy/engine/rds/membership';
import * as model from './regions.ts';
import { Broken, type Regions } from './regions.ts';

type Happening = readonly [name: string, apply: (world: Regions) => Regions | null];

const names = ['a', 'b', 'c'];
const memberOf = (region: string) =>
  ({ region, clusterIdentifier: region, clusterArn: region, synchronization: 'pending-resync' }) as const;

/** `a` writes, the others follow; all have one write. Regions beyond the members have not joined. */
function beginning(regions: number, joined: number): Regions {
  const members = names.slice(0, joined);
  let record = newMembership('g');
  for (const member of members) record = afterEvent(record, { kind: 'joined', member: memberOf(member) });
  for (const region of members)
    record = afterEvent(record, { kind: 'synchronized', region, synchronization: 'connected' });
  const history = [{ server: 1, sequence: 1, epoch: 1 }];
  const all = names
    .slice(0, regions)
    .map((name, at) =>
      at < joined ? { name, record, doubt: null, history } : { name, record: null, doubt: null, history: [] },
    );
  return { all, branches: { '1 a': history }, underway: null };
}

/** The writer's region sees that a member follows it again. */
function connect(world: Regions, at: number, other: number): Regions | null {
  const { record, name } = world.all[at]!;
  const followed = model.replicate(world, other);
  if (record === null || followed === null || followed.all[other]!.record?.writerRegion !== name) return null;
  const region = world.all[other]!.name;
  if (!becomesConnected(record, name, { region, following: true, lagMs: 0 })) return null;
  const connected = afterEvent(record, { kind: 'synchronized', region, synchronization: 'connected' });
  return { ...followed, all: followed.all.map((one, i) => (i === at ? { ...one, record: connected } : one)) };
}

/** A region asks one that believes it is the writer's to be let in, and has the record from it. */
function join(world: Regions, at: number, by: number): Regions | null {
  const { record, name } = world.all[by]!;
  const { name: region, record: own } = world.all[at]!;
  if (record === null || own !== null || record.writerRegion !== name) return null;
  const joined = afterEvent(record, { kind: 'joined', member: memberOf(region) });
  const all = world.all.map((one, i) => (i === at || i === by ? { ...one, record: joined } : one));
  return { ...world, all };
}

function post(world: Regions, from: number, to: number): Regions | null {
  const { record } = world.all[from]!;
  return record === null ? null : { ...world, underway: { to, record } };
}

function arrive(world: Regions): Regions | null {
  const { underway } = world;
  return underway && { ...model.hear(world, underway.to, underway.record), underway: null };
}

function happeningsFor(regions: number): readonly Happening[] {
  const each = names.slice(0, regions).map((_, at) => at);
  const pairs = each.flatMap((from) => each.filter((to) => to !== from).map((to) => [from, to] as const));
  return [
    ...each.flatMap((at): Happening[] => [
      [`write ${names[at]}`, (world) => model.write(world, at)],
      [`replicate ${names[at]}`, (world) => model.replicate(world, at)],
      [`fail over to ${names[at]}`, (world) => model.failOver(world, at)],
    ]),
    ...pairs.flatMap(([from, to]): Happening[] => {
      const way = `${names[from]} to ${names[to]}`;
      return [
        [`tell ${way}`, (world) => model.tell(world, from, to)],
        [`post ${way}`, (world) => post(world, from, to)],
        [`join ${way}`, (world) => join(world, from, to)],
        [`connect ${way}`, (world) => connect(world, from, to)],
        [`switch over ${way}`, (world) => model.switchOver(world, from, to, true)],
        [`switch over ${way}, unanswered`, (world) => model.switchOver(world, from, to, false)],
      ];
    }),
    ['the posted message arrives', arrive],
  ];
}

/** Everybody tells everybody, in the order given, until nothing changes. */
function told(world: Regions, order: readonly number[]): Regions {
  let now = world;
  for (let round = 0; round <= order.length; round++)
    for (const from of order) for (const to of order) if (from !== to) now = model.tell(now, from, to) ?? now;
  return now;
}

function checkAgreement(world: Regions): void {
  const order = world.all.map((_, at) => at);
  const agreed = told(world, order);
  const [first, ...rest] = agreed.all.flatMap(({ record }) => record ?? []);
  for (const record of rest)
    assert.deepEqual(record, first, 'after everyone has told everyone, records differ');
  assert.deepEqual(told(world, order.toReversed()).all[0]?.record, first, 'it matters who tells whom first');
  const writers = agreed.all.filter(model.writes);
  assert.equal(writers.length, 1, `${writers.length} regions write`);
  for (const at of order) {
    const { history } = model.settleHistory(agreed, at).all[at]!;
    const followed = writers[0]!.history;
    assert.ok(
      model.isPrefix(history, followed),
      `${names[at]} keeps writes that the writer’s history has not, unseen`,
    );
  }
}

/** Whoever is asked first: merging is a choice of the greater one, so order and repetition change nothing. */
function checkMerge(records: readonly Membership[]): void {
  for (const a of records)
    for (const b of records) {
      assert.deepEqual(mergeMemberships(a, b), mergeMemberships(b, a), 'merging is not commutative');
      for (const c of records)
        assert.deepEqual(
          mergeMemberships(mergeMemberships(a, b), c),
          mergeMemberships(a, mergeMemberships(b, c)),
          'merging is not associative',
        );
    }
}

function enumerate(regions: number, most: number, joined = regions): { states: number; orders: number } {
  const happenings = happeningsFor(regions);
  const seen = new Set<string>();
  let orders = 0;
  let open: { world: Regions; path: readonly string[] }[] = [{ world: beginning(regions, joined), path: [] }];
  for (let events = 1; events <= most; events++) {
    const next: typeof open = [];
    for (const { world, path } of open)
      for (const [name, apply] of happenings) {
        const after = check([...path, name], () => apply(world));
        orders += 1;
        if (after === null || after === world) continue;
        const key = JSON.stringify(after);
        if (seen.has(key)) continue;
        seen.add(key);
        check([...path, name], () => checkAgreement(after));
        check([...path, name], () => checkMerge(after.all.flatMap(({ record }) => record ?? [])));
        next.push({ world: after, path: [...path, name] });
      }
    open = next;
  }
  assert.ok(seen.size > 10_000, `only ${seen.size} worlds: the enumeration has hardly begun`);
  return { states: seen.size, orders };
}

function check<T>(path: readonly string[], look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Broken) && !(error instanceof assert.AssertionError)) throw error;
    throw new Error(`${error.message}\nafter: ${path.join('; ')}`);
  }
}

const report = ({ states, orders }: { states: number; orders: number }): string =>
  `${states.toLocaleString('en')} different worlds, ${orders.toLocaleString('en')} continuations tried`;

test('two regions, every order of nine events: one record, one writer, exact surplus', (t) => {
  t.diagnostic(report(enumerate(2, 9)));
});

test('three regions, every order of six events: one record, one writer, exact surplus', (t) => {
  t.diagnostic(report(enumerate(3, 6)));
});

test('two regions and one that joins, every order of six events: one record, one writer, exact surplus', (t) => {
  t.diagnostic(report(enumerate(3, 6, 2)));
});

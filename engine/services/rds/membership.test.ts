import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePosition } from './gtid.ts';
import {
  afterEvent,
  type Member,
  type Membership,
  type MembershipEvent,
  mergeMemberships,
  newMembership,
  roleOf,
  surplusAfter,
} from './membership.ts';

const member = (region: string): Member => ({
  region,
  clusterIdentifier: `understudy-${region}`,
  clusterArn: `arn:aws:rds:${region}:000000000000:cluster:understudy-${region}`,
  synchronization: 'pending-resync',
});
const promoted = (region: string, gtid: string, planned = false): MembershipEvent => ({
  kind: 'promoted',
  region,
  gtid,
  atMs: 0,
  planned,
});
const after = (record: Membership, ...events: MembershipEvent[]): Membership =>
  events.reduce(afterEvent, record);
const two = after(
  newMembership('understudy'),
  { kind: 'joined', member: member('us-east-1') },
  { kind: 'joined', member: member('us-west-2') },
  { kind: 'synchronized', region: 'us-west-2', synchronization: 'connected' },
);
const states = (record: Membership) =>
  record.members.map(({ region, synchronization }) => [region, synchronization]);

test('the first to join writes, the next one follows', () => {
  assert.equal(two.epoch, 1);
  assert.equal(roleOf(two, 'us-east-1'), 'writer');
  assert.equal(roleOf(two, 'us-west-2'), 'secondary');
  assert.equal(roleOf(two, 'eu-west-1'), 'none');
});

test('an unplanned promotion raises the epoch and asks the others to show what they have', () => {
  const moved = afterEvent(two, promoted('us-west-2', '0-1-10'));
  assert.equal(moved.epoch, 2);
  assert.equal(moved.writerRegion, 'us-west-2');
  assert.deepEqual(states(moved), [
    ['us-east-1', 'pending-resync'],
    ['us-west-2', 'connected'],
  ]);
});

test('a planned promotion keeps everyone connected', () => {
  assert.deepEqual(states(afterEvent(two, promoted('us-west-2', '0-1-10', true))), [
    ['us-east-1', 'connected'],
    ['us-west-2', 'connected'],
  ]);
});

test('only a member can be promoted; a writer that leaves leaves nobody writing', () => {
  assert.throws(() => afterEvent(two, promoted('eu-west-1', '')), /no member/);
  const left = afterEvent(two, { kind: 'left', region: 'us-east-1' });
  assert.equal(left.writerRegion, undefined);
  assert.equal(roleOf(left, 'us-east-1'), 'none');
});

test('the higher epoch is right, whoever tells whom', () => {
  const moved = afterEvent(two, promoted('us-west-2', '0-1-10'));
  const busy = after(
    two,
    { kind: 'synchronized', region: 'us-west-2', synchronization: 'connected' },
    { kind: 'synchronized', region: 'us-west-2', synchronization: 'connected' },
  );
  assert.equal(mergeMemberships(busy, moved), moved);
  assert.equal(mergeMemberships(moved, busy), moved);
  assert.equal(mergeMemberships(undefined, two), two);
});

test('regions that merge in any order agree, and never on two writers', () => {
  const regions = ['a', 'b', 'c'];
  const start = after(
    newMembership('g'),
    ...regions.map((region): MembershipEvent => ({ kind: 'joined', member: member(region) })),
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant('promote' as const), at: fc.nat(2) }),
    fc.record({ kind: fc.constant('tell' as const), at: fc.nat(2), from: fc.nat(2) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const records = regions.map(() => start);
      for (const { kind, at, ...rest } of steps)
        records[at] =
          kind === 'promote'
            ? afterEvent(records[at]!, promoted(regions[at]!, '0-1-1'))
            : mergeMemberships(records[at], records['from' in rest ? rest.from : at]!);
      for (let round = 0; round < 3; round++)
        for (const at of [0, 1, 2])
          for (const from of [0, 1, 2]) records[at] = mergeMemberships(records[at], records[from]!);
      assert.equal(new Set(records.map((record) => `${record.epoch} ${record.writerRegion}`)).size, 1);
      assert.equal(regions.filter((region) => roleOf(records[0]!, region) === 'writer').length, 1);
    }),
  );
});

test('what an old writer has beyond the new one’s beginning is surplus, and only that', () => {
  const moved = afterEvent(two, promoted('us-west-2', '0-1-10'));
  const surplus = (gtid: string) => surplusAfter(two, moved, 'us-east-1', parsePosition(gtid));
  assert.equal(surplus('0-1-10'), undefined);
  assert.equal(surplus('0-1-9'), undefined);
  assert.deepEqual(surplus('0-1-13'), { from: '0-1-10', transactions: 3 });
  assert.deepEqual(surplus('0-3-10'), { from: '0-1-10', transactions: 1 });
});

test('surplus counts from the first change of the writer that the region missed', () => {
  const moves = after(two, promoted('us-west-2', '0-1-10'), promoted('us-west-2', '0-2-40'));
  assert.deepEqual(surplusAfter(two, moves, 'us-east-1', parsePosition('0-1-12'))?.from, '0-1-10');
});

test('of two writers of one epoch the loser’s surplus counts from where the histories part', () => {
  const three = after(two, { kind: 'joined', member: member('eu-west-1') });
  const lost = afterEvent(three, promoted('us-west-2', '0-1-7'));
  const won = mergeMemberships(lost, afterEvent(three, promoted('eu-west-1', '0-1-10', true)));
  assert.equal(won.writerRegion, 'eu-west-1');
  // It took over from the 7th transaction and wrote four; the winner had three more of the old writer.
  assert.deepEqual(surplusAfter(lost, won, 'us-west-2', parsePosition('0-2-11')), {
    from: '0-1-7',
    transactions: 4,
  });
  assert.deepEqual(surplusAfter(lost, won, 'us-west-2', parsePosition('0-2-9'))?.transactions, 2);
  assert.equal(surplusAfter(lost, won, 'us-east-1', parsePosition('0-1-7')), undefined);
});

test('a member that is being rebuilt is not called connected by a planned move between others', () => {
  const three = after(two, { kind: 'joined', member: member('eu-west-1') });
  const moved = afterEvent(three, promoted('us-west-2', '0-1-10', true));
  assert.deepEqual(states(moved), [
    ['eu-west-1', 'pending-resync'],
    ['us-east-1', 'connected'],
    ['us-west-2', 'connected'],
  ]);
});

test('a global cluster that all have left and one joins again goes on in a higher epoch', () => {
  const moved = afterEvent(two, promoted('us-west-2', '0-1-10'));
  const empty = after(moved, { kind: 'left', region: 'us-east-1' }, { kind: 'left', region: 'us-west-2' });
  const again = afterEvent(empty, { kind: 'joined', member: member('us-east-1') });
  assert.deepEqual([again.epoch, again.writerRegion], [3, 'us-east-1']);
});

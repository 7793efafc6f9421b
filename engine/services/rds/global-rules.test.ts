/** What a region concludes from what it knows and hears: every rule by its cases, and laws that no history may break. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adoption,
  asksOn,
  becomesConnected,
  concerns,
  failoverRefusal,
  fenceAccepted,
  fenceHeard,
  fenceReleased,
  inStep,
  LONELY_AFTER_MS,
  type MovePhase,
  mayRollBack,
  overrulingEpoch,
  promotionRefusal,
  switchoverOutcome,
  switchoverRefusal,
  whyHeld,
} from './global-rules.ts';
import { afterEvent, type Membership, type MembershipEvent, newMembership, roleOf } from './membership.ts';

const EAST = 'us-east-1';
const WEST = 'us-west-2';
const REGIONS = [EAST, WEST, 'eu-west-1'] as const;

const joined = (region: string): MembershipEvent => ({
  kind: 'joined',
  member: {
    region,
    clusterIdentifier: `understudy-${region}`,
    clusterArn: `arn:aws:rds:${region}:000000000000:cluster:understudy-${region}`,
    synchronization: 'pending-resync',
  },
});
const synchronized = (region: string): MembershipEvent => ({
  kind: 'synchronized',
  region,
  synchronization: 'connected',
});
const promoted = (region: string, planned = false): MembershipEvent => ({
  kind: 'promoted',
  region,
  gtid: '0-1-1',
  atMs: 0,
  planned,
});
const after = (record: Membership, ...events: MembershipEvent[]): Membership =>
  events.reduce(afterEvent, record);
/** The east writes in epoch 1, the west is in step. */
const together = after(
  newMembership('understudy'),
  joined(EAST),
  joined(WEST),
  synchronized(EAST),
  synchronized(WEST),
);
const westWrites = after(together, promoted(WEST));
const phases: readonly MovePhase[] = ['begun', 'held', 'asked'];

test('writes are held until the others were asked, for another region, and at the end of a planned move', () => {
  const east = { settled: true, region: EAST };
  const away = { kind: 'switching-over', from: EAST, to: WEST } as const;
  assert.equal(whyHeld(east), undefined);
  assert.match(whyHeld({ ...east, settled: false }) ?? '', /not been asked/);
  assert.match(whyHeld({ ...east, fence: { byRegion: WEST } }) ?? '', /us-west-2 is taking over/);
  assert.deepEqual(
    phases.map((phase) => whyHeld({ ...east, move: { ...away, phase } })),
    [
      undefined,
      'switching over to us-west-2',
      'switching over to us-west-2, which was asked to take over and has not said yet whether it did',
    ],
  );
  // A move to this region, or a failover of its own, stops nobody here.
  for (const phase of phases) {
    assert.equal(whyHeld({ ...east, move: { ...away, from: WEST, to: EAST, phase } }), undefined);
    assert.equal(whyHeld({ ...east, move: { kind: 'failing-over', to: EAST, phase } }), undefined);
  }
});

test('a returning writer asks until all have answered, another writes, or half a minute has gone', () => {
  const asking = { role: 'writer', silentMembers: 1, waitedMs: 0 } as const;
  assert.equal(asksOn(asking), true);
  assert.equal(asksOn({ ...asking, silentMembers: 0 }), false);
  assert.equal(asksOn({ ...asking, role: 'secondary' }), false);
  assert.equal(asksOn({ ...asking, waitedMs: LONELY_AFTER_MS - 1 }), true);
  assert.equal(asksOn({ ...asking, waitedMs: LONELY_AFTER_MS }), false);
});

test('a record concerns a region that keeps it or is named in it', () => {
  assert.equal(concerns(EAST, undefined, together), true);
  assert.equal(concerns('eu-west-1', undefined, together), false);
  assert.equal(concerns('eu-west-1', together, together), true);
});

test('an old writer that hears of a later epoch has a history in doubt; the new one has not', () => {
  const old = adoption(EAST, together, westWrites);
  assert.equal(old.membership, westWrites);
  assert.deepEqual([old.changed, old.newEpoch, old.lostRole, old.historyInDoubt], [true, true, true, true]);
  const late = adoption(WEST, westWrites, together);
  assert.equal(late.membership, westWrites);
  assert.deepEqual(
    [late.changed, late.newEpoch, late.lostRole, late.historyInDoubt],
    [false, false, false, false],
  );
});

test('who followed a writer that loses its epoch to another has a history in doubt, though it never wrote', () => {
  const three = after(together, joined('eu-west-1'), synchronized('eu-west-1'));
  const followed = after(three, promoted(WEST));
  const heard = adoption(EAST, followed, after(three, promoted('eu-west-1')));
  assert.equal(heard.membership.writerRegion, 'eu-west-1');
  assert.deepEqual([heard.newEpoch, heard.lostRole, heard.historyInDoubt], [false, false, true]);
});

test('a first record is taken as it is: nothing was known that could be in doubt', () => {
  const first = adoption(WEST, undefined, together);
  assert.deepEqual([first.changed, first.newEpoch, first.historyInDoubt], [true, false, false]);
});

test('a later revision of the same epoch changes the record and puts nothing in doubt', () => {
  const heard = adoption(EAST, westWrites, after(westWrites, synchronized(EAST)));
  assert.deepEqual([heard.changed, heard.newEpoch, heard.historyInDoubt], [true, false, false]);
});

/** A region's own history of the record: what happened while it could not hear the others. */
const apart = (from: Membership): fc.Arbitrary<Membership> =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...REGIONS).map((region) => promoted(region)),
        fc.constantFrom(...REGIONS).map((region) => promoted(region, true)),
        fc.constantFrom(...REGIONS).map(synchronized),
      ),
      { maxLength: 6 },
    )
    .map((events) => after(from, ...events));
const three = after(newMembership('understudy'), ...REGIONS.map(joined));

test('two regions that tell each other agree, and at most one of them writes', () => {
  fc.assert(
    fc.property(apart(three), apart(three), (one, other) => {
      const east = adoption(EAST, one, other);
      const west = adoption(WEST, other, one);
      const settled = [
        adoption(EAST, east.membership, west.membership).membership,
        adoption(WEST, west.membership, east.membership).membership,
      ] as const;
      assert.equal(settled[0].epoch, settled[1].epoch);
      assert.equal(settled[0].writerRegion, settled[1].writerRegion);
      const writers = [EAST, WEST].filter((region, n) => roleOf(settled[n as 0 | 1], region) === 'writer');
      assert.ok(writers.length <= 1);
    }),
  );
});

test('whoever stops being the writer has its history in doubt, and hearing twice changes nothing', () => {
  fc.assert(
    fc.property(apart(three), apart(three), fc.constantFrom(...REGIONS), (own, theirs, region) => {
      const heard = adoption(region, own, theirs);
      if (heard.lostRole) assert.ok(heard.historyInDoubt);
      if (roleOf(heard.membership, region) === 'writer') assert.ok(!heard.historyInDoubt);
      assert.ok(heard.membership.epoch >= Math.max(own.epoch, theirs.epoch));
      const again = adoption(region, heard.membership, theirs);
      assert.deepEqual([again.changed, again.historyInDoubt], [false, false]);
    }),
  );
});

test('a fence holds until its region is heard without a move and without the epoch', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((own) => fenceAccepted(own, 2)),
    [true, true, false, false],
  );
  const fence = { byRegion: WEST, epoch: 2 };
  assert.equal(fenceReleased(fence, together, WEST, null), true);
  assert.equal(fenceReleased(fence, together, WEST, { kind: 'failing-over' }), false);
  assert.equal(fenceReleased(fence, together, 'eu-west-1', null), false);
  // Taken over: what holds this region now is that it is a secondary.
  assert.equal(fenceReleased(fence, westWrites, WEST, null), false);
});

test('a writer that hears that another member is failing over to itself is fenced, by the rule of being asked', () => {
  const move = { kind: 'failing-over', to: WEST, epoch: 2 } as const;
  assert.deepEqual(fenceHeard(together, EAST, WEST, move), { byRegion: WEST, epoch: 2 });
  const rows = [
    ['it has no move', together, EAST, WEST, null],
    ['it has never said', together, EAST, WEST, undefined],
    [
      'a planned move stops the writer by its own steps',
      together,
      EAST,
      WEST,
      { ...move, kind: 'switching-over' },
    ],
    ['a move to somebody else', together, EAST, 'eu-west-1', move],
    ['its own move', together, EAST, EAST, { ...move, to: EAST }],
    ['a stranger', together, EAST, 'eu-west-1', { ...move, to: 'eu-west-1' }],
    ['an epoch that is here already', together, EAST, WEST, { ...move, epoch: 1 }],
    ['a region that does not write', westWrites, EAST, WEST, { ...move, epoch: 3 }],
  ] as const;
  for (const [why, own, region, from, heard] of rows)
    assert.equal(fenceHeard(own, region, from, heard), undefined, why);
});

test('a fence that was heard lasts until its region is heard without the move', () => {
  fc.assert(
    fc.property(
      apart(three),
      fc.constantFrom(...REGIONS),
      fc.constantFrom(...REGIONS),
      fc.nat(8),
      (own, region, by, epoch) => {
        const move = { kind: 'failing-over', to: by, epoch } as const;
        const fence = fenceHeard(own, region, by, move);
        assert.equal(
          fence !== undefined,
          own.writerRegion === region && by !== region && fenceAccepted(own.epoch, epoch),
        );
        if (!fence) return;
        assert.equal(fenceReleased(fence, own, by, move), false);
        assert.equal(fenceReleased(fence, own, by, null), true);
      },
    ),
  );
});

test('connected is who follows with less than five seconds of lag, said by the writer’s region alone', () => {
  assert.equal(inStep({ following: true, lagMs: 4999 }), true);
  assert.equal(inStep({ following: true, lagMs: 5000 }), false);
  assert.equal(inStep({ following: true, lagMs: null }), false);
  assert.equal(inStep({ following: false, lagMs: 0 }), false);
  const east = { region: EAST, following: true, lagMs: 10 };
  assert.equal(becomesConnected(westWrites, WEST, east), true);
  assert.equal(becomesConnected(westWrites, EAST, east), false);
  assert.equal(becomesConnected(westWrites, WEST, { ...east, lagMs: null }), false);
  assert.equal(becomesConnected(westWrites, WEST, { ...east, region: 'eu-west-1' }), false);
  assert.equal(becomesConnected(together, EAST, { ...east, region: WEST }), false, 'it is already');
});

test('a target promotes itself to exactly the next epoch, and says so again when asked again', () => {
  assert.equal(promotionRefusal(together, WEST, 2), undefined);
  assert.equal(promotionRefusal(together, WEST, 3), 'this region knows epoch 1, not 2');
  assert.equal(promotionRefusal(westWrites, WEST, 2), undefined);
  assert.equal(promotionRefusal(westWrites, EAST, 2), 'this region knows epoch 2, not 1');
});

test('a question that was withdrawn is refused when it comes late; a later move, or one that is done, is not', () => {
  const asked = { beganMs: 1000, withdrawnMs: 1000 };
  assert.equal(promotionRefusal(together, WEST, 2, asked), 'this move was withdrawn');
  assert.equal(promotionRefusal(together, WEST, 2, { ...asked, beganMs: 1001 }), undefined);
  assert.equal(promotionRefusal(together, WEST, 2, { ...asked, withdrawnMs: undefined }), undefined);
  assert.equal(promotionRefusal(westWrites, WEST, 2, asked), undefined);
});

test('a failover is refused for a reason that names what is missing', () => {
  const west = {
    membership: together,
    region: WEST,
    operation: undefined,
    historyInDoubt: false,
    availableInstances: 2,
  } as const;
  assert.equal(failoverRefusal(west), undefined);
  const rows = [
    [{ operation: 'failing-over' }, 'Global cluster understudy is failing-over.'],
    [{ region: 'eu-west-1' }, 'eu-west-1 has no cluster in global cluster understudy.'],
    [{ availableInstances: 0 }, 'understudy-us-west-2 has no available instance to promote.'],
    [{ region: EAST }, 'understudy-us-east-1 is the writer already.'],
    [{ membership: westWrites, region: EAST }, 'understudy-us-east-1 is pending-resync.'],
    [{ historyInDoubt: true }, 'understudy-us-west-2 has not shown yet that its history is the writer’s.'],
  ] as const;
  for (const [change, because] of rows) assert.equal(failoverRefusal({ ...west, ...change }), because);
});

test('a switchover needs a connected target with an instance; a slow one is waited for', () => {
  const target = { following: true, lagMs: 5, able: true, silentMs: 100 };
  const west = { membership: together, to: WEST, operation: undefined, target } as const;
  assert.equal(switchoverRefusal(west), undefined);
  assert.equal(
    switchoverRefusal({ ...west, target: { ...target, following: false, lagMs: null, silentMs: 60_000 } }),
    undefined,
  );
  const rows = [
    [{ to: 'eu-west-1' }, 'eu-west-1 has no cluster in this global cluster'],
    [{ operation: 'switching-over' }, 'another operation is in progress'],
    [{ to: EAST }, 'understudy-us-east-1 is the writer already.'],
    [{ membership: westWrites, to: EAST }, 'understudy-us-east-1 is pending-resync'],
    [{ target: { ...target, able: false } }, 'understudy-us-west-2 has no available instance'],
    [{ target: undefined }, 'understudy-us-west-2 has no available instance'],
  ] as const;
  for (const [change, because] of rows) assert.equal(switchoverRefusal({ ...west, ...change }), because);
});

test('a move is rolled back while that is certain; later the epoch says how it ended', () => {
  assert.deepEqual([undefined, ...phases].map(mayRollBack), [true, true, true, false]);
  assert.deepEqual(
    [1, 2, 3].map((epoch) => switchoverOutcome(epoch, 2)),
    ['cancelled', 'finished', 'finished'],
  );
});

test('whoever is the writer still, above the epoch of its own move, has overruled it', () => {
  assert.equal(switchoverOutcome(3, 2, true), 'overruled');
  assert.equal(switchoverOutcome(1, 2, true), 'cancelled');
});

test('a writer that waits for a silent region can be made to go on, above any epoch that one may have', () => {
  const asked = { kind: 'switching-over', from: EAST, epoch: 2, phase: 'asked' } as const;
  const waiting = {
    membership: together,
    region: EAST,
    move: asked,
    fence: undefined,
    waitedMs: LONELY_AFTER_MS,
  } as const;
  assert.equal(overrulingEpoch(waiting), 3);
  assert.equal(overrulingEpoch({ ...waiting, move: undefined, fence: { epoch: 2 } }), 3);
  assert.equal(overrulingEpoch({ ...waiting, fence: { epoch: 5 } }), 6);
  const rows = [
    ['it waits for nobody', { move: undefined }],
    ['the target was not asked', { move: { ...asked, phase: 'held' } }],
    ['a failover of its own', { move: { ...asked, kind: 'failing-over' } }],
    ['it does not write', { membership: westWrites }],
    ['the answer may still be on its way', { waitedMs: LONELY_AFTER_MS - 1 }],
  ] as const;
  for (const [why, change] of rows) assert.equal(overrulingEpoch({ ...waiting, ...change }), undefined, why);
});

test('an overruling writer wins against whoever was asked, whether it took over or not, and sets nothing of its own aside', () => {
  const overruled = after(together, {
    kind: 'promoted',
    region: EAST,
    gtid: '0-1-9',
    atMs: 0,
    planned: false,
    epoch: 3,
  });
  assert.equal(overruled.epoch, 3);
  for (const other of [together, after(together, promoted(WEST, true))]) {
    const west = adoption(WEST, other, overruled);
    const east = adoption(EAST, overruled, other);
    assert.deepEqual([west.membership, east.membership], [overruled, overruled]);
    assert.deepEqual([west.historyInDoubt, east.changed, east.historyInDoubt], [true, false, false]);
  }
});

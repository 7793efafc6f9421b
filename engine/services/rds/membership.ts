/**
 * Who belongs to a global cluster and who writes. The record has no region of its own: every member region
 * keeps a copy. A promotion raises the epoch; within an epoch only the writer's region changes the record,
 * counting revisions. Hence “the higher (epoch, revision) is right” needs no vote, and a region that returns
 * with a lower epoch knows that it may not write. Pure: records and events in, a new record out.
 */
import { comparePositions, formatPosition, type GtidPosition, parsePosition, sequenceOf } from './gtid.ts';

export interface Member {
  readonly region: string;
  readonly clusterIdentifier: string;
  readonly clusterArn: string;
  /** AWS: `connected`, or `pending-resync` while the member's volume is rebuilt from the writer. */
  readonly synchronization: 'connected' | 'pending-resync';
}

/** One change of the writer: what the new writer had when it began. What others have beyond that is surplus. */
export interface Promotion {
  readonly epoch: number;
  readonly region: string;
  readonly gtid: string;
  readonly atMs: number;
  readonly planned: boolean;
}

export interface Membership {
  readonly identifier: string;
  readonly epoch: number;
  readonly revision: number;
  /** Absent until the first cluster joins. */
  readonly writerRegion?: string;
  readonly members: readonly Member[];
  /** Newest last. */
  readonly promotions: readonly Promotion[];
}

export type MembershipEvent =
  | { readonly kind: 'joined'; readonly member: Member }
  | { readonly kind: 'left'; readonly region: string }
  | {
      readonly kind: 'synchronized';
      readonly region: string;
      readonly synchronization: Member['synchronization'];
    }
  | {
      readonly kind: 'promoted';
      readonly region: string;
      readonly gtid: string;
      readonly atMs: number;
      readonly planned: boolean;
      /** Where the next one may be another region's already. */
      readonly epoch?: number;
    };

export function newMembership(identifier: string): Membership {
  return { identifier, epoch: 0, revision: 0, members: [], promotions: [] };
}

export function afterEvent(record: Membership, event: MembershipEvent): Membership {
  const next = { ...record, revision: record.revision + 1 };
  switch (event.kind) {
    case 'joined': {
      const others = record.members.filter((member) => member.region !== event.member.region);
      const joined = { ...next, members: [...others, event.member].sort(byRegion) };
      return record.writerRegion === undefined
        ? { ...joined, epoch: record.epoch + 1, revision: 0, writerRegion: event.member.region }
        : joined;
    }
    case 'left': {
      const { writerRegion, ...rest } = next;
      const members = record.members.filter((member) => member.region !== event.region);
      if (writerRegion === undefined || writerRegion === event.region) return { ...rest, members };
      return { ...rest, members, writerRegion };
    }
    case 'synchronized':
      return { ...next, members: record.members.map((member) => withState(member, event)) };
    case 'promoted':
      return afterPromotion(record, event);
    default:
      return event satisfies never;
  }
}

/** A planned move keeps in step whoever was; after an unplanned one each other member has to show what it has. */
function afterPromotion(record: Membership, event: MembershipEvent & { kind: 'promoted' }): Membership {
  if (!record.members.some((member) => member.region === event.region))
    throw new Error(`${event.region} is no member of ${record.identifier} and cannot be promoted`);
  const epoch = Math.max(record.epoch + 1, event.epoch ?? 0);
  const members = record.members.map((member): Member => {
    const was = member.region === record.writerRegion || member.synchronization === 'connected';
    const inStep = member.region === event.region || (event.planned && was);
    return { ...member, synchronization: inStep ? 'connected' : 'pending-resync' };
  });
  const { region, gtid, atMs, planned } = event;
  const promotions = [...record.promotions, { epoch, region, gtid, atMs, planned }];
  return { ...record, epoch, revision: 0, writerRegion: region, members, promotions };
}

function withState(member: Member, event: MembershipEvent & { kind: 'synchronized' }): Member {
  return member.region === event.region ? { ...member, synchronization: event.synchronization } : member;
}

function byRegion(a: Member, b: Member): number {
  return a.region < b.region ? -1 : a.region > b.region ? 1 : 0;
}

/**
 * The record that is right. Two regions that raised the same epoch apart (both took over from a third) cannot
 * both write: the region that sorts first wins, everywhere alike.
 */
export function mergeMemberships(own: Membership | undefined, theirs: Membership): Membership {
  if (!own) return theirs;
  if (own.epoch !== theirs.epoch) return own.epoch > theirs.epoch ? own : theirs;
  if (own.writerRegion !== theirs.writerRegion && own.writerRegion && theirs.writerRegion)
    return own.writerRegion < theirs.writerRegion ? own : theirs;
  return own.revision >= theirs.revision ? own : theirs;
}

export function roleOf(record: Membership, region: string): 'writer' | 'secondary' | 'none' {
  if (!record.members.some((member) => member.region === region)) return 'none';
  return record.writerRegion === region ? 'writer' : 'secondary';
}

/**
 * What a region that last knew `own` must hand over before it follows `current`: everything it has beyond the
 * point at which the two histories part. That is where the first writer that it did not know of began, or, if
 * that was earlier, where the first writer began that only it knew of (two regions raised one epoch apart).
 * Undefined: nothing, it may simply catch up.
 */
export function surplusAfter(
  own: Membership,
  current: Membership,
  region: string,
  position: GtidPosition,
): { readonly from: string; readonly transactions: number } | undefined {
  const theirs = firstUnknown(current, own, region);
  if (!theirs) return undefined;
  const ours = firstUnknown(own, current);
  const begun = parsePosition(theirs.gtid);
  const start = ours ? earlier(begun, parsePosition(ours.gtid)) : begun;
  const relation = comparePositions(position, start);
  if (relation === 'equal' || relation === 'behind') return undefined;
  const transactions = Math.max(1, sequenceOf(position) - sequenceOf(start));
  return { from: formatPosition(start), transactions };
}

/** The first promotion, of another region, that the other record does not have. */
function firstUnknown(record: Membership, other: Membership, region?: string): Promotion | undefined {
  return record.promotions.find(
    (promotion) =>
      promotion.region !== region &&
      !other.promotions.some(({ epoch, region: by }) => epoch === promotion.epoch && by === promotion.region),
  );
}

function earlier(a: GtidPosition, b: GtidPosition): GtidPosition {
  return sequenceOf(b) < sequenceOf(a) ? b : a;
}

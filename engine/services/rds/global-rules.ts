/**
 * What a region of a global cluster concludes from what it knows and hears: whether it may write, whose record
 * is right, what it answers to another region that takes over, which moves it refuses. Pure: values in, values
 * out; sockets, servers and clocks are with the callers. Beside it: `membership.ts` (the record),
 * `promotion.ts` (which instance), `instance-rules.ts` (servers).
 */
import { type Member, type Membership, mergeMemberships, roleOf } from './membership.ts';

/** Every region tells and asks every other this often; at once after a change. */
export const PERIOD_MS = 2000;
/** A returning writer that can reach nobody goes on writing after this long, as on AWS. */
export const LONELY_AFTER_MS = 30_000;
/** The target of a planned move is given this long to catch up while clients write: AWS waits minutes, too. */
export const CATCH_UP_MS = 300_000;
/** And this long while nobody can write; if it was not asked to take over by then, the old writer goes on. */
export const HELD_MS = 60_000;
/** A member that lags more than this is not called `connected`. */
const IN_STEP_MS = 5000;

export type Operation = 'failing-over' | 'switching-over';
/** `held`: nobody writes in the old region. `asked`: the target may have promoted itself, only it knows. */
export type MovePhase = 'begun' | 'held' | 'asked';

/** Why nobody may write in the writer's region at the moment; undefined: everyone may. */
export function whyHeld(input: {
  /** The other members have been asked since this region started. */
  readonly settled: boolean;
  readonly region: string;
  readonly fence?: { readonly byRegion: string } | undefined;
  readonly move?:
    | {
        readonly kind: Operation;
        readonly from?: string;
        readonly to: string;
        readonly phase: MovePhase;
      }
    | undefined;
}): string | undefined {
  const { settled, region, fence, move } = input;
  if (!settled) return 'the other members have not been asked yet';
  if (fence) return `${fence.byRegion} is taking over`;
  if (move?.kind !== 'switching-over' || move.from !== region || move.phase === 'begun') return undefined;
  if (move.phase === 'held') return `switching over to ${move.to}`;
  return `switching over to ${move.to}, which was asked to take over and has not said yet whether it did`;
}

/** A returning writer writes as soon as every member has answered, or after its patience. */
export function asksOn(input: {
  readonly role: 'writer' | 'secondary' | 'none';
  readonly silentMembers: number;
  readonly waitedMs: number;
}): boolean {
  return input.role === 'writer' && input.silentMembers > 0 && input.waitedMs < LONELY_AFTER_MS;
}

/** A record that this region keeps, or that names it. */
export function concerns(region: string, own: Membership | undefined, theirs: Membership): boolean {
  return own !== undefined || roleOf(theirs, region) !== 'none';
}

export interface Adoption {
  /** The one that is right. */
  readonly membership: Membership;
  readonly changed: boolean;
  readonly newEpoch: boolean;
  /** This region wrote and does not any more. */
  readonly lostRole: boolean;
  /**
   * Another region writes than this one knew of, and this one may have transactions that the new history lacks,
   * its own or ones that it received from the writer it knew: what it knew before is kept until they are
   * settled, and its own moves and fences, which belong to the old epoch, are dropped.
   */
  readonly historyInDoubt: boolean;
}

/** Another region's record was heard. */
export function adoption(region: string, own: Membership | undefined, theirs: Membership): Adoption {
  const membership = mergeMemberships(own, theirs);
  const newEpoch = own !== undefined && membership.epoch > own.epoch;
  const lostRole =
    own !== undefined && roleOf(own, region) === 'writer' && roleOf(membership, region) !== 'writer';
  // Within one epoch, too: of two regions that raised it apart one was followed here and the other wins.
  const otherWriter = own?.writerRegion !== undefined && own.writerRegion !== membership.writerRegion;
  return {
    membership,
    changed: membership !== own,
    newEpoch,
    lostRole,
    historyInDoubt: (newEpoch || otherWriter) && membership.writerRegion !== region,
  };
}

/** The epoch that a move is to bring is there, by whomever: nothing is left to promote. */
export function raised(ownEpoch: number, moveEpoch: number): boolean {
  return ownEpoch >= moveEpoch;
}

/** Another region takes over: a region that knows that epoch, or a later one, has heard of it already. */
export function fenceAccepted(ownEpoch: number, askedEpoch: number): boolean {
  return !raised(ownEpoch, askedEpoch);
}

/**
 * The fence that the writer's region takes when it hears, in a regular exchange, that another member is failing
 * over to itself: the question that asks for it is put once, at the beginning, and may have met a cut link.
 * Whatever is acknowledged after this would be lost for certain if that member succeeds.
 */
export function fenceHeard(
  own: Membership,
  region: string,
  heardFrom: string,
  theirMove: { readonly kind: Operation; readonly to: string; readonly epoch: number } | null | undefined,
): { readonly byRegion: string; readonly epoch: number } | undefined {
  if (theirMove?.kind !== 'failing-over' || theirMove.to !== heardFrom || heardFrom === region)
    return undefined;
  if (roleOf(own, region) !== 'writer' || roleOf(own, heardFrom) === 'none') return undefined;
  if (!fenceAccepted(own.epoch, theirMove.epoch)) return undefined;
  return { byRegion: heardFrom, epoch: theirMove.epoch };
}

/** A fence ends when its region is heard to have finished without taking over. */
export function fenceReleased(
  fence: { readonly byRegion: string; readonly epoch: number },
  own: Membership | undefined,
  heardFrom: string,
  theirMove: unknown,
): boolean {
  if (fence.byRegion !== heardFrom || theirMove) return false;
  return own === undefined || !raised(own.epoch, fence.epoch);
}

/** It receives, and hardly lags: what the writer's region calls `connected`. */
export function inStep(state: { readonly following: boolean; readonly lagMs: number | null }): boolean {
  return state.following && state.lagMs !== null && state.lagMs < IN_STEP_MS;
}

/** Only the writer's region changes the record, and only upwards: a member that lags later stays connected, as on AWS. */
export function becomesConnected(
  own: Membership,
  region: string,
  state: { readonly region: string; readonly following: boolean; readonly lagMs: number | null },
): boolean {
  const member = memberIn(own, state.region);
  return own.writerRegion === region && member?.synchronization === 'pending-resync' && inStep(state);
}

/**
 * The target's side of a planned move: exactly the next epoch, or the one that it has raised for this very move.
 * A question that was withdrawn is refused when it comes late: its conductor counts on that, and writes again.
 */
export function promotionRefusal(
  own: Membership,
  region: string,
  askedEpoch: number,
  asked: { readonly beganMs: number; readonly withdrawnMs: number | undefined } = {
    beganMs: 0,
    withdrawnMs: undefined,
  },
): string | undefined {
  if (own.writerRegion === region && own.epoch === askedEpoch) return undefined;
  if (asked.withdrawnMs !== undefined && asked.beganMs <= asked.withdrawnMs) return 'this move was withdrawn';
  if (own.epoch === askedEpoch - 1) return undefined;
  return `this region knows epoch ${own.epoch}, not ${askedEpoch - 1}`;
}

/** What another region was last heard doing counts for this long: one that is gone does nothing any more. */
const NEWS_VALID_MS = 15_000;

/** Is the move that another region was heard to make under way still? One that this region's epoch has reached is over. */
export function operationHeard(
  ownEpoch: number,
  theirMove: { readonly epoch: number } | null | undefined,
  silentMs: number,
): boolean {
  return theirMove != null && silentMs < NEWS_VALID_MS && !raised(ownEpoch, theirMove.epoch);
}

/** Whatever is asked, one operation at a time. */
export function operationRefusal(identifier: string, operation: Operation | undefined): string | undefined {
  return operation && `Global cluster ${identifier} is ${operation}.`;
}

/** A move to where the writer is already. */
export function writerRefusal(membership: Membership, to: string): string | undefined {
  if (membership.writerRegion !== to) return undefined;
  return `${memberIn(membership, to)?.clusterIdentifier ?? to} is the writer already.`;
}

/** Why FailoverGlobalCluster with data loss allowed cannot begin in this region; undefined: it can. */
export function failoverRefusal(input: {
  readonly membership: Membership;
  readonly region: string;
  readonly operation: Operation | undefined;
  /** What this region had before it heard of a later epoch is not settled. */
  readonly historyInDoubt: boolean;
  readonly availableInstances: number;
}): string | undefined {
  const { membership, region, operation } = input;
  const busy = operationRefusal(membership.identifier, operation);
  if (busy) return busy;
  const member = memberIn(membership, region);
  if (!member) return `${region} has no cluster in global cluster ${membership.identifier}.`;
  if (input.availableInstances === 0)
    return `${member.clusterIdentifier} has no available instance to promote.`;
  const already = writerRefusal(membership, region);
  if (already) return already;
  if (member.synchronization !== 'connected')
    return `${member.clusterIdentifier} is ${member.synchronization}.`;
  if (input.historyInDoubt)
    return `${member.clusterIdentifier} has not shown yet that its history is the writer’s.`;
  return undefined;
}

/**
 * Why the writer's region cannot begin a planned move; undefined: it can. A target that lags or was not heard
 * of for a while is no reason: the move waits for it and is given up, with nothing lost, if it does not come.
 */
export function switchoverRefusal(input: {
  readonly membership: Membership;
  readonly to: string;
  readonly operation: Operation | undefined;
  /** As the target last described itself. */
  readonly target:
    | {
        readonly following: boolean;
        readonly lagMs: number | null;
        readonly able: boolean;
        readonly silentMs: number;
      }
    | undefined;
}): string | undefined {
  const member = memberIn(input.membership, input.to);
  if (!member) return `${input.to} has no cluster in this global cluster`;
  if (input.operation) return 'another operation is in progress';
  const already = writerRefusal(input.membership, input.to);
  if (already) return already;
  if (member.synchronization !== 'connected')
    return `${member.clusterIdentifier} is ${member.synchronization}`;
  if (!input.target?.able) return `${member.clusterIdentifier} has no available instance`;
  return undefined;
}

/**
 * A move whose conductor gives up: certain until the target was asked; from then on only the target knows, and no
 * time that passes changes that. The old writer acknowledges nothing until the target has said that it took over,
 * or that it will not any more: a planned move loses nothing, even if nobody can write meanwhile.
 */
export function mayRollBack(phase: MovePhase | undefined): boolean {
  return phase !== 'asked';
}

/** Whoever has raised the epoch is right, whatever became of the answer that said so. */
export function switchoverOutcome(
  membershipEpoch: number,
  moveEpoch: number,
  stillWrites = false,
): 'finished' | 'cancelled' | 'overruled' {
  if (!raised(membershipEpoch, moveEpoch)) return 'cancelled';
  return stillWrites ? 'overruled' : 'finished';
}

/**
 * The epoch with which a writer's region that waits for another one may be made to write again, by
 * FailoverGlobalCluster with data loss allowed towards itself; undefined: it waits for nobody, or not for long.
 * One above what the other region may have raised: whatever became of that, it loses, and sets its writes aside.
 */
export function overrulingEpoch(input: {
  readonly membership: Membership;
  readonly region: string;
  readonly move:
    | { readonly kind: Operation; readonly from?: string; readonly epoch: number; readonly phase: MovePhase }
    | undefined;
  readonly fence: { readonly epoch: number } | undefined;
  /** Since the target was asked; behind a fence, since its region was last heard. */
  readonly waitedMs: number;
}): number | undefined {
  const { membership, region, move, fence, waitedMs } = input;
  const asked = move?.kind === 'switching-over' && move.from === region && !mayRollBack(move.phase);
  if (roleOf(membership, region) !== 'writer' || (!asked && !fence)) return undefined;
  if (waitedMs < LONELY_AFTER_MS) return undefined;
  return Math.max(membership.epoch, fence?.epoch ?? 0, asked ? move.epoch : 0) + 1;
}

function memberIn(membership: Membership, region: string): Member | undefined {
  return membership.members.find((member) => member.region === region);
}

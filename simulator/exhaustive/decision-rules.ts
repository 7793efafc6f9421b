// What must hold for every single decision, whatever was remembered and seen: the invariants of a move of the writer,
// of the latch, of the epoch and of the capacity. One function, used by every enumeration here; it throws at the first
// rule that is broken and names it together with the case.

import type { Action } from '@understudy/controller/actions';
import { movesWriter } from '@understudy/controller/actions';
import type { Decision } from '@understudy/controller/decide';
import { allMet, failbackPreconditions } from '@understudy/controller/failback';
import type { Memory } from '@understudy/controller/memory';
import type { Observation } from '@understudy/controller/observation';
import { answerOf, missingOf, operationOf, writerOf } from '@understudy/controller/observation';
import type { Policy } from '@understudy/controller/policy';

export interface Case {
  readonly policy: Policy;
  readonly memory: Memory;
  readonly seen: Observation;
  readonly now: number;
  readonly decision: Decision;
}

/** Throws with the rule's words when it is broken. */
export function checkDecision(one: Case): void {
  const { decision } = one;
  const broken =
    oneMove(decision.actions) ??
    epochRule(one) ??
    latchRule(one) ??
    moveRule(one) ??
    capacityRule(one) ??
    lookRule(one) ??
    stayRule(one);
  if (broken !== null) throw new Error(`${broken}\n${describeCase(one)}`);
}

function describeCase({ policy, memory, seen, decision }: Case): string {
  return JSON.stringify({ mode: policy.mode, memory, seen, decision }, null, 1);
}

function oneMove(actions: readonly Action[]): string | null {
  return actions.filter(movesWriter).length > 1 ? 'a decision moves the writer more than once' : null;
}

const MOVING = ['failing-over', 'switching-over'];

/** It rises by one with the decision to move, and by nothing else; it never falls. */
function epochRule({ memory, decision }: Case): string | null {
  const after = decision.memory;
  if (after === null) return 'a decision with a memory gives none back';
  const enters = MOVING.includes(after.phase) && after.phase !== memory.phase;
  const expected = memory.epoch + (enters ? 1 : 0);
  return after.epoch === expected ? null : `epoch ${memory.epoch} becomes ${after.epoch}, not ${expected}`;
}

/**
 * 1 if and only if the writer is here because it was moved here; while its place is unknown nothing, unless a move
 * that was decided here and a write that works here say it.
 */
function latchRule({ seen, decision }: Case): string | null {
  const writer = writerOf(seen.global);
  const { memory } = decision;
  const movedHere =
    memory?.moved === true || memory?.phase === 'failing-over' || memory?.phase === 'switching-over';
  const writes = seen.selfProbe.known && seen.selfProbe.value.ok && seen.selfProbe.value.role === 'writer';
  const value =
    writer !== 'peer' && movedHere && writes
      ? 1
      : writer === 'unknown'
        ? null
        : writer === 'self' && memory?.moved === true
          ? 1
          : 0;
  for (const action of decision.actions)
    if (action.do === 'publish' && action.latch !== value)
      return `the latch is published as ${action.latch}, not ${value}`;
  return null;
}

function moveRule(one: Case): string | null {
  const move = one.decision.actions.find(movesWriter);
  if (move === undefined) return null;
  if (operationOf(one.seen.global) !== null) return 'a move beside an operation that runs';
  const asked = one.memory.requestedAt;
  const entering = one.decision.memory?.phase !== one.memory.phase;
  if (!entering && asked !== null && one.now - asked < one.policy.requestGraceSeconds * 1_000)
    return 'a request is repeated while RDS need not show the first one yet';
  if (move.do === 'switch-over' && move.to === 'peer') return awayRule(one);
  return hereRule(one, move.do === 'promote');
}

/** The writer comes here: two witnesses for K looks, an able standby, nobody against it. */
function hereRule(one: Case, promotes: boolean): string | null {
  const { policy, memory, seen } = one;
  const after = one.decision.memory;
  if (after === null) return 'a move that is not written down';
  const { evidence } = after;
  const looks = promotes ? policy.ticksToAct : policy.ticksToSwitchOver;
  const probeLooks = promotes ? evidence.probeFails : evidence.probeOks;
  const wanted = promotes ? 'fails' : 'ok';
  const connected = seen.global.known && seen.global.value.selfSync === 'connected';
  const approved = isApproved(one);
  // It has been seen to follow the writer, or has had the time to.
  const settled = memory.settled || one.now - memory.since >= policy.settleSeconds * 1_000;
  const rules: readonly (readonly [boolean, string])[] = [
    [writerOf(seen.global) === 'peer', 'the writer is not known to be the peer’s'],
    [seen.dns.known && seen.dns.value === 'self', 'DNS does not name us'],
    [answerOf(seen.peerProbe) === wanted, 'our probe does not agree'],
    [evidence.worldSaysSelf >= looks, `DNS has named us in ${evidence.worldSaysSelf} looks`],
    [probeLooks >= looks, `our probe has said so in ${probeLooks} looks`],
    [missingOf(seen).length === 0, 'the standby is not able'],
    [promotes || connected, 'a switchover without a connected copy'],
    [settled, 'DNS has not settled since the writer went to the peer'],
    [memory.heldAt === null, 'an operator holds it'],
    [policy.mode === 'automatic' || approved, 'nobody has approved'],
    [!promotes || approved || isLossLittle(one), 'more may be lost than the policy allows'],
    [after.phase === (promotes ? 'failing-over' : 'switching-over'), `phase ${after.phase}`],
    [after.move !== null, 'the move is not in memory'],
  ];
  const broken = rules.find(([holds]) => !holds);
  return broken === undefined ? null : `a ${promotes ? 'promotion' : 'switchover'}: ${broken[1]}`;
}

function isApproved({ policy, memory, now }: Case): boolean {
  const { approvedAt, phase } = memory;
  if (MOVING.includes(phase)) return true;
  return approvedAt !== null && now - approvedAt <= policy.approvalValidSeconds * 1_000;
}

/** The last lag that was seen while the peer answered is known, small, and not from long before the loss. */
function isLossLittle({ policy, memory: { lag, peerOkAt } }: Case): boolean {
  if (lag === null || peerOkAt === null || lag.lagMs > policy.lagLimitMs) return false;
  return peerOkAt - lag.at <= policy.lagWindowSeconds * 1_000;
}

/** The writer goes back: by an operator's command alone, with every precondition met in this very look. */
function awayRule({ policy, memory, seen }: Case): string | null {
  if (memory.phase !== 'failing-back') return `the writer is sent away in phase ${memory.phase}`;
  if (writerOf(seen.global) !== 'self') return 'a writer is sent away that is not here';
  return allMet(failbackPreconditions(policy, memory, seen, true))
    ? null
    : 'failback without its preconditions';
}

/** What a standby lacks to serve is raised before the writer comes. */
function capacityRule({ decision }: Case): string | null {
  const move = decision.actions.findIndex((action) => movesWriter(action));
  const raise = decision.actions.findIndex((action) => action.do === 'raise-capacity');
  if (raise > move && move >= 0) return 'the capacity is raised after the move';
  const { memory } = decision;
  const unraised = memory?.capacity !== undefined && memory.capacity !== null && !memory.capacity.raised;
  const comes = move >= 0 && memory !== null && MOVING.includes(memory.phase);
  return comes && unraised && raise < 0 ? 'the writer comes without the capacity for it' : null;
}

function lookRule({ policy, decision }: Case): string | null {
  const { nextLookSeconds } = decision;
  const within = nextLookSeconds > 0 && nextLookSeconds <= policy.tickSeconds;
  return within ? null : `the next look is after ${nextLookSeconds} s`;
}

/** Moved here and the writer still here, or not known: it stays moved, whatever DNS and the peer say. */
function stayRule({ memory, seen, decision }: Case): string | null {
  const writer = writerOf(seen.global);
  if (memory.phase !== 'moved' || !memory.moved || writer === 'peer') return null;
  return decision.memory?.phase === 'moved' && decision.memory.moved ? null : 'a move is forgotten by itself';
}

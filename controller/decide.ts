// decide(policy, memory, observation, now) → { verdict, actions, because, memory }: the whole of the controller's
// judgement. Pure: no clock, no I/O; the same inputs give the same decision, here, in Lambda and in a simulator.
// The table in problems.ts says which situation this is; this file says what each verdict means.
//
// Invariants kept here: a decision is in memory (and saved) before its first action; at most one action of a decision
// moves the writer; the latch is held only while the writer is here because it was moved here.

import type { Action } from './actions.ts';
import { keepCapacity, planCapacity } from './capacity.ts';
import { gather } from './evidence.ts';
import type { Memory, Message, Phase } from './memory.ts';
import { freshMemory } from './memory.ts';
import type { Observation } from './observation.ts';
import { operationOf, writerOf } from './observation.ts';
import { pageFor, remember, wellAgain } from './pages.ts';
import type { Policy } from './policy.ts';
import type { Problem, Verdict } from './problems.ts';
import { problemOf } from './problems.ts';
import type { Situation } from './situation.ts';
import { situationOf } from './situation.ts';

export interface Decision {
  readonly verdict: Verdict;
  /** The name of the row of the table that decided. */
  readonly problem: string;
  readonly because: string;
  readonly actions: readonly Action[];
  /** To be saved before the actions are carried out. null: there is no memory, and nothing moves. */
  readonly memory: Memory | null;
  readonly nextLookSeconds: number;
}

/** Messages sent in one tick; the rest follow. A topic that does not answer must not hold up a failover. */
const tellAtOnce = 2;

export type Recollection =
  | { readonly kept: true; readonly memory: Memory }
  | {
      readonly kept: false;
      readonly why: string;
      readonly ticks: number;
      readonly pagedAt: number | null;
      /** What this process itself last read or wrote, if it did: good enough to keep the latch, and for nothing else. */
      readonly remembered: Memory | null;
    };

export function decide(
  policy: Policy,
  recollection: Recollection,
  observation: Observation,
  now: number,
): Decision {
  if (!recollection.kept) return withoutMemory(policy, recollection, observation, now);
  const situation = situationOf(
    policy,
    gather(policy, recollection.memory, observation, now),
    observation,
    now,
  );
  const problem = problemOf(situation);
  const because = problem.sentence(situation);
  const counted = remember(situation.memory, problem);
  const { memory: answered, moves } = respond({ ...situation, memory: counted }, problem, because);
  const told = wellAgain(pageFor(policy, answered, observation, problem, because, now), problem, now);
  const capacity = keepCapacity(told, observation);
  const actions: readonly Action[] = [
    ...capacity,
    ...moves,
    ...latchActions(policy, told, situation, now),
    ...told.unsent.slice(0, tellAtOnce).map((message): Action => ({ do: 'tell', message })),
  ];
  return {
    verdict: problem.verdict,
    problem: problem.name,
    because,
    actions,
    memory: told,
    nextLookSeconds: nextLook(policy, problem, told),
  };
}

interface Response {
  readonly memory: Memory;
  readonly moves: readonly Action[];
}

function respond(s: Situation, problem: Problem, because: string): Response {
  const { memory, now } = s;
  switch (problem.verdict) {
    case 'watch':
    case 'warn':
    case 'hold':
    case 'wait':
    case 'keep-latch':
      return { memory: s.dns === 'peer' ? atEase(memory) : memory, moves: [] };
    case 'lead':
      return {
        memory: enter(memory, 'lead', now, { settled: false, move: null, approvedAt: null }),
        moves: [],
      };
    case 'prepare':
      return { memory: prepare(s), moves: [] };
    case 'fail-over':
      return startMove(s, 'failing-over', because, { do: 'promote' });
    case 'switch-over':
      return startMove(s, 'switching-over', because, { do: 'switch-over', to: 'self' });
    case 'complete':
      return { memory: complete(s, because), moves: [] };
    case 'abandon':
      return { memory: standDown(s, 'The move is abandoned', because, memory.settled), moves: [] };
    case 'fail-back':
      return { memory, moves: s.requestPending ? [] : [{ do: 'switch-over', to: 'peer' }] };
    case 'failback-failed':
      return { memory: enter(memory, 'moved', now, { requestedAt: null }), moves: [] };
    case 'stand-down': {
      const back = problem.name === 'failed-back';
      return {
        memory: standDown(
          s,
          back ? `Failed back to ${s.observation.peer}` : 'The writer has left',
          because,
          s.dns === 'peer',
        ),
        moves: [],
      };
    }
  }
}

/** The world sees the peer: what an operator said about the move that was near is over. */
function atEase(memory: Memory): Memory {
  const said = memory.heldAt !== null || memory.approvedAt !== null;
  return said ? { ...memory, heldAt: null, approvedAt: null } : memory;
}

/** Into a phase; `since` is the moment of entering, not of staying. */
function enter(memory: Memory, phase: Phase, now: number, also: Partial<Memory> = {}): Memory {
  return { ...memory, ...also, phase, since: memory.phase === phase ? memory.since : now };
}

function say(memory: Memory, name: string, now: number, subject: string, text: string): Memory {
  const message: Message = { id: `${memory.epoch}-${name}-${now}`, subject, text };
  return { ...memory, unsent: [...memory.unsent, message] };
}

/** Everything but the move itself: the capacity is raised while a person reads the page. */
function prepare({ memory, observation, now }: Situation): Memory {
  if (memory.phase === 'awaiting-approval') return memory;
  return enter(planCapacity(memory, observation), 'awaiting-approval', now);
}

function startMove(
  s: Situation,
  phase: 'failing-over' | 'switching-over',
  because: string,
  move: Action,
): Response {
  const { memory, now, observation } = s;
  if (memory.phase === phase) return { memory, moves: s.requestPending ? [] : [move] };
  const kind = phase === 'failing-over' ? 'fail-over' : 'switch-over';
  const lagMs = memory.lag?.lagMs ?? null;
  const decided = enter(planCapacity(memory, observation), phase, now, {
    epoch: memory.epoch + 1,
    requestedAt: null,
    refusal: null,
    move: { kind, startedAt: now, finishedAt: null, because, lagMs },
  });
  const text = [
    `${observation.self} takes over from ${observation.peer} (${kind}, move ${decided.epoch}).`,
    `Decided at ${new Date(now).toISOString()} because ${because}.`,
    kind === 'fail-over' ? `Last known replication lag: ${lagMs ?? 'unknown'} ms.` : 'Nothing is lost.',
  ].join('\n');
  return {
    memory: say(decided, kind, now, `understudy: ${kind} to ${observation.self} has begun`, text),
    moves: [move],
  };
}

function complete(s: Situation, because: string): Memory {
  const { memory, now, observation } = s;
  const move = memory.move ?? {
    kind: 'fail-over',
    startedAt: now,
    because,
    lagMs: memory.lag?.lagMs ?? null,
  };
  const moved = enter(memory, 'moved', now, {
    moved: true,
    move: { ...move, finishedAt: now },
    requestedAt: null,
    approvedAt: null,
  });
  const text = [
    `${observation.self} has the writer: ${because}.`,
    `Decided ${new Date(move.startedAt).toISOString()}, done ${new Date(now).toISOString()}: ${move.because}.`,
    move.kind === 'fail-over'
      ? `At most what had not been replicated is lost; last known lag ${move.lagMs ?? 'unknown'} ms.`
      : 'Nothing is lost.',
    `DNS is latched to ${observation.self} until an operator fails back to ${observation.peer}.`,
  ].join('\n');
  return say(moved, 'moved', now, `understudy: the writer is in ${observation.self}`, text);
}

/** Back on watch: nothing of the move is left but the capacity, which is restored until that has worked. */
function standDown(s: Situation, subject: string, because: string, settled: boolean): Memory {
  const { memory, now, observation } = s;
  const watch = enter(memory, 'watch', now, {
    moved: false,
    move: null,
    settled,
    requestedAt: null,
    refusal: null,
    approvedAt: null,
    capacity: memory.capacity?.former == null ? null : memory.capacity,
  });
  const text = [
    `${subject}: ${because}.`,
    `${observation.self} is on watch, its latch is released.`,
    ...(memory.capacity !== null && memory.capacity.former === null
      ? [`Its capacity before is not known: it stays at ${memory.capacity.wanted} tasks until you lower it.`]
      : []),
  ].join('\n');
  return say(watch, 'stand-down', now, `understudy: ${subject} (${observation.self})`, text);
}

/**
 * 1 only if the writer is here because it was moved here. RDS may be silent about where it is, or go on showing an
 * operation that is over: then a move that was decided here and a write that works here say the same. While nothing
 * says where the writer is nothing is said.
 */
function latchActions(policy: Policy, memory: Memory, s: Situation, now: number): readonly Action[] {
  const { latch } = memory;
  const value = latchValue(memory, s);
  const due = latch === null || now - latch.publishedAt >= policy.latchIntervalSeconds * 1_000;
  return due || (value !== null && latch.value !== value) ? [{ do: 'publish', latch: value }] : [];
}

function latchValue(memory: Memory, s: Situation): 0 | 1 | null {
  if (s.writer !== 'peer' && movesHere(memory) && s.writeWorks) return 1;
  if (s.writer === 'unknown') return null;
  return s.writer === 'self' && memory.moved ? 1 : 0;
}

function movesHere({ moved, phase }: Memory): boolean {
  return moved || phase === 'failing-over' || phase === 'switching-over';
}

function latchWithoutMemory(remembered: Memory | null, { global }: Observation): 0 | 1 | null {
  const writer = writerOf(global);
  if (operationOf(global) !== null) return null;
  if (writer === 'peer') return 0;
  return writer === 'self' && remembered !== null && movesHere(remembered) ? 1 : null;
}

function nextLook(policy: Policy, problem: Problem, memory: Memory): number {
  if (problem.name === 'counting') return Math.min(policy.lookAgainSeconds, policy.tickSeconds);
  const moving = ['failing-over', 'switching-over', 'failing-back'].includes(memory.phase);
  const operating = moving || problem.verdict === 'wait';
  return operating ? Math.min(policy.operatingTickSeconds, policy.tickSeconds) : policy.tickSeconds;
}

/**
 * It may watch and page, but what it cannot remember it must not do. The latch keeps its last known status, with two
 * exceptions. The writer is seen at the peer: 0 needs no memory, and without it DNS would go on naming a region that has
 * left. This very process has decided a move, and the writer is here: without 1 DNS would go back to the old region as
 * soon as that is well.
 */
function withoutMemory(
  policy: Policy,
  recollection: Extract<Recollection, { kept: false }>,
  observation: Observation,
  now: number,
): Decision {
  const seen = problemOf(
    situationOf(policy, gather(policy, freshMemory(now), observation, now), observation, now),
  );
  const because = `the memory cannot be read (${recollection.why}); nothing is done without it`;
  const { pagedAt, ticks } = recollection;
  const due = ticks >= 3 && (pagedAt === null || now - pagedAt >= policy.repageSeconds * 1_000);
  const message: Message = {
    id: `memory-${now}`,
    subject: `understudy: the controller in ${observation.self} has no memory`,
    text: `${because}.\nWithout it this would be: ${seen.name}.`,
  };
  return {
    verdict: 'hold',
    problem: 'memory-unavailable',
    because,
    actions: [
      { do: 'publish', latch: latchWithoutMemory(recollection.remembered, observation) },
      ...(due ? [{ do: 'tell', message } as const] : []),
    ],
    memory: null,
    nextLookSeconds: policy.tickSeconds,
  };
}

// Rows of the table in which something is under way, or the writer is here. They come before every row about the
// peer: an operation that runs is let finish, and a region that has the writer has nobody to take over from.

import { allMet, failbackPreconditions } from './failback.ts';
import type { Problem } from './problems.ts';
import type { Situation } from './situation.ts';
import { seconds } from './situation.ts';

/** A failback whose switchover has not happened after this is given up; RDS answers a request within seconds. */
const failbackLimitMs = 120_000;

const quiet = { page: 'never', afterTicks: 1 } as const;

function moveInHand(s: Situation): boolean {
  return s.memory.phase === 'failing-over' || s.memory.phase === 'switching-over';
}

function overdue(s: Situation): boolean {
  const { runningSince } = s.memory;
  return runningSince !== null && s.now - runningSince > s.policy.operationLimitSeconds * 1_000;
}

function verifyOverdue(s: Situation): boolean {
  const { writerSince } = s.memory;
  return writerSince !== null && s.now - writerSince > s.policy.verifyLimitSeconds * 1_000;
}

function mayFailBack(s: Situation): boolean {
  const unfinished = s.now - s.memory.since <= failbackLimitMs;
  return (
    unfinished && (s.requestPending || allMet(failbackPreconditions(s.policy, s.memory, s.observation, true)))
  );
}

export const operating: readonly Problem[] = [
  {
    name: 'operation-overdue',
    priority: 1000,
    when: (s) => s.operation !== null && overdue(s),
    sentence: (s) =>
      `${s.operation} has been running for ${seconds(s.memory.runningSince ?? s.now, s.now)} s on the global cluster; ` +
      `the limit is ${s.policy.operationLimitSeconds} s`,
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 1,
  },
  {
    name: 'operation-running',
    priority: 990,
    when: (s) => s.operation !== null,
    sentence: (s) => `the global cluster is ${s.operation}; until that is over nothing else is started`,
    verdict: 'wait',
    ...quiet,
  },
  {
    name: 'writer-unknown',
    priority: 980,
    when: (s) => s.writer === 'unknown',
    sentence: (s) =>
      `where the writer is cannot be told: ${s.observation.global.known ? '' : s.observation.global.why}`,
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 6,
  },
  {
    name: 'no-writer',
    priority: 970,
    when: (s) => s.writer === 'none',
    sentence: () => 'the global cluster has no writer and no operation is running',
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 3,
  },
  {
    name: 'moved-and-writing',
    priority: 960,
    when: (s) => s.writer === 'self' && moveInHand(s) && s.writeWorks,
    sentence: (s) => `the writer is in ${s.observation.self} and a write through it works`,
    verdict: 'complete',
    ...quiet,
  },
  {
    name: 'moved-but-no-write-seen',
    priority: 950,
    when: (s) => s.writer === 'self' && moveInHand(s) && verifyOverdue(s),
    sentence: (s) =>
      `the writer is in ${s.observation.self}, but no write has been seen to work there: ${ownAnswer(s)}`,
    verdict: 'complete',
    page: 'repeat',
    afterTicks: 1,
  },
  {
    name: 'moved-unverified',
    priority: 940,
    when: (s) => s.writer === 'self' && moveInHand(s),
    sentence: (s) => `the writer is in ${s.observation.self}; waiting for a write to work: ${ownAnswer(s)}`,
    verdict: 'wait',
    ...quiet,
  },
  {
    name: 'promoted-by-hand',
    priority: 930,
    when: (s) =>
      s.writer === 'self' &&
      (s.memory.phase === 'awaiting-approval' ||
        (s.memory.phase === 'watch' && s.memory.settled && s.memory.evidence.worldSaysSelf > 0)),
    sentence: (s) => `the peer was lost and somebody has moved the writer to ${s.observation.self} by hand`,
    verdict: 'complete',
    ...quiet,
  },
  {
    name: 'failback-pending',
    priority: 920,
    when: (s) => s.writer === 'self' && s.memory.phase === 'failing-back' && mayFailBack(s),
    sentence: (s) => `failing back to ${s.observation.peer}`,
    verdict: 'fail-back',
    ...quiet,
  },
  {
    name: 'failback-failed',
    priority: 910,
    when: (s) => s.writer === 'self' && s.memory.phase === 'failing-back',
    sentence: (s) =>
      `failing back to ${s.observation.peer} has not happened (${s.memory.refusal ?? 'RDS did not do it'}); ` +
      `the writer and the latch stay in ${s.observation.self}`,
    verdict: 'failback-failed',
    page: 'repeat',
    afterTicks: 1,
  },
  {
    name: 'moved',
    priority: 900,
    when: (s) => s.writer === 'self' && s.memory.moved,
    sentence: (s) => `the writer was moved to ${s.observation.self}; it stays until an operator fails back`,
    verdict: 'keep-latch',
    ...quiet,
  },
  {
    name: 'lead',
    priority: 890,
    when: (s) => s.writer === 'self',
    sentence: (s) => `the writer is in ${s.observation.self}, where it belongs`,
    verdict: 'lead',
    ...quiet,
  },
  {
    name: 'failed-back',
    priority: 880,
    when: (s) => s.writer === 'peer' && s.memory.phase === 'failing-back',
    sentence: (s) => `the writer is back in ${s.observation.peer}`,
    verdict: 'stand-down',
    ...quiet,
  },
  {
    name: 'writer-left',
    priority: 870,
    when: (s) => s.writer === 'peer' && s.memory.moved,
    sentence: (s) => `the writer has moved from ${s.observation.self} to ${s.observation.peer} without us`,
    verdict: 'stand-down',
    ...quiet,
  },
  {
    name: 'request-pending',
    priority: 860,
    when: (s) => s.writer === 'peer' && moveInHand(s) && s.requestPending,
    sentence: () => 'RDS has accepted the request and does not show it yet',
    verdict: 'wait',
    ...quiet,
  },
];

function ownAnswer(s: Situation): string {
  const own = s.observation.selfProbe;
  return own.known ? own.value.because : own.why;
}

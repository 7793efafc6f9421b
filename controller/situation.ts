// The facts of one tick in the words the table of problems uses. Derived once, so that every row reads the same.

import { lossUnknown } from './evidence.ts';
import type { Memory } from './memory.ts';
import type { Answer, Observation, Side } from './observation.ts';
import { answerOf, missingOf, operationOf, writerOf } from './observation.ts';
import type { Policy } from './policy.ts';

export interface Situation {
  readonly policy: Policy;
  readonly memory: Memory;
  readonly observation: Observation;
  readonly now: number;
  readonly writer: Side | 'none' | 'unknown';
  readonly operation: string | null;
  readonly dns: Side | 'unknown';
  readonly probe: Answer;
  /** What this region lacks to serve as the writer's; empty: able. */
  readonly missing: readonly string[];
  /** Why a promotion's loss cannot be told; null: known and within the limit. */
  readonly loss: string | null;
  /** A request to RDS was accepted so lately that it need not show yet. */
  readonly requestPending: boolean;
  /** The operator has approved, lately enough, or this move was decided already. */
  readonly approved: boolean;
  /** This region answers as a healthy writer: a write through the writer endpoint works. */
  readonly writeWorks: boolean;
}

export function situationOf(
  policy: Policy,
  memory: Memory,
  observation: Observation,
  now: number,
): Situation {
  const { requestedAt, approvedAt } = memory;
  const own = observation.selfProbe;
  return {
    policy,
    memory,
    observation,
    now,
    writer: writerOf(observation.global),
    operation: operationOf(observation.global),
    dns: observation.dns.known ? observation.dns.value : 'unknown',
    probe: answerOf(observation.peerProbe),
    missing: missingOf(observation),
    loss: lossUnknown(policy, memory),
    requestPending: requestedAt !== null && now - requestedAt < policy.requestGraceSeconds * 1_000,
    approved:
      memory.phase === 'failing-over' ||
      memory.phase === 'switching-over' ||
      (approvedAt !== null && now - approvedAt <= policy.approvalValidSeconds * 1_000),
    writeWorks: own.known && own.value.ok && own.value.role === 'writer',
  };
}

export function seconds(from: number, to: number): number {
  return Math.round((to - from) / 1_000);
}

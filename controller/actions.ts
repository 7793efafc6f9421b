// What the controller may do to the world, as values: decide.ts lists them, act.ts carries them out, a simulator may
// do either in its own way. Every action is idempotent: doing it again, after a crash, does no harm.

import type { Memory, Message } from './memory.ts';

export type Action =
  /** Scalable target's minimum, and the service's desired count if it is lower. Never lowers anything. */
  | {
      readonly do: 'raise-capacity';
      readonly min: number;
      readonly max: number | null;
      readonly desired: number | null;
    }
  /** The scalable target as it was before; scaling in is left to the scaling policy. */
  | { readonly do: 'restore-capacity'; readonly min: number; readonly max: number }
  /** FailoverGlobalCluster with AllowDataLoss, in this region, to this region's cluster. */
  | { readonly do: 'promote' }
  /** SwitchoverGlobalCluster, asked for in the region that has the writer; loses nothing. */
  | { readonly do: 'switch-over'; readonly to: 'self' | 'peer' }
  /** The latch metric (null: not known, not published) and the sign of life. */
  | { readonly do: 'publish'; readonly latch: 0 | 1 | null }
  | { readonly do: 'tell'; readonly message: Message };

export interface Outcome {
  readonly action: Action;
  readonly ok: boolean;
  /** What AWS answered when it did not go well. */
  readonly why: string | null;
}

function settleOne(memory: Memory, action: Action, now: number): Memory {
  switch (action.do) {
    case 'raise-capacity':
      return memory.capacity === null
        ? memory
        : { ...memory, capacity: { ...memory.capacity, raised: true } };
    case 'restore-capacity':
      return { ...memory, capacity: null };
    case 'promote':
    case 'switch-over':
      return { ...memory, requestedAt: now, refusal: null };
    case 'publish':
      return action.latch === null ? memory : { ...memory, latch: { value: action.latch, publishedAt: now } };
    case 'tell':
      return { ...memory, unsent: memory.unsent.filter((message) => message.id !== action.message.id) };
  }
}

export function movesWriter(action: Action): boolean {
  return action.do === 'promote' || action.do === 'switch-over';
}

function settleFailure(memory: Memory, { action, why }: Outcome): Memory {
  return movesWriter(action) ? { ...memory, refusal: why } : memory;
}

/** Memory after the actions: only what the world took is remembered as done, so what failed is tried again. */
export function settle(memory: Memory, outcomes: readonly Outcome[], now: number): Memory {
  return outcomes.reduce(
    (held, outcome) => (outcome.ok ? settleOne(held, outcome.action, now) : settleFailure(held, outcome)),
    memory,
  );
}

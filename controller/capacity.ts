// A standby runs few tasks; taking over needs as many as the lost region ran. What to raise to is written down with
// the decision, together with what was there before, so that it can be raised after a crash and restored at the end.

import type { Action } from './actions.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';

/** Writes the plan into memory. What was here before is written once a move, lest it be overwritten by what we raised;
 * what is wanted may still grow, for the peer may while an approval is awaited. */
export function planCapacity(memory: Memory, observation: Observation): Memory {
  const peer = memory.peerDesiredCount ?? 0;
  if (memory.capacity !== null) {
    const wanted = Math.max(memory.capacity.wanted, peer);
    return { ...memory, capacity: { ...memory.capacity, wanted, raised: false } };
  }
  const own = observation.service.known ? observation.service.value.desired : 0;
  const wanted = Math.max(peer, own);
  if (wanted === 0) return memory;
  const former = observation.scaling.known ? observation.scaling.value : null;
  return { ...memory, capacity: { former, wanted, raised: false } };
}

export function raiseCapacity(wanted: number, memory: Memory, observation: Observation): Action {
  const former = memory.capacity?.former ?? null;
  const own = observation.service;
  return {
    do: 'raise-capacity',
    min: Math.max(wanted, former?.min ?? 0),
    max: former === null ? null : Math.max(wanted, former.max),
    desired: own.known && own.value.desired >= wanted ? null : wanted,
  };
}

/** Raised while a move is in hand or done, given back on watch; each until it has worked. */
export function keepCapacity(memory: Memory, observation: Observation): readonly Action[] {
  const { capacity } = memory;
  if (capacity === null) return [];
  switch (memory.phase) {
    case 'awaiting-approval':
    case 'failing-over':
    case 'switching-over':
    case 'moved':
      return capacity.raised ? [] : [raiseCapacity(capacity.wanted, memory, observation)];
    case 'watch':
    case 'lead':
      return capacity.former === null
        ? []
        : [{ do: 'restore-capacity', min: capacity.former.min, max: capacity.former.max }];
    case 'failing-back':
      return [];
  }
}

// What an operator may say to the controller, by invoking the function: {"command": "failback"} and so on. Commands
// change memory and nothing else; the ticks that follow do the work. Pure.

import { lossUnknown } from './evidence.ts';
import type { Precondition } from './failback.ts';
import { allMet, failbackPreconditions } from './failback.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { missingOf, operationOf, writerOf } from './observation.ts';
import type { Policy } from './policy.ts';

export type Command =
  | { readonly command: 'status' }
  /** The writer goes back to the other region. `dryRun` only shows the preconditions. */
  | { readonly command: 'failback'; readonly rescueExported: boolean; readonly dryRun: boolean }
  /** Go on with the move that was prepared, or in spite of an unknown loss. Never in spite of an unable standby. */
  | { readonly command: 'approve' }
  /** Nothing moves from here until `resume` (or until DNS names the peer again). */
  | { readonly command: 'abandon' }
  | { readonly command: 'resume' };

export interface Answer {
  readonly accepted: boolean;
  readonly because: string;
  readonly preconditions: readonly Precondition[];
  readonly memory: Memory;
}

const commands = ['status', 'failback', 'approve', 'abandon', 'resume'] as const;

function flag(event: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = event[name];
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw new Error(`${name}: ${JSON.stringify(value)}; allowed: true, false`);
  return value;
}

/** null: no command, so a tick of the schedule. */
export function readCommand(event: unknown): Command | null {
  if (typeof event !== 'object' || event === null || !('command' in event)) return null;
  const asked = event as Readonly<Record<string, unknown>>;
  const command = commands.find((name) => name === asked['command']);
  if (command === undefined)
    throw new Error(`command: ${JSON.stringify(asked['command'])}; allowed: ${commands.join(', ')}`);
  if (command !== 'failback') return { command };
  return { command, rescueExported: flag(asked, 'rescueExported'), dryRun: flag(asked, 'dryRun') };
}

export function obey(
  policy: Policy,
  command: Command,
  memory: Memory,
  observation: Observation,
  now: number,
): Answer {
  const answer = (accepted: boolean, because: string, changed: Memory = memory): Answer => ({
    accepted,
    because,
    preconditions: [],
    memory: changed,
  });
  switch (command.command) {
    case 'status':
      return answer(true, memory.phase);
    case 'approve':
      if (writerOf(observation.global) !== 'peer')
        return answer(false, 'there is nothing to approve: the writer is not the peer’s');
      return answer(true, `approved for ${policy.approvalValidSeconds} s`, {
        ...memory,
        approvedAt: now,
        heldAt: null,
      });
    case 'abandon':
      return abandon(memory, observation, now, answer);
    case 'resume':
      return answer(true, 'on watch again', { ...memory, heldAt: null });
    case 'failback':
      return failback(policy, command, memory, observation, now);
  }
}

function abandon(
  memory: Memory,
  observation: Observation,
  now: number,
  answer: (accepted: boolean, because: string, changed?: Memory) => Answer,
): Answer {
  const operation = operationOf(observation.global);
  if (operation !== null) return answer(false, `${operation} is running and cannot be taken back`);
  if (!observation.global.known)
    return answer(false, `where the writer is cannot be told: ${observation.global.why}`);
  if (observation.global.value.writer === 'self')
    return answer(false, 'the writer is here already; fail back instead');
  const watch: Memory = {
    ...memory,
    phase: 'watch',
    since: memory.phase === 'watch' ? memory.since : now,
    move: null,
    requestedAt: null,
    approvedAt: null,
    heldAt: now,
  };
  return answer(true, 'nothing moves until resume', watch);
}

function failback(
  policy: Policy,
  command: Extract<Command, { command: 'failback' }>,
  memory: Memory,
  observation: Observation,
  now: number,
): Answer {
  const preconditions = failbackPreconditions(policy, memory, observation, command.rescueExported);
  const refuse = (because: string): Answer => ({ accepted: false, because, preconditions, memory });
  if (memory.phase === 'failing-back')
    return { accepted: true, because: 'failing back already', preconditions, memory };
  if (!allMet(preconditions)) {
    const unmet = preconditions.filter(({ ok }) => !ok).map(({ name, why }) => `${name}: ${why}`);
    return refuse(`not met: ${unmet.join('; ')}`);
  }
  if (command.dryRun) return refuse('every precondition is met; this was a dry run, nothing was changed');
  return {
    accepted: true,
    because: `failing back to ${observation.peer}`,
    preconditions,
    memory: {
      ...memory,
      phase: 'failing-back',
      since: now,
      epoch: memory.epoch + 1,
      requestedAt: null,
      refusal: null,
    },
  };
}

/** What keeps this region from taking over now, were it asked to; empty: ready. */
export function unready(policy: Policy, memory: Memory, observation: Observation): readonly string[] {
  if (writerOf(observation.global) === 'self') return [];
  const loss = lossUnknown(policy, memory);
  const settled = memory.settled ? [] : ['DNS has not named the peer yet'];
  return [...missingOf(observation), ...(loss === null ? [] : [loss]), ...settled];
}

// What the controller asks of the world, one step at a time. A procedure (tick.ts, invocation.ts, operator.ts) is a
// generator of steps: it holds the order of everything, and all waiting is somebody else's. drive.ts answers the steps
// with AWS and real time, a simulator with a model and virtual time. Between any two steps the process may die, so
// whoever drives a procedure dies there by not going on.

import type { Action, Outcome } from './actions.ts';
import type { decide } from './decide.ts';
import type { Loaded, Memory, Saved } from './memory.ts';
import type { Observation } from './observation.ts';
import type { Policy } from './policy.ts';

export type Step =
  /** Memory and the world, asked at once. Answered with a Look. */
  | { readonly step: 'look' }
  /** Memory alone, which is quick whatever region is gone. Answered with Loaded. */
  | { readonly step: 'recall' }
  /** A compare-and-set of the memory. Answered with Saved. */
  | { readonly step: 'save'; readonly memory: Memory; readonly etag: string | null }
  /** One change of the world. Answered with Done; an error is an answer too. */
  | { readonly step: 'act'; readonly action: Action }
  /** Answered with undefined, when it is over. */
  | { readonly step: 'pause'; readonly seconds: number };

export interface Look {
  readonly loaded: Loaded;
  readonly observation: Observation;
}

export type Done = Pick<Outcome, 'ok' | 'why'>;

export type Answer = Look | Loaded | Saved | Done | undefined;

/** Driven with `next()`, then with `next(answer)` to the step that was yielded last. */
export type Procedure<T> = Generator<Step, T, Answer>;

/** All that a procedure has without asking. */
export interface Mind {
  readonly region: string;
  readonly peerRegion: string;
  readonly policy: Policy;
  readonly now: () => number;
  /** null: nobody listens, and no line is made. */
  readonly log: ((line: Readonly<Record<string, unknown>>) => void) | null;
  /** Of this process alone: ticks without memory, and the memory that it last had. */
  readonly blind: { ticks: number; pagedAt: number | null; remembered: Memory | null };
  readonly decide: typeof decide;
}

const lookStep: Step = Object.freeze({ step: 'look' });

export function* look(): Procedure<Look> {
  return (yield lookStep) as Look;
}

const recallStep: Step = Object.freeze({ step: 'recall' });

export function* recall(): Procedure<Loaded> {
  return (yield recallStep) as Loaded;
}

export function* save(memory: Memory, etag: string | null): Procedure<Saved> {
  return (yield { step: 'save', memory, etag }) as Saved;
}

export function* act(action: Action): Procedure<Done> {
  return (yield { step: 'act', action }) as Done;
}

export function* pause(seconds: number): Procedure<void> {
  yield { step: 'pause', seconds };
}

// How long what was seen may be believed. A process may be stopped at any instant, between asking and being answered
// too, and wake in another world: what it saw before is then neither counted as evidence nor acted on. Pure: see step.ts.

import type { Look, Mind, Procedure } from './step.ts';
import { look } from './step.ts';

/** A look, and when it was asked for: nothing in it is older than that. */
export interface Sight extends Look {
  readonly askedAt: number;
}

/** A look takes 3 s at most. Counted much later it would be evidence of a moment at which nobody looked. */
const evidenceUntilMs = 15_000;
/** The calls before a move may take their time: what was decided on a fresh look is done within this. */
const actUntilMs = 60_000;

/** Too old to be counted. */
export function isStale({ now }: Mind, { askedAt }: Sight): boolean {
  return now() - askedAt > evidenceUntilMs;
}

/** Too old to be acted on. */
export function isOutdated({ now }: Mind, { askedAt }: Sight): boolean {
  return now() - askedAt > actUntilMs;
}

export function howOld({ now }: Mind, { askedAt }: Sight): string {
  return `what was seen is ${now() - askedAt} ms old`;
}

function* takeLook(mind: Mind): Procedure<Sight> {
  const askedAt = mind.now();
  return { ...(yield* look()), askedAt };
}

/** Looks again, once, when the first look has grown stale on the way: whoever asks must still see whether this has. */
export function* sightOf(mind: Mind): Procedure<Sight> {
  const first = yield* takeLook(mind);
  return isStale(mind, first) ? yield* takeLook(mind) : first;
}

// How long what AWS takes its time for takes in this run. Each draw comes from one stream, in the order of events.

import type { Duration } from '../options.ts';
import type { World } from './state.ts';

export function drawDuration(world: World, { medianMs, sigma }: Duration): number {
  return sigma === 0 ? medianMs : world.random.timing.lognormal(medianMs, sigma);
}

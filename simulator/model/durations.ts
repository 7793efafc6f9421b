// How long what AWS takes its time for takes in this run. Each kind draws from a stream of its own: a setting under which
// more tasks start does not make the promotion another one, and two policies on one seed differ by the policy alone.

import type { Timings } from '../options.ts';
import { type Random, stream } from '../random.ts';
import type { World } from './state.ts';

export type Durations = Readonly<Record<keyof Timings, Random>>;

export function durationsOf(seed: number): Durations {
  return {
    globalFailover: stream(seed, 'globalFailover'),
    globalSwitchover: stream(seed, 'globalSwitchover'),
    inRegionFailover: stream(seed, 'inRegionFailover'),
    instanceStart: stream(seed, 'instanceStart'),
    taskStart: stream(seed, 'taskStart'),
    resync: stream(seed, 'resync'),
    operator: stream(seed, 'operator'),
  };
}

export function drawDuration(world: World, kind: keyof Timings): number {
  const { medianMs, sigma } = world.options.timings[kind];
  return sigma === 0 ? medianMs : world.random.durations[kind].lognormal(medianMs, sigma);
}

// May the writer go home? Each precondition is shown by itself, met or not, with what was seen.
// Failing back is a switchover: it loses nothing, so it has time to ask for everything. Pure.

import type { Memory } from './memory.ts';
import type { Fact, Observation } from './observation.ts';
import { operationOf, writerOf } from './observation.ts';
import type { Policy } from './policy.ts';

export interface Precondition {
  readonly name: string;
  readonly ok: boolean;
  readonly why: string;
}

function judge<T>(
  name: string,
  fact: Fact<T>,
  verdict: (value: T) => readonly [boolean, string],
): Precondition {
  if (!fact.known) return { name, ok: false, why: `unknown: ${fact.why}` };
  const [ok, why] = verdict(fact.value);
  return { name, ok, why };
}

function rescue(memory: Memory, exported: boolean): Precondition {
  const name = 'lost tail exported';
  if (memory.move?.kind === 'switch-over')
    return { name, ok: true, why: 'the move here was a switchover: there is no lost tail' };
  return exported
    ? { name, ok: true, why: 'the operator says that what only the old region held is kept' }
    : {
        name,
        ok: false,
        why:
          'once the old region’s rescue file has been looked at and kept, say so: tick the box on the page, ' +
          '`understudy failback --rescue-exported`, or "rescueExported": true in the function’s event',
      };
}

export function failbackPreconditions(
  policy: Policy,
  memory: Memory,
  observation: Observation,
  rescueExported: boolean,
): readonly Precondition[] {
  const { self, peer, global, peerProbe, dns } = observation;
  const operation = operationOf(global);
  return [
    judge('the writer was moved here', global, () => {
      const here = writerOf(global) === 'self';
      if (!here) return [false, `the writer is not in ${self}; ask the controller of the writer's region`];
      if (!memory.moved)
        return [false, `the writer is in ${self}, but was not moved here by this controller`];
      return [true, `the writer is in ${self}, moved there by this controller`];
    }),
    judge('no operation is running', global, (cluster) => [
      operation === null,
      operation === null ? `global cluster is ${cluster.status}` : `${operation} is running`,
    ]),
    judge('the old region is healthy', peerProbe, (probe) => [
      probe.ok && probe.role === 'standby',
      probe.ok ? `${peer} answers as ${probe.role ?? 'no known role'}` : `${peer}: ${probe.because}`,
    ]),
    judge('its cluster is connected', global, (cluster) => [
      cluster.peerSync === 'connected',
      cluster.peerSync === null
        ? `${peer} is no member`
        : `${peer} is ${cluster.peerSync || 'without a status'}`,
    ]),
    judge('lag is under the limit', peerProbe, ({ lagMs }) => [
      lagMs !== null && lagMs < policy.failbackLagLimitMs,
      `${lagMs === null ? 'no lag reported' : `${lagMs} ms`}; limit ${policy.failbackLagLimitMs} ms`,
    ]),
    rescue(memory, rescueExported),
    judge('DNS is readable', dns, (side) => [true, `DNS names ${side === 'self' ? self : peer}`]),
  ];
}

export function allMet(preconditions: readonly Precondition[]): boolean {
  return preconditions.every((precondition) => precondition.ok);
}

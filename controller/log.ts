// One JSON line a tick: the verdict, the reason in words, every fact, what was done. Enough to understand a night
// afterwards from the log alone.

import type { Memory, Phase } from './memory.ts';
import type { Fact, Observation } from './observation.ts';
import type { Tick } from './tick.ts';

function show(fact: Fact<unknown>): unknown {
  return fact.known ? fact.value : { unknown: fact.why };
}

export function describeFacts(observation: Observation): Readonly<Record<string, unknown>> {
  return {
    dns: show(observation.dns),
    peerProbe: show(observation.peerProbe),
    selfProbe: show(observation.selfProbe),
    global: show(observation.global),
    database: show(observation.database),
    targets: show(observation.targets),
    service: show(observation.service),
    scaling: show(observation.scaling),
    peerDesired: show(observation.peerDesired),
    lag: show(observation.lag),
  };
}

export function describeTick(region: string, tick: Tick): Readonly<Record<string, unknown>> {
  const { decision, outcomes, undone } = tick;
  return {
    level: decision.verdict === 'hold' || decision.verdict === 'warn' ? 'warn' : 'info',
    message: 'tick',
    region,
    verdict: decision.verdict,
    problem: decision.problem,
    because: decision.because,
    ...(undone === null ? {} : { undone }),
    phase: decision.memory?.phase ?? null,
    epoch: decision.memory?.epoch ?? null,
    evidence: decision.memory?.evidence ?? null,
    done: outcomes.map(({ action, ok, why }) => ({ ...action, ok, ...(why === null ? {} : { why }) })),
    facts: describeFacts(tick.observation),
  };
}

export function describeTransition(
  region: string,
  from: Phase,
  { phase: to, epoch }: Memory,
  because: string,
): Readonly<Record<string, unknown>> {
  return { level: 'warn', message: 'transition', region, from, to, epoch, because };
}

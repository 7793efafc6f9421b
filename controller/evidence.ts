// From one look to a case: brings memory up to date with what was just seen. Pure, and decides nothing.
// Counts are of consecutive looks; a fact that is unknown ends a run, for it is no evidence. The lag that counts is
// the last one seen while the peer still answered: afterwards it only measures how long the peer has been gone.

import type { Evidence, Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { answerOf, operationOf, writerOf } from './observation.ts';
import type { Policy } from './policy.ts';

/** Evidence older than this is forgotten: nobody was looking meanwhile. */
const forgetAfterMs = 60_000;
/** Counts stop here; no rule asks for more. */
const mostTicks = 360;

function count(run: number, goesOn: boolean): number {
  return goesOn ? Math.min(run + 1, mostTicks) : 0;
}

function gatherEvidence(before: Evidence, observation: Observation, now: number): Evidence {
  const fresh = now - before.at <= forgetAfterMs;
  const run = (length: number): number => (fresh ? length : 0);
  const probe = answerOf(observation.peerProbe);
  const saysSelf = observation.dns.known && observation.dns.value === 'self';
  return {
    at: now,
    probeFails: count(run(before.probeFails), probe === 'fails'),
    probeOks: count(run(before.probeOks), probe === 'ok'),
    worldSaysSelf: count(run(before.worldSaysSelf), saysSelf),
    worldSaysSelfSince: saysSelf ? ((fresh ? before.worldSaysSelfSince : null) ?? now) : null,
  };
}

/** On watch, DNS is evidence once it has named the peer, or has had the time to. See `settleSeconds`. */
function isSettled(policy: Policy, memory: Memory, observation: Observation, now: number): boolean {
  if (memory.settled) return true;
  if (writerOf(observation.global) !== 'peer') return false;
  if (observation.dns.known && observation.dns.value === 'peer') return true;
  return now - memory.since >= policy.settleSeconds * 1_000;
}

function writerSince(before: number | null, observation: Observation, now: number): number | null {
  if (!observation.global.known) return before;
  const here = writerOf(observation.global) === 'self' && operationOf(observation.global) === null;
  return here ? (before ?? now) : null;
}

/** How many tasks it takes to stand in for the peer. A region that ails may scale out under its load, which counts; one
 * that the world no longer reaches scales in, which does not: its viewers are still there. */
function peerSize(before: number | null, { peerProbe, peerDesired }: Observation): number | null {
  if (!peerDesired.known) return before;
  const well = answerOf(peerProbe) === 'ok';
  return well || before === null ? peerDesired.value : Math.max(before, peerDesired.value);
}

export function gather(policy: Policy, remembered: Memory, observation: Observation, now: number): Memory {
  const becomesStandby = remembered.phase === 'lead' && writerOf(observation.global) === 'peer';
  const memory: Memory = becomesStandby
    ? { ...remembered, phase: 'watch', since: now, settled: false }
    : remembered;
  const peerOk = answerOf(observation.peerProbe) === 'ok';
  return {
    ...memory,
    evidence: gatherEvidence(memory.evidence, observation, now),
    settled: isSettled(policy, memory, observation, now),
    peerOkAt: peerOk ? now : memory.peerOkAt,
    lag: peerOk && observation.lag.known ? observation.lag.value : memory.lag,
    peerDesiredCount: peerSize(memory.peerDesiredCount, observation),
    runningSince:
      operationOf(observation.global) === null
        ? observation.global.known
          ? null
          : memory.runningSince
        : (memory.runningSince ?? now),
    writerSince: writerSince(memory.writerSince, observation, now),
  };
}

/** Why the loss of a promotion cannot be told, or null when it is known and within the limit. */
export function lossUnknown(policy: Policy, memory: Memory): string | null {
  const { lag, peerOkAt } = memory;
  if (peerOkAt === null) return 'the peer has never answered this controller';
  if (lag === null) return 'no replication lag was ever seen while the peer answered';
  if (peerOkAt - lag.at > policy.lagWindowSeconds * 1_000)
    return `the newest lag datapoint is ${Math.round((peerOkAt - lag.at) / 1_000)} s older than the loss`;
  const movedAt = memory.evidence.worldSaysSelfSince;
  if (movedAt !== null && movedAt - peerOkAt > policy.silenceLimitSeconds * 1_000)
    return `the peer last answered us ${Math.round((movedAt - peerOkAt) / 1_000)} s before DNS moved`;
  if (lag.lagMs > policy.lagLimitMs)
    return `the last known lag was ${lag.lagMs} ms, over the limit of ${policy.lagLimitMs} ms`;
  return null;
}

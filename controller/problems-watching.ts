// Rows of the table in which the writer is the peer's and this region is on watch: from “all well” to “take over”.
// They are reached only when no operation runs, so every row here is about two witnesses and one standby.

import type { Problem } from './problems.ts';
import type { Situation } from './situation.ts';
import { seconds } from './situation.ts';

const quiet = { page: 'never', afterTicks: 1 } as const;

/**
 * A decision was taken, and what it rested on is no longer so. An unknown answer is not a change of mind. Just after a
 * decision another invocation may have asked RDS already, and this look may be older than that: what cannot be taken
 * back is not abandoned.
 */
function evidenceGone(s: Situation): boolean {
  const maybeAsked = s.now - s.memory.since < s.policy.requestGraceSeconds * 1_000;
  if (maybeAsked && s.memory.phase !== 'awaiting-approval') return false;
  switch (s.memory.phase) {
    case 'failing-over':
      return s.dns === 'peer' || s.probe === 'ok';
    case 'switching-over':
      return s.dns === 'peer' || s.probe === 'fails';
    case 'awaiting-approval':
      return s.dns === 'peer';
    default:
      return false;
  }
}

/** RDS shows an operation seconds after it was asked for; if a minute later none runs, none will by itself. */
function stuck(s: Situation): boolean {
  return s.now - s.memory.since > 60_000;
}

function refusal(s: Situation): string {
  return s.memory.refusal ?? 'RDS accepted the request, and the writer is where it was';
}

function connected(s: Situation): boolean {
  return s.observation.global.known && s.observation.global.value.selfSync === 'connected';
}

function peerAnswer(s: Situation): string {
  const { peerProbe } = s.observation;
  return peerProbe.known ? peerProbe.value.because : peerProbe.why;
}

function lacking(s: Situation): readonly string[] {
  return s.loss === null ? s.missing : [...s.missing, s.loss];
}

function caseFor(s: Situation): string {
  const { evidence, peerOkAt } = s.memory;
  const answered = peerOkAt === null ? 'never' : `${seconds(peerOkAt, s.now)} s ago`;
  return (
    `DNS names ${s.observation.self} (${evidence.worldSaysSelf} looks), our probe of ${s.observation.peer} fails ` +
    `(${evidence.probeFails} looks: ${peerAnswer(s)}; last answered ${answered})`
  );
}

export const watching: readonly Problem[] = [
  {
    name: 'evidence-gone',
    priority: 800,
    when: (s) => evidenceGone(s),
    sentence: (s) =>
      `what the decision rested on is no longer so: DNS names ${s.dns}, probe of the peer: ${s.probe}`,
    verdict: 'abandon',
    ...quiet,
  },
  {
    name: 'held-by-operator',
    priority: 790,
    when: (s) => s.memory.heldAt !== null && s.dns !== 'peer',
    sentence: () => 'an operator has said abandon; nothing moves until resume',
    verdict: 'hold',
    ...quiet,
  },
  {
    name: 'world-unknown',
    priority: 780,
    when: (s) => s.dns === 'unknown',
    sentence: (s) =>
      `what the world sees cannot be read: ${s.observation.dns.known ? '' : s.observation.dns.why}`,
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 6,
  },
  {
    name: 'link',
    priority: 700,
    when: (s) =>
      s.dns === 'peer' && s.probe === 'fails' && s.memory.evidence.probeFails >= s.policy.ticksToAct,
    sentence: (s) =>
      `the world reaches ${s.observation.peer} and we do not (${peerAnswer(s)}): the link between the regions, not the region`,
    verdict: 'warn',
    page: 'once',
    afterTicks: 1,
  },
  {
    name: 'standby-not-ready',
    priority: 690,
    when: (s) => s.dns === 'peer' && s.probe === 'ok' && lacking(s).length > 0,
    sentence: (s) => `all is well, but this region could not take over now: ${lacking(s).join('; ')}`,
    verdict: 'warn',
    page: 'once',
    afterTicks: 30,
  },
  {
    name: 'all-well',
    priority: 680,
    when: (s) => s.dns === 'peer' && s.probe === 'ok',
    sentence: (s) => `${s.observation.peer} is active and answers`,
    verdict: 'watch',
    ...quiet,
  },
  {
    name: 'world-sees-peer',
    priority: 670,
    when: (s) => s.dns === 'peer',
    sentence: (s) => `the world reaches ${s.observation.peer}; our probe: ${peerAnswer(s)}`,
    verdict: 'watch',
    ...quiet,
  },
  {
    name: 'silent-while-settling',
    priority: 600,
    when: (s) =>
      !s.memory.settled && s.probe === 'fails' && s.memory.evidence.probeFails >= s.policy.ticksToAct,
    sentence: (s) =>
      `${s.observation.peer} does not answer us (${peerAnswer(s)}), and DNS has not named it since the writer went there: one witness`,
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 3,
  },
  {
    name: 'settling',
    priority: 590,
    when: (s) => !s.memory.settled,
    sentence: (s) => `DNS still names ${s.observation.self}; it has not followed the writer yet`,
    verdict: 'watch',
    ...quiet,
  },
  {
    name: 'one-witness',
    priority: 580,
    when: (s) => s.probe === 'unknown',
    sentence: (s) => `DNS names ${s.observation.self}, but our own probe cannot tell: ${peerAnswer(s)}`,
    verdict: 'hold',
    page: 'repeat',
    afterTicks: 6,
  },
  ...lost(),
  ...cutOff(),
];

/** Both witnesses say the peer is gone. */
function lost(): readonly Problem[] {
  const isLost = (s: Situation): boolean => s.probe === 'fails';
  const counted = (s: Situation): boolean =>
    s.memory.evidence.probeFails >= s.policy.ticksToAct &&
    s.memory.evidence.worldSaysSelf >= s.policy.ticksToAct;
  return [
    {
      name: 'counting',
      priority: 500,
      when: (s) => isLost(s) && !counted(s),
      sentence: (s) => `${caseFor(s)}; ${s.policy.ticksToAct} looks are needed`,
      verdict: 'watch',
      ...quiet,
    },
    {
      name: 'standby-not-able',
      priority: 490,
      when: (s) => isLost(s) && s.missing.length > 0,
      sentence: (s) => `${caseFor(s)}; this region cannot take over: ${s.missing.join('; ')}`,
      verdict: 'hold',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'loss-unknown',
      priority: 480,
      when: (s) => isLost(s) && s.loss !== null && !s.approved,
      sentence: (s) => `${caseFor(s)}; how much would be lost is not known to be little: ${s.loss ?? ''}`,
      verdict: 'hold',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'awaiting-approval',
      priority: 470,
      when: (s) => isLost(s) && s.policy.mode === 'approve' && !s.approved,
      sentence: (s) => `${caseFor(s)}; ready to fail over, waiting for approval`,
      verdict: 'prepare',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'move-stuck',
      priority: 465,
      when: (s) => isLost(s) && s.memory.phase === 'failing-over' && stuck(s),
      sentence: (s) => `${caseFor(s)}; decided, but the promotion does not happen: ${refusal(s)}`,
      verdict: 'fail-over',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'region-lost',
      priority: 460,
      when: isLost,
      sentence: (s) => `${caseFor(s)}; this region is able`,
      verdict: 'fail-over',
      ...quiet,
    },
  ];
}

/** The world cannot reach the peer, we can: nothing needs to be lost. */
function cutOff(): readonly Problem[] {
  return [
    {
      name: 'counting-cut-off',
      priority: 400,
      when: (s) =>
        s.memory.evidence.probeOks < s.policy.ticksToSwitchOver ||
        s.memory.evidence.worldSaysSelf < s.policy.ticksToSwitchOver,
      sentence: (s) =>
        `DNS names ${s.observation.self} and ${s.observation.peer} answers us ` +
        `(${Math.min(s.memory.evidence.probeOks, s.memory.evidence.worldSaysSelf)} looks of ${s.policy.ticksToSwitchOver})`,
      verdict: 'watch',
      ...quiet,
    },
    {
      name: 'cut-off-not-movable',
      priority: 390,
      when: (s) => s.missing.length > 0 || !connected(s),
      sentence: (s) =>
        `the world does not reach ${s.observation.peer}, we do, but the writer cannot be moved without loss: ` +
        [...s.missing, ...(connected(s) ? [] : ['replication is not connected'])].join('; '),
      verdict: 'hold',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'cut-off-awaiting-approval',
      priority: 380,
      when: (s) => s.policy.mode === 'approve' && !s.approved,
      sentence: (s) =>
        `the world does not reach ${s.observation.peer}, we do; ready to switch over, waiting for approval`,
      verdict: 'prepare',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'switch-over-stuck',
      priority: 375,
      when: (s) => s.memory.phase === 'switching-over' && stuck(s),
      sentence: (s) =>
        `the switchover to ${s.observation.self} was decided and does not happen: ${refusal(s)}`,
      verdict: 'switch-over',
      page: 'repeat',
      afterTicks: 1,
    },
    {
      name: 'cut-off-from-world',
      priority: 370,
      when: () => true,
      sentence: (s) =>
        `the world does not reach ${s.observation.peer}, we do, and replication is connected: the writer moves without loss`,
      verdict: 'switch-over',
      ...quiet,
    },
  ];
}

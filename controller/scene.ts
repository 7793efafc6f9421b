// Scenes for tests: a standby in us-west-2 on watch over us-east-1 with all well, and ways to change one thing.
// A simulator may start from them too: values only.

import type { Memory } from './memory.ts';
import { freshMemory } from './memory.ts';
import type { GlobalCluster, Observation, Probe } from './observation.ts';
import { known } from './observation.ts';

export const noon = Date.UTC(2026, 0, 15, 12, 0, 0);

export const answering: Probe = { ok: true, role: 'writer', lagMs: null, because: 'status 200' };
export const standbyAnswering: Probe = { ok: true, role: 'standby', lagMs: 120, because: 'status 200' };
export const silent: Probe = { ok: false, role: null, lagMs: null, because: 'connect ECONNREFUSED' };

export const peerWrites: GlobalCluster = {
  status: 'available',
  operation: null,
  writer: 'peer',
  selfSync: 'connected',
  peerSync: 'connected',
};

export const selfWrites: GlobalCluster = { ...peerWrites, writer: 'self' };

/** All well: the peer is active and answers, this region could take over. */
export const wellSeen: Observation = {
  self: 'us-west-2',
  peer: 'us-east-1',
  functionName: 'understudy-failover',
  dns: known('peer'),
  peerProbe: known(answering),
  selfProbe: known(standbyAnswering),
  global: known(peerWrites),
  database: known({ status: 'available', availableInstances: 2 }),
  targets: known({ healthy: 2, registered: 2 }),
  service: known({ desired: 2, running: 2 }),
  scaling: known({ min: 2, max: 10 }),
  peerDesired: known(4),
  lag: known({ lagMs: 180, at: noon - 60_000 }),
};

/** On watch for an hour, everything known, nothing wrong. */
export const onWatch: Memory = {
  ...freshMemory(noon - 3_600_000),
  settled: true,
  evidence: {
    at: noon - 10_000,
    probeFails: 0,
    probeOks: 50,
    worldSaysSelf: 0,
    worldSaysSelfSince: null,
  },
  peerOkAt: noon - 10_000,
  lag: { lagMs: 180, at: noon - 60_000 },
  peerDesiredCount: 4,
  latch: { value: 0, publishedAt: noon - 10_000 },
};

/** The peer was lost 100 s ago, DNS has named us once, and one more look will make K = 2. */
export const onTheBrink: Memory = {
  ...onWatch,
  peerOkAt: noon - 100_000,
  lag: { lagMs: 180, at: noon - 140_000 },
  evidence: {
    at: noon - 3_000,
    probeFails: 9,
    probeOks: 0,
    worldSaysSelf: 1,
    worldSaysSelfSince: noon - 3_000,
  },
};

export const lostSeen: Observation = { ...wellSeen, dns: known('self'), peerProbe: known(silent) };

/** The world has not reached the peer for 90 s, we always have. */
export const cutOff: Memory = {
  ...onWatch,
  evidence: {
    at: noon - 10_000,
    probeFails: 0,
    probeOks: 50,
    worldSaysSelf: 8,
    worldSaysSelfSince: noon - 80_000,
  },
};

export const cutOffSeen: Observation = { ...wellSeen, dns: known('self') };

export const movedHere: Memory = {
  ...onWatch,
  phase: 'moved',
  moved: true,
  epoch: 1,
  since: noon - 600_000,
  move: {
    kind: 'fail-over',
    startedAt: noon - 700_000,
    finishedAt: noon - 600_000,
    because: 'us-east-1 was lost',
    lagMs: 180,
  },
  capacity: { former: { min: 2, max: 10 }, wanted: 4, raised: true },
  latch: { value: 1, publishedAt: noon - 10_000 },
};

/** The old region is back as a connected standby. */
export const movedSeen: Observation = {
  ...wellSeen,
  dns: known('self'),
  peerProbe: known(standbyAnswering),
  selfProbe: known(answering),
  global: known(selfWrites),
  service: known({ desired: 4, running: 4 }),
};

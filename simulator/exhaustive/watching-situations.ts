// Every situation in which the writer is the peer's and no operation runs: where moves are decided. The axes are what
// the rows of problems-watching.ts ask for, each with a value on both sides of every boundary.

import type { Memory } from '@understudy/controller/memory';
import { phases } from '@understudy/controller/memory';
import type { Observation, Side } from '@understudy/controller/observation';
import { known, unknown } from '@understudy/controller/observation';
import type { Policy } from '@understudy/controller/policy';
import { defaultPolicy } from '@understudy/controller/policy';
import {
  answering,
  movedHere,
  noon,
  onWatch,
  peerWrites,
  silent,
  wellSeen,
} from '@understudy/controller/scene';
import { combinations } from './combinations.ts';

const K = defaultPolicy.ticksToAct;
const LONG = defaultPolicy.ticksToSwitchOver;

/** Able, and every single thing that may be lacking. */
const standby: readonly Partial<Observation>[] = [
  {},
  { targets: known({ healthy: 0, registered: 2 }) },
  { targets: unknown('asked in vain') },
  { database: known({ status: 'failing-over', availableInstances: 1 }) },
  { database: known({ status: 'available', availableInstances: 0 }) },
  { database: unknown('asked in vain') },
  { global: known({ ...peerWrites, selfSync: null }) },
  { global: known({ ...peerWrites, selfSync: 'pending-resync' }) },
  { global: known({ ...peerWrites, selfSync: '' }) },
];

export const observations: readonly Observation[] = combinations({
  dns: [known<Side>('self'), known<Side>('peer'), unknown('no answer')],
  peerProbe: [known(answering), known(silent), unknown('timed out here')],
  standby,
} as const).map(({ dns, peerProbe, standby: lacks }) => ({ ...wellSeen, dns, peerProbe, ...lacks }));

export const memories: readonly Memory[] = combinations({
  phase: phases,
  moved: [false, true],
  settled: [false, true],
  // Looks behind us: this look adds one. None, one too few for a failover, one too few for a switchover, enough.
  world: [K - 2, K - 1, LONG - 2, LONG - 1],
  probe: [K - 2, K - 1, LONG - 1],
  approvedAt: [null, noon - 60_000],
  heldAt: [null, noon - 60_000],
  requestedAt: [null, noon - 5_000],
  // Known and little, over the limit, never seen.
  loss: ['little', 'much', 'unknown'],
  since: [noon - 20_000, noon - 3_600_000],
} as const).map(remembered);

function remembered(drawn: {
  readonly world: number;
  readonly probe: number;
  readonly loss: 'little' | 'much' | 'unknown';
  readonly phase: Memory['phase'];
  readonly [other: string]: unknown;
}): Memory {
  const { world, probe, loss, ...plain } = drawn;
  const evidence = {
    at: noon - 10_000,
    probeFails: probe,
    probeOks: probe,
    worldSaysSelf: world,
    worldSaysSelfSince: world === 0 ? null : noon - 10_000 * world,
  };
  const decided = plain.phase !== 'watch' && plain.phase !== 'lead' && plain.phase !== 'awaiting-approval';
  const move = decided ? movedHere.move : null;
  const lag = loss === 'unknown' ? null : { lagMs: loss === 'much' ? 60_000 : 180, at: noon - 60_000 };
  return Object.freeze({ ...onWatch, ...plain, evidence, move, lag }) as Memory;
}

export const policies: readonly Policy[] = [defaultPolicy, { ...defaultPolicy, mode: 'approve' }];

// A scripted night for the tests of procedures: what us-west-2 sees, and may change, when us-east-1 is gone. It answers
// the steps of a procedure from values, so that a test drives one by hand and stops it wherever it likes.

import assert from 'node:assert/strict';
import type { Action } from './actions.ts';
import { decide } from './decide.ts';
import type { Memory } from './memory.ts';
import { known } from './observation.ts';
import { defaultPolicy } from './policy.ts';
import type { Answer, Done, Look, Mind, Saved, Step } from './procedure.ts';
import { lostSeen, movedSeen, noon, onTheBrink, peerWrites } from './scene.ts';

const promotionMs = 40_000;

/** us-east-1 is gone and DNS names us: what us-west-2 sees, and what it may change. */
export interface Night {
  now: number;
  cell: { readonly memory: Memory; readonly etag: string } | null;
  saves: number;
  steps: number;
  requestedAt: number | null;
  readonly moves: string[];
  min: number;
  latch: 0 | 1 | null;
  readonly told: Set<string>;
}

export function beginNight(memory: Memory = onTheBrink): Night {
  const cell = { memory, etag: '0' };
  return {
    now: noon,
    cell,
    saves: 0,
    steps: 0,
    requestedAt: null,
    moves: [],
    min: 2,
    latch: 0,
    told: new Set(),
  };
}

export function mindOf(night: Night, lines: Readonly<Record<string, unknown>>[] | null = null): Mind {
  return {
    region: 'us-west-2',
    peerRegion: 'us-east-1',
    policy: defaultPolicy,
    now: () => night.now,
    log: lines === null ? null : (line) => lines.push(line),
    blind: { ticks: 0, pagedAt: null, remembered: null },
    decide,
  };
}

function see({ now, requestedAt, min }: Night): Look['observation'] {
  const scaled = { service: known({ desired: min, running: min }), scaling: known({ min, max: 10 }) };
  if (requestedAt === null) return { ...lostSeen, ...scaled };
  if (now - requestedAt >= promotionMs) return { ...movedSeen, ...scaled, peerProbe: lostSeen.peerProbe };
  const global = known({ ...peerWrites, status: 'failing-over', operation: 'failing-over' });
  return { ...lostSeen, ...scaled, global };
}

function carryOut(night: Night, action: Action): Done {
  switch (action.do) {
    case 'promote':
      if (night.requestedAt !== null) return { ok: false, why: 'InvalidGlobalClusterStateFault' };
      night.moves.push(action.do);
      night.requestedAt = night.now;
      break;
    case 'switch-over':
      return { ok: false, why: 'InvalidDBClusterStateFault' };
    case 'raise-capacity':
    case 'restore-capacity':
      night.min = action.min;
      break;
    case 'publish':
      night.latch = action.latch ?? night.latch;
      break;
    case 'tell':
      night.told.add(action.message.subject);
      break;
  }
  return { ok: true, why: null };
}

function store(night: Night, memory: Memory, etag: string | null): Saved {
  if ((night.cell?.etag ?? null) !== etag) return { saved: false, conflict: true, why: 'PreconditionFailed' };
  night.saves += 1;
  night.cell = { memory, etag: String(night.saves) };
  return { saved: true, etag: night.cell.etag };
}

export function answer(night: Night, step: Step): Answer {
  switch (step.step) {
    case 'look':
      assert.ok(night.cell);
      return { loaded: { kept: true, ...night.cell }, observation: see(night) };
    case 'recall':
      assert.ok(night.cell);
      return { kept: true, ...night.cell };
    case 'save':
      return store(night, step.memory, step.etag);
    case 'act':
      return carryOut(night, step.action);
    case 'pause':
      night.now += step.seconds * 1_000;
      return undefined;
  }
}

// Where a controller can get to: every memory that decide can leave behind, from a beginning, whatever is seen next.
// Two memories that differ in nothing any rule asks about are one state. Time does not move: after a look the memory
// is aged instead, so that `now` is always the same and states can be compared.

import { movesWriter, type Outcome, settle } from '@understudy/controller/actions';
import type { Command } from '@understudy/controller/commands';
import { obey } from '@understudy/controller/commands';
import type { Decision } from '@understudy/controller/decide';
import { decide } from '@understudy/controller/decide';
import type { Memory } from '@understudy/controller/memory';
import { phases } from '@understudy/controller/memory';
import type { Observation } from '@understudy/controller/observation';
import type { Policy } from '@understudy/controller/policy';
import { noon } from '@understudy/controller/scene';
import { checkDecision } from './decision-rules.ts';

export interface World {
  readonly policy: Policy;
  readonly observations: readonly Observation[];
  /** Seconds until the next look. */
  readonly pauses: readonly number[];
  readonly commands: readonly Command[];
}

export interface Explored {
  readonly states: number;
  readonly decisions: number;
  readonly phases: ReadonlySet<string>;
}

/** `check` sees each decision with the memory before it; it throws when it has seen what must not be. */
export function explore(
  world: World,
  beginnings: readonly Memory[],
  check: (before: Memory, seen: Observation, decision: Decision) => void,
): Explored {
  const states = new Set<number>();
  const reached = new Set<string>();
  const open: Memory[] = [];
  let decisions = 0;
  const reach = (memory: Memory, afterMs: number): void => {
    const key = keyOf(world.policy, memory, afterMs);
    if (states.has(key)) return;
    states.add(key);
    reached.add(memory.phase);
    open.push(aged(memory, afterMs));
  };
  for (const memory of beginnings) reach(memory, 0);
  for (let memory = open.pop(); memory !== undefined; memory = open.pop()) {
    for (const seen of world.observations) {
      const decision = decide(world.policy, { kept: true, memory }, seen, noon);
      decisions += 1;
      checkDecision({ policy: world.policy, memory, seen, now: noon, decision });
      check(memory, seen, decision);
      for (const next of afterwards(decision)) for (const pause of world.pauses) reach(next, pause * 1_000);
      for (const command of world.commands)
        reach(obey(world.policy, command, memory, seen, noon).memory, 1_000);
    }
  }
  return { states: states.size, decisions, phases: reached };
}

/** All actions work, or the process dies before the first. */
function afterwards({ memory, actions }: Decision): readonly Memory[] {
  if (memory === null) return [];
  const done = actions.map((action): Outcome => ({ action, ok: true, why: null }));
  if (!actions.some((action) => movesWriter(action) || action.do.endsWith('capacity')))
    return [settle(memory, done, noon)];
  return [settle(memory, done, noon), memory];
}

function aged(memory: Memory, byMs: number): Memory {
  const { evidence, lag, latch } = memory;
  const back = (at: number | null): number | null => (at === null ? null : at - byMs);
  return {
    ...memory,
    since: memory.since - byMs,
    evidence: { ...evidence, at: evidence.at - byMs, worldSaysSelfSince: back(evidence.worldSaysSelfSince) },
    peerOkAt: back(memory.peerOkAt),
    lag: lag === null ? null : { ...lag, at: lag.at - byMs },
    requestedAt: back(memory.requestedAt),
    runningSince: back(memory.runningSince),
    writerSince: back(memory.writerSince),
    approvedAt: back(memory.approvedAt),
    heldAt: back(memory.heldAt),
    latch: latch === null ? null : { ...latch, publishedAt: latch.publishedAt - byMs },
    // What was told to whom decides nothing.
    paged: {},
    problem: null,
    unsent: [],
  };
}

/** After this a failback that has not happened is given up. */
const FAILBACK_SECONDS = 120;

/** Every boundary that a rule knows, and nothing else, packed into one number. */
function keyOf(policy: Policy, memory: Memory, afterMs: number): number {
  const { evidence, capacity } = memory;
  const now = noon + afterMs;
  const past = (at: number | null, limitSeconds: number): number =>
    at === null ? 0 : now - at > limitSeconds * 1_000 ? 2 : 1;
  const most = Math.max(policy.ticksToAct, policy.ticksToSwitchOver);
  const fresh = now - evidence.at <= 60_000;
  const counted = (looks: number): number => (fresh ? Math.min(looks, most) : 0);
  let key = phases.indexOf(memory.phase);
  const digit = (value: number | boolean, base: number): void => {
    key = key * base + Number(value);
  };
  digit(memory.moved, 2);
  digit(memory.settled, 2);
  digit(counted(evidence.probeFails), most + 1);
  digit(counted(evidence.probeOks), most + 1);
  digit(counted(evidence.worldSaysSelf), most + 1);
  digit(memory.phase !== 'failing-back' ? 0 : past(memory.since, FAILBACK_SECONDS), 3);
  digit(memory.settled ? 0 : past(memory.since, policy.settleSeconds), 3);
  digit(past(memory.requestedAt, policy.requestGraceSeconds - 0.001), 3);
  digit(past(memory.approvedAt, policy.approvalValidSeconds), 3);
  digit(memory.heldAt === null, 2);
  digit(memory.phase.endsWith('ing-over') ? past(memory.writerSince, policy.verifyLimitSeconds) : 0, 3);
  digit(lossTold(policy, memory), 2);
  digit(capacity === null ? 2 : capacity.raised, 3);
  return key;
}

/** Every answer of the peer here comes with a small lag, so only a long silence makes the loss unknown. */
function lossTold(policy: Policy, { evidence, peerOkAt }: Memory): boolean {
  if (peerOkAt === null) return false;
  const since = evidence.worldSaysSelfSince;
  return since === null || since - peerOkAt <= policy.silenceLimitSeconds * 1_000;
}

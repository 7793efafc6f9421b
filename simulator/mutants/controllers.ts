// Controllers that judge wrongly: the real decide with its eyes, its memory or its hands tampered with.

import type { Action } from '@understudy/controller/actions';
import { movesWriter } from '@understudy/controller/actions';
import type { Decision } from '@understudy/controller/decide';
import { decide } from '@understudy/controller/decide';
import type { Memory } from '@understudy/controller/memory';
import type { Observation } from '@understudy/controller/observation';
import { answerOf, known, writerOf } from '@understudy/controller/observation';
import type { Policy } from '@understudy/controller/policy';
import { silent } from '@understudy/controller/scene';
import { FAULT_KINDS } from '../faults.ts';
import type { Laws } from '../laws.ts';
import { DEFAULT_SETTING } from '../options.ts';
import { broken, type Mutant, storms, thereAndBack } from './mutant.ts';

function withEyes(see: (seen: Observation) => Observation): Laws {
  return broken({ decide: (policy, memory, seen, now) => decide(policy, memory, see(seen), now) });
}

function withPolicy(change: Partial<Policy>): Laws {
  return broken({
    decide: (policy, memory, seen, now) => decide({ ...policy, ...change }, memory, seen, now),
  });
}

function withMemory(change: (memory: Memory, now: number) => Memory): Laws {
  return broken({
    decide: (policy, kept, seen, now) =>
      decide(policy, kept.kept ? { kept: true, memory: change(kept.memory, now) } : kept, seen, now),
  });
}

type Hands = (decision: Decision, before: Memory, seen: Observation, now: number) => Decision;

function withHands(change: Hands): Laws {
  return broken({
    decide: (policy, kept, seen, now) => {
      const decision = decide(policy, kept, seen, now);
      return kept.kept && decision.memory !== null ? change(decision, kept.memory, seen, now) : decision;
    },
  });
}

/** The latch is published as something else than it is. */
function latchAs(value: (latch: 0 | 1, decision: Decision, seen: Observation) => 0 | 1): Laws {
  return withHands((decision, _, seen) => ({
    ...decision,
    actions: decision.actions.map(
      (action): Action =>
        action.do === 'publish' && action.latch !== null
          ? { ...action, latch: value(action.latch, decision, seen) }
          : action,
    ),
  }));
}

const namesSelf = (seen: Observation): boolean => seen.dns.known && seen.dns.value === 'self';

/** Fails back as soon as the old region is a connected standby again, without asking anybody. */
const failBackUnasked: Hands = (decision, before, seen, now) => {
  const { memory } = decision;
  const ready =
    answerOf(seen.peerProbe) === 'ok' && seen.global.known && seen.global.value.peerSync === 'connected';
  if (memory === null || before.phase !== 'moved' || writerOf(seen.global) !== 'self' || !ready)
    return decision;
  const back: Memory = {
    ...memory,
    phase: 'failing-back',
    since: now,
    epoch: memory.epoch + 1,
    requestedAt: null,
  };
  return { ...decision, memory: back };
};

const forgetCapacity: Hands = (decision) => ({
  ...decision,
  actions: decision.actions.filter((action) => action.do !== 'raise-capacity'),
});

/** What it decides it does, and writes down as if it had decided nothing. */
const actFirst: Hands = (decision, before) =>
  decision.actions.some(movesWriter)
    ? { ...decision, memory: { ...before, since: before.since + 1 } }
    : decision;

const losses = storms(['region-loss', 'region-isolation', 'region-freeze', 'world-cut', 'link-cut']);

export const controllers: readonly Mutant[] = [
  {
    name: 'a single look is enough',
    breaks: 'K is 1: the first look in which both witnesses agree moves the writer',
    expects: ['two-witnesses'],
    laws: withPolicy({ ticksToAct: 1, ticksToSwitchOver: 1 }),
    setting: losses,
  },
  {
    name: 'DNS alone is believed',
    breaks: 'the probe counts as failing whenever DNS names this region',
    expects: ['two-witnesses'],
    laws: withEyes((seen) => (namesSelf(seen) ? { ...seen, peerProbe: known(silent) } : seen)),
    setting: losses,
  },
  {
    name: 'the probe alone is believed',
    breaks: 'DNS counts as naming this region whenever the probe of the peer fails',
    expects: ['two-witnesses'],
    laws: withEyes((seen) => (answerOf(seen.peerProbe) === 'fails' ? { ...seen, dns: known('self') } : seen)),
    setting: losses,
  },
  {
    name: 'every standby is able',
    breaks: 'nobody asks whether this region has a healthy target, a database and a copy in step',
    expects: ['able-standby'],
    laws: withEyes((seen) => ({
      ...seen,
      targets: known({ healthy: 1, registered: 1 }),
      database: known({ status: 'available', availableInstances: 1 }),
      global: seen.global.known ? known({ ...seen.global.value, selfSync: 'connected' }) : seen.global,
    })),
    setting: storms([
      'region-loss',
      'region-isolation',
      'zone-loss',
      'task-freeze',
      'writer-loss',
      'reader-loss',
      'task-loss',
    ]),
  },
  {
    name: 'fails back by itself',
    breaks: 'the writer returns to its first region as soon as that is a connected standby, unasked',
    expects: ['failback-by-command'],
    laws: withHands(failBackUnasked),
    setting: losses,
  },
  {
    name: 'the latch is never held',
    breaks: '0 is published whatever was moved',
    expects: ['no-flapping'],
    laws: latchAs(() => 0),
    setting: losses,
  },
  {
    name: 'the latch is released when the peer answers',
    breaks: 'the returning region is given DNS before it has the writer',
    expects: ['no-flapping'],
    laws: latchAs((latch, _, seen) => (answerOf(seen.peerProbe) === 'ok' ? 0 : latch)),
    setting: losses,
  },
  {
    name: 'the latch is never released',
    breaks: 'after the first move 1 is published for ever, also when the writer has gone back',
    expects: ['needless-move', 'convergence'],
    laws: latchAs((latch, { memory }) => (memory !== null && memory.epoch > 0 ? 1 : latch)),
    setting: DEFAULT_SETTING,
    schedule: thereAndBack,
  },
  {
    name: 'moves beside an operation',
    breaks: 'an operation on the global cluster that runs is not seen',
    expects: ['decided-first'],
    laws: withEyes((seen) =>
      seen.global.known
        ? { ...seen, global: known({ ...seen.global.value, status: 'available', operation: null }) }
        : seen,
    ),
    setting: storms([...losses.faults, 'promotion-slow', 'promotion-reports-late']),
  },
  {
    name: 'capacity is forgotten',
    breaks: 'the standby takes over with the few tasks that a standby runs',
    expects: ['capacity'],
    laws: withHands(forgetCapacity),
    setting: losses,
  },
  {
    name: 'acts before it writes down',
    breaks: 'the move is begun and the decision is not in memory',
    expects: ['decided-first'],
    laws: withHands(actFirst),
    setting: losses,
  },
  {
    name: 'approves itself',
    breaks: 'in the mode approve it does not wait for a person',
    expects: ['decided-first'],
    laws: withPolicy({ mode: 'automatic' }),
    setting: storms(losses.faults, { mode: 'approve' }),
  },
  {
    name: 'never decides',
    breaks: 'every hold is for ever: the operator is taken to have said abandon',
    expects: ['convergence', 'controller-independence'],
    laws: withMemory((memory, now) => ({ ...memory, heldAt: now })),
    setting: losses,
  },
  {
    name: 'forgets that it moved',
    breaks: 'every look begins on watch: what was moved here is not known any more',
    expects: ['no-flapping', 'capacity', 'convergence'],
    laws: withMemory((memory) => ({ ...memory, phase: 'watch', moved: false, move: null })),
    setting: storms(FAULT_KINDS),
  },
  {
    name: 'tells nobody',
    breaks: 'pages are written and dropped',
    expects: ['told'],
    laws: withHands((decision) => ({
      ...decision,
      actions: decision.actions.filter((action) => action.do !== 'tell'),
      memory: decision.memory && { ...decision.memory, unsent: [] },
    })),
    setting: losses,
  },
  {
    name: 'keeps its moves to itself',
    breaks: 'people are told that the link ails, and never that the writer has moved',
    expects: ['told'],
    laws: withHands((decision) => ({
      ...decision,
      actions: decision.actions.filter(
        (action) => action.do !== 'tell' || action.message.subject.includes('link'),
      ),
      memory: decision.memory && { ...decision.memory, unsent: [] },
    })),
    setting: losses,
  },
  {
    name: 'never gives capacity back',
    breaks: 'after a failback the standby goes on running what it was raised to',
    expects: ['convergence'],
    laws: withHands((decision) => ({
      ...decision,
      actions: decision.actions.filter((action) => action.do !== 'restore-capacity'),
    })),
    setting: DEFAULT_SETTING,
    schedule: thereAndBack,
  },
];

/** Wrong in what no storm is likely to show; the enumeration of all situations does. */
export const subtle: readonly Pick<Mutant, 'name' | 'breaks' | 'laws'>[] = [
  {
    name: 'does not hear abandon',
    breaks: 'it moves the writer although an operator has said that nothing moves',
    laws: withMemory((memory) => ({ ...memory, heldAt: null })),
  },
  {
    name: 'any loss will do',
    breaks: 'the writer is moved although more may be lost than the policy allows, and nobody is asked',
    laws: withPolicy({ lagLimitMs: 3_600_000, lagWindowSeconds: 3_600, silenceLimitSeconds: 3_600 }),
  },
  {
    name: 'is settled at once',
    breaks: 'DNS counts as a witness before it has followed the writer',
    laws: withMemory((memory) => ({ ...memory, settled: true })),
  },
  {
    name: 'asks again at every look',
    breaks: 'a request that RDS has accepted is repeated at once',
    laws: withMemory((memory) => ({ ...memory, requestedAt: null })),
  },
];

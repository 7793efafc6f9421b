// Databases that forget one of the rules between regions: whose record is right, what is surplus, who may write.

import { known } from '@understudy/controller/observation';
import type { Membership } from '@understudy/engine/rds/membership';
import type { Candidate } from '@understudy/engine/rds/promotion';
import type { Fault } from '../faults.ts';
import { realLaws } from '../laws.ts';
import { DEFAULT_SETTING } from '../options.ts';
import { broken, type Mutant, storms, thereAndBack } from './mutant.ts';

const partitions = storms([
  'region-loss',
  'region-isolation',
  'region-freeze',
  'world-cut',
  'link-cut',
  'lag-spike',
]);

/** The old region comes back with surplus, and while it is rebuilt the new writer's region is lost. */
const lostWhileRebuilding: readonly Fault[] = [
  { kind: 'region-isolation', region: 0, atMs: 300_000, forMs: 300_000 },
  { kind: 'region-loss', region: 1, atMs: 640_000, forMs: 1_100_000 },
];

function lowerEpoch(own: Membership | undefined, theirs: Membership): Membership {
  if (own === undefined) return theirs;
  if (own.epoch !== theirs.epoch) return own.epoch < theirs.epoch ? own : theirs;
  return own.revision >= theirs.revision ? own : theirs;
}

/** The region that conducts a planned move is lost in the middle of it. */
const conductorLost: readonly Fault[] = [
  { kind: 'world-cut', region: 0, atMs: 360_000, forMs: 120_000 },
  { kind: 'region-loss', region: 0, atMs: 545_000, forMs: null },
];

export const databases: readonly Mutant[] = [
  {
    name: 'a lost conductor is waited for',
    breaks:
      'a planned move counts as running although the region that conducts it is gone, and nobody may fail over',
    expects: ['convergence', 'controller-independence'],
    laws: broken({ operationHeard: (_epoch, theirMove) => theirMove != null }),
    setting: DEFAULT_SETTING,
    schedule: conductorLost,
    core: 0,
  },
  {
    name: 'an old primary does not listen',
    breaks: 'it hears that another region is taking over and goes on acknowledging writes that will be lost',
    expects: ['single-writer'],
    laws: broken({ fenceHeard: () => undefined }),
    setting: partitions,
  },
  {
    name: 'a promotion keeps the epoch',
    breaks: 'two regions write in one epoch, and neither knows which is right',
    expects: ['single-writer', 'acknowledged-writes'],
    laws: broken({
      afterEvent: (record, event) => {
        const after = realLaws.afterEvent(record, event);
        return event.kind === 'promoted'
          ? { ...after, epoch: record.epoch, revision: record.revision + 1 }
          : after;
      },
    }),
    setting: partitions,
  },
  {
    name: 'the lower epoch is right',
    breaks: 'a region that took over believes the one that it replaced',
    expects: ['single-writer', 'acknowledged-writes', 'convergence'],
    laws: broken({
      adoption: (region, own, theirs) => {
        const membership = lowerEpoch(own, theirs);
        const changed = membership !== own;
        const other = own !== undefined && own.writerRegion !== membership.writerRegion;
        return {
          membership,
          changed,
          newEpoch: changed && own !== undefined && own.epoch !== membership.epoch,
          lostRole: other && own.writerRegion === region,
          historyInDoubt: other && membership.writerRegion !== region,
        };
      },
    }),
    setting: partitions,
  },
  {
    name: 'nothing is ever surplus',
    breaks: 'what an old primary accepted after the promotion is dropped in silence',
    expects: ['acknowledged-writes'],
    laws: broken({ surplusAfter: () => undefined }),
    setting: partitions,
  },
  {
    name: 'no history is in doubt',
    breaks: 'an old primary follows the new one without comparing what it has',
    expects: ['acknowledged-writes'],
    laws: broken({
      adoption: (...heard) => ({ ...realLaws.adoption(...heard), historyInDoubt: false }),
    }),
    setting: partitions,
  },
  {
    name: 'writes go on during a switchover',
    breaks: 'what is acknowledged after the target was compared is not on the target',
    expects: ['planned-moves-lose-nothing', 'single-writer'],
    laws: broken({ whyHeld: () => undefined }),
    setting: DEFAULT_SETTING,
    schedule: thereAndBack,
  },
  {
    name: 'any reader may take over',
    breaks: 'in a region the writer is replaced by a reader that had not acknowledged',
    expects: ['acknowledged-writes'],
    laws: broken({
      chooseWriter: (candidates: readonly Candidate[]) => {
        const [first] = candidates.filter(({ available }) => available);
        return first
          ? { kind: 'promote', identifier: first.identifier, because: 'it is there' }
          : { kind: 'restart', because: 'nobody is there' };
      },
    }),
    setting: storms(['writer-loss', 'reader-loss', 'writer-freeze']),
  },
  {
    name: 'a member is never connected again',
    breaks: 'nobody notices that a rebuilt member follows',
    expects: ['convergence'],
    laws: broken({ becomesConnected: () => false }),
    setting: partitions,
  },
  {
    name: 'a returning writer never believes that it may write',
    breaks: 'it asks the others for ever, though they have answered',
    expects: ['convergence'],
    laws: broken({ asksOn: ({ role }) => role === 'writer' }),
    setting: storms(['region-loss', 'region-loss', 'link-cut']),
  },
  {
    name: 'a region that is rebuilt may be promoted',
    breaks: 'neither the controller nor the database asks whether the copy is whole',
    expects: ['able-standby', 'acknowledged-writes'],
    laws: broken({
      failoverRefusal: (facts) =>
        realLaws.failoverRefusal({
          ...facts,
          historyInDoubt: false,
          availableInstances: 1,
          membership: {
            ...facts.membership,
            members: facts.membership.members.map((one) => ({ ...one, synchronization: 'connected' })),
          },
        }),
      decide: (policy, memory, seen, now) => {
        const { global } = seen;
        const database = known({ status: 'available', availableInstances: 1 });
        const whole = global.known ? known({ ...global.value, selfSync: 'connected' }) : global;
        return realLaws.decide(policy, memory, { ...seen, database, global: whole }, now);
      },
    }),
    setting: DEFAULT_SETTING,
    schedule: lostWhileRebuilding,
  },
];

/**
 * A planned move whose answer is lost, as the writer's region finds it on its disk: real records and rules, no
 * servers, and a target that is silent for as long as the test wants.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import { createTestContext } from '../test-context.ts';
import { acceptPromotion, acceptWithdrawal } from './global-promotion.ts';
import { settleInterruptedSwitchover } from './global-switchover.ts';
import { type Cluster, type Rds, serializer, whyWritesHeld } from './house.ts';
import { afterEvent, type Membership, type MembershipEvent, newMembership } from './membership.ts';
import { ownExchange } from './membership-exchange.ts';
import type { Exchange } from './peer-messages.ts';
import { type ClusterRecord, type GlobalRecord, type MoveRecord, openRecords } from './records.ts';

const [EAST, WEST] = ['us-east-1', 'us-west-2'];
const joined = (region: string): MembershipEvent => ({
  kind: 'joined',
  member: {
    region,
    clusterIdentifier: `understudy-${region}`,
    clusterArn: `arn:${region}`,
    synchronization: 'connected',
  },
});
const together: Membership = [joined(EAST!), joined(WEST!)].reduce(afterEvent, newMembership('understudy'));
const westTookOver = afterEvent(together, {
  kind: 'promoted',
  region: WEST!,
  gtid: '0-1-9',
  atMs: 0,
  planned: true,
});
const asked: MoveRecord = {
  globalClusterIdentifier: 'understudy',
  kind: 'switching-over',
  from: EAST!,
  to: WEST!,
  epoch: 2,
  sinceMs: 1000,
  phase: 'asked',
  askedAtMs: 1000,
};

/** One region's database service without servers; minutes pass in milliseconds. */
function createHouse(t: { after(work: () => void): void }, region: string, ask: Rds['peers']['ask']) {
  const context = createTestContext({ region, speed: 1000 });
  const records = openRecords(context.store);
  const identifier = `understudy-${region}`;
  records.globals.put('understudy', { identifier: 'understudy', membership: together } as GlobalRecord);
  records.clusters.put(identifier, {
    identifier,
    arn: `arn:${region}`,
    globalClusterIdentifier: 'understudy',
    endpoint: { host: '127.0.0.1' },
    port: 3306,
  } as ClusterRecord);
  const cluster = {
    identifier,
    instances: new Map(),
    serialize: serializer(),
    status: 'available',
    settled: true,
    position: '0-1-9',
    writerEndpoint: { closeExcept: () => {} },
    readerEndpoint: { closeExcept: () => {} },
    feed: { closeExcept: () => {} },
  } as unknown as Cluster;
  const rds = {
    context,
    records,
    clusters: new Map([[identifier, cluster]]),
    peers: { ask },
    news: new Map(),
    stopping: false,
  } as unknown as Rds;
  t.after(() => {
    rds.stopping = true;
    context.dispose();
  });
  const told = (event: string) => context.entries.filter((entry) => entry.event === event);
  return { rds, cluster, records, told };
}

/** The west as the east hears it: silent until it is given something to say. */
function createSilence() {
  let saying: { readonly membership: Membership } | undefined;
  const questions: string[] = [];
  const ask = (async (_region: string, question: string): Promise<Exchange> => {
    questions.push(question);
    if (!saying) throw new Error('silence');
    const record = { identifier: 'understudy', membership: saying.membership } as GlobalRecord;
    return { region: WEST!, identifier: 'understudy', record, state: null, move: null };
  }) as unknown as Rds['peers']['ask'];
  const speak = (membership: Membership): void => {
    saying = { membership };
  };
  return { ask, questions, speak };
}

async function waitTwice(house: ReturnType<typeof createHouse>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (house.told('cluster.switchover-unsettled').length < 3) {
    assert.ok(performance.now() < deadline, 'two minutes of silence are told');
    await realSleep(5);
  }
  assert.match(whyWritesHeld(house.rds, house.cluster) ?? '', /has not said yet whether it did/);
  assert.equal(house.records.moves.get('understudy')?.phase, 'asked');
  const [first] = house.told('cluster.switchover-unsettled');
  assert.match(first!.because, /held until it answers, or until FailoverGlobalCluster with AllowDataLoss/);
}

test('writes are held however long the target is silent; a target that took over is followed', async (t) => {
  const west = createSilence();
  const east = createHouse(t, EAST!, west.ask);
  east.records.moves.put('understudy', asked);
  const settled = settleInterruptedSwitchover(east.rds, asked);
  await waitTwice(east);
  west.speak(westTookOver);
  await settled;
  assert.equal(east.records.moves.get('understudy'), undefined);
  assert.equal(east.records.globals.get('understudy')?.membership.writerRegion, WEST);
  assert.equal(east.told('cluster.switchover-finished').length, 1);
});

test('a target that did not take over withdraws the question before the old writer goes on', async (t) => {
  const west = createSilence();
  const east = createHouse(t, EAST!, west.ask);
  east.records.moves.put('understudy', asked);
  const settled = settleInterruptedSwitchover(east.rds, asked);
  await waitTwice(east);
  assert.ok(!west.questions.includes('withdraw'));
  west.speak(together);
  await settled;
  assert.ok(west.questions.includes('withdraw'));
  assert.equal(whyWritesHeld(east.rds, east.cluster), undefined);
  assert.equal(east.told('cluster.switchover-cancelled').length, 1);
});

test('the target obeys no question that was withdrawn', async (t) => {
  const west = createHouse(t, WEST!, createSilence().ask);
  const question = { identifier: 'understudy', epoch: 2, position: '0-1-9', beganMs: asked.sinceMs };
  const answer = await acceptWithdrawal(west.rds, question);
  assert.deepEqual(answer, ownExchange(west.rds, 'understudy'));
  const late = await acceptPromotion(west.rds, question);
  assert.deepEqual([late.promoted, late.because], [false, 'this move was withdrawn']);
  const next = await acceptPromotion(west.rds, { ...question, beganMs: asked.sinceMs + 1 });
  assert.match(next.because ?? '', /has not reached/, 'a later move is judged by itself');
});

// The comparison itself: what it takes for agreement, and that it says so when there is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementOf } from './agreement.ts';
import { intervalOf, isCausedBy, type Milestone, type Moments, milestones, momentsIn } from './milestones.ts';
import { type DrillSchedule, momentsOfRun } from './schedule.ts';

const schedule: DrillSchedule = {
  restoredSeconds: 250,
  failbackSeconds: 350,
  ordersPerSecond: 5,
  readsPerSecond: 5,
  edges: 3,
  tasks: 2,
  promotionMs: 60_000,
  switchoverMs: 40_000,
  taskStartMs: 30_000,
};
const SPEED = 10;
const runs = Array.from({ length: 24 }, (_, n) => momentsOfRun(n + 1, schedule));
const another = momentsOfRun(1_000, schedule);
const but = (changed: Partial<Record<Milestone, number | undefined>>): Moments =>
  ({ ...another, ...changed }) as Moments;

test('a simulated run reaches every milestone, and agrees with the others', () => {
  for (const { name } of milestones) assert.notEqual(another[name], undefined, name);
  const { rows, disagreements } = agreementOf(another, runs, SPEED);
  assert.deepEqual(disagreements, []);
  assert.equal(rows.length, milestones.length);
});

test('a promotion that is too late, too early or never comes disagrees by name', () => {
  const began = another['promotion began']!;
  for (const [promoted, says] of [
    [began + 101, /^promoted: 101\.0 s in the drill/],
    [began + 50, /^promoted: 50\.0 s in the drill/],
    [undefined, /^promoted: never in the drill/],
  ] as const) {
    const { disagreements } = agreementOf(but({ promoted }), runs, SPEED);
    assert.ok(
      disagreements.some((line) => says.test(line)),
      disagreements.join('\n'),
    );
  }
});

test('an answer before its detection is out of order', () => {
  const detected = another.detected!;
  const { disagreements } = agreementOf(but({ answered: detected - 6 }), runs, SPEED);
  assert.ok(
    disagreements.includes(
      '“answered” comes 6.0 s before “detected” in the drill, and after it in every run',
    ),
  );
});

test('what the runs do in either order is free, and so is what real work may turn round', () => {
  const { orders } = agreementOf(another, runs, SPEED);
  assert.ok(orders < agreementOf(another, [another], 0).orders);
  const swapped = but({ 'region healthy again': another['promoted back']! + 10 });
  assert.deepEqual(
    agreementOf(swapped, runs, SPEED).disagreements.filter((line) => line.includes('promoted back')),
    [],
  );
});

test('runs that do not come that far are told apart from a drill that does not', () => {
  const { 'led back': _, ...halfWay } = another;
  const { disagreements } = agreementOf(another, [...runs, halfWay], SPEED);
  assert.ok(disagreements.includes('1 of 25 simulated runs do not reach “led back”'));
});

test('an interval begins with the latest of what brings it about', () => {
  const writes = milestones.find(({ name }) => name === 'writes succeed')!;
  assert.equal(intervalOf(writes, { promoted: 160, 'edges follow': 170, 'writes succeed': 172 }), 2);
  assert.equal(intervalOf(writes, { promoted: 160, 'writes succeed': 172 }), undefined);
  assert.ok(isCausedBy('writes succeed', 'detected'));
  assert.ok(!isCausedBy('detected', 'writes succeed'));
});

test('the journal’s words are recognized: checks by their names, edges when the last has followed', () => {
  const line = (atSeconds: number, event: string, subject: string, because: string) => ({
    atSeconds,
    where: 'global',
    event,
    subject,
    because,
  });
  const moments = momentsIn(
    [
      line(
        80,
        'health-check.changed',
        'us-east-1 is healthy and not latched out',
        'unhealthy: 1 of 2 checks are',
      ),
      line(
        81,
        'health-check.changed',
        'us-east-1 can play its part',
        'unhealthy: 2 of 16 checkers say healthy',
      ),
      line(81, 'answer.changed', 'active.storefront.example', 'us-east-1 → us-west-2: PRIMARY is unhealthy'),
      line(82, 'answer.changed', 'origin.storefront.example', 'us-east-1 → us-west-2: PRIMARY is unhealthy'),
      line(90, 'origin.changed', 'origin.storefront.example at IAD89', 'the TTL ended'),
      line(99, 'origin.changed', 'origin.storefront.example at FRA56', 'the TTL ended'),
    ],
    { loss: 0, restoration: 200, failback: 300 },
    2,
  );
  assert.equal(moments.detected, 81);
  assert.equal(moments.answered, 82);
  assert.equal(moments['edges follow'], 99);
  assert.equal(moments.decided, undefined);
});

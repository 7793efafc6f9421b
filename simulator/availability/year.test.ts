import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureEvent } from './failure-events.ts';
import { drawYear } from './failure-events.ts';
import type { CauseName } from './failure-rates.ts';
import { DEFAULT_TABLE } from './failure-rates.ts';
import type { Outage } from './outages.ts';
import type { Architecture, RecoverySample } from './year.ts';
import { ARCHITECTURES, outagesOf, simulateYear } from './year.ts';

const HOUR = 3600;
const RECOVERY: RecoverySample = { rtoWritesSeconds: [200], rtoReadsSeconds: [100], missedShare: 0 };

function event(cause: CauseName, fromSeconds: number, toSeconds: number, more = {}): FailureEvent {
  return {
    cause,
    fromSeconds,
    toSeconds,
    unit: 0,
    place: 'serving',
    goneRoundSeconds: 30,
    recoveryChance: 0,
    missChance: 0.5,
    failbackSeconds: 40,
    ...more,
  };
}

const told = ({ cause, fromSeconds, toSeconds }: Outage): string =>
  `${cause} ${fromSeconds}–${toSeconds.toFixed(0)}`;

function year(
  architecture: Architecture,
  events: readonly FailureEvent[],
  sample = RECOVERY,
): { writes: readonly string[]; reads: readonly string[] } {
  const { writes, reads } = outagesOf(architecture, events, { zones: 3, tasks: 2 }, sample);
  return { writes: writes.map(told), reads: reads.map(told) };
}

test('a year is its seed: the same events again, others for another year or seed', () => {
  assert.deepEqual(drawYear(DEFAULT_TABLE, 7, 3), drawYear(DEFAULT_TABLE, 7, 3));
  assert.notDeepEqual(drawYear(DEFAULT_TABLE, 7, 3), drawYear(DEFAULT_TABLE, 7, 4));
  assert.notDeepEqual(drawYear(DEFAULT_TABLE, 7, 3), drawYear(DEFAULT_TABLE, 8, 3));
});

test('one cause’s rate changes that cause’s events and no other’s', () => {
  const causes = { ...DEFAULT_TABLE.causes };
  causes['task-crash'] = { ...causes['task-crash'], eventsPerYear: 50 };
  const others = (events: readonly FailureEvent[]): readonly FailureEvent[] =>
    events.filter(({ cause }) => cause !== 'task-crash');
  const more = drawYear({ ...DEFAULT_TABLE, causes }, 7, 3);
  assert.deepEqual(others(more), others(drawYear(DEFAULT_TABLE, 7, 3)));
  assert.ok(more.length > others(more).length);
});

test('a lost zone takes a single-zone system down, and a multi-zone one until it is gone round', () => {
  const lost = [event('zone-event', 1000, 1000 + HOUR)];
  assert.deepEqual(year('single-zone', lost).writes, ['zone-event 1000–4600']);
  assert.deepEqual(year('multi-zone', lost).writes, ['zone-event 1000–1030']);
  assert.deepEqual(year('multi-region', lost).writes, ['zone-event 1000–1030']);
});

test('a lost region takes one region down for as long as it lasts; the second one is there after the RTO', () => {
  const lost = [event('region-service-event', 0, HOUR)];
  assert.deepEqual(year('single-zone', lost).writes, ['region-service-event 0–3600']);
  assert.deepEqual(year('multi-zone', lost).reads, ['region-service-event 0–3600']);
  const moved = year('multi-region', lost);
  assert.deepEqual(moved.writes, ['region-service-event 0–200', 'failback 3600–3640']);
  assert.deepEqual(moved.reads, ['region-service-event 0–100']);
});

test('what passes sooner than a failover takes is waited for, with no way back to pay', () => {
  const passing = [event('region-service-event', 0, 150)];
  assert.deepEqual(year('multi-region', passing).writes, ['region-service-event 0–150']);
});

test('a failover that is missed costs the whole outage', () => {
  const lost = [event('region-service-event', 0, HOUR, { missChance: 0.01 })];
  const missed = year('multi-region', lost, { ...RECOVERY, missedShare: 0.02 });
  assert.deepEqual(missed.writes, ['region-service-event 0–3600']);
  assert.deepEqual(missed.reads, ['region-service-event 0–3600']);
});

test('a failover waits for a standby that cannot take over: lost itself, without its APIs, or out of sight', () => {
  const lost = event('region-service-event', 1000, 1000 + HOUR);
  const hindrances = [
    event('region-service-event', 500, 2000, { place: 'standby' }),
    event('control-plane-event', 500, 2000, { place: 'standby' }),
    event('inter-region-partition', 500, 2000),
  ];
  for (const hindrance of hindrances)
    assert.equal(year('multi-region', [hindrance, lost]).writes[0], 'region-service-event 1000–2200');
  const elsewhere = event('control-plane-event', 500, 2000, { place: 'serving' });
  assert.equal(year('multi-region', [elsewhere, lost]).writes[0], 'region-service-event 1000–1200');
});

test('after a move there is nowhere to move to until the region that was left is back', () => {
  const twice = [event('region-service-event', 0, 2 * HOUR), event('region-service-event', HOUR, 3 * HOUR)];
  assert.deepEqual(year('multi-region', twice).reads, [
    'region-service-event 0–100',
    `region-service-event 3600–${2 * HOUR + 100}`,
  ]);
});

test('the writer’s zone and its reader’s lost together leave one region nothing to promote', () => {
  const both = [
    event('zone-event', 0, HOUR),
    event('zone-event', 1800, 2 * HOUR, { unit: 1 }),
    event('zone-event', 1900, 2 * HOUR, { unit: 2 }),
  ];
  assert.deepEqual(year('multi-zone', both).writes, [
    'zone-event 0–30',
    'zone-event 1800–1830',
    'zone-event 1800–3600',
    'zone-event 1900–1930',
  ]);
  assert.ok(year('multi-region', both).writes.includes('zone-event 1800–2000'));
});

test('a writer without a reader is made anew, once the control plane works again', () => {
  const failed = event('writer-failure', 100, 400);
  assert.deepEqual(year('single-zone', [failed]).writes, ['writer-failure 100–400']);
  const controlPlane = event('control-plane-event', 0, 1000);
  assert.deepEqual(year('single-zone', [controlPlane, failed]).writes, ['writer-failure 100–1300']);
  assert.deepEqual(year('multi-zone', [controlPlane, failed]).writes, ['writer-failure 100–130']);
});

test('a bad release, a mistake, overload, DNS and CloudFront hit every architecture in full', () => {
  const shared = ['bad-deployment', 'operator-mistake', 'overload', 'dns-event', 'cloudfront-event'] as const;
  for (const cause of shared)
    for (const architecture of ARCHITECTURES)
      assert.deepEqual(year(architecture, [event(cause, 0, HOUR)]), {
        writes: [`${cause} 0–3600`],
        reads: [`${cause} 0–3600`],
      });
});

test('a second region has a cost of its own: a move that was not needed holds writes, there and back', () => {
  const unneeded = [event('unneeded-failover', 0, 90)];
  assert.deepEqual(year('multi-zone', unneeded).writes, []);
  assert.deepEqual(year('multi-region', unneeded), {
    writes: ['unneeded-failover 0–90', 'failback 90–130'],
    reads: [],
  });
});

test('a lone task’s crash lasts until it is replaced; one of several is taken out of service', () => {
  const crash = [event('task-crash', 0, 60)];
  const alone = outagesOf('multi-zone', crash, { zones: 3, tasks: 1 }, RECOVERY);
  assert.deepEqual(alone.writes.map(told), ['task-crash 0–60']);
  assert.deepEqual(year('multi-zone', crash).writes, ['task-crash 0–30']);
});

test('no outage of a simulated year ends before it begins', () => {
  for (let seed = 1; seed <= 200; seed++)
    for (const architecture of ARCHITECTURES) {
      const { writes, reads } = simulateYear(architecture, DEFAULT_TABLE, RECOVERY, seed, 0);
      for (const outage of [...writes, ...reads])
        assert.ok(outage.toSeconds >= outage.fromSeconds, `${architecture}, seed ${seed}: ${told(outage)}`);
    }
});

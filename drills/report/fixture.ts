/** Results as drills make them, for tests: one that passed, one that failed, one in which nothing was seen. */
import {
  type DrillResult,
  SEED_BUDGET,
  type SecondOfTraffic,
  type Sighting,
  type TimelineEntry,
} from '../result.ts';

const LOST = 'us-east-1';
const SURVIVOR = 'us-west-2';
const ANSWERED = 86;
const PROMOTED = 142;
const RECOVERED = 163;
const RESTORED = 240;
const RETURNED = 520;
const END = 600;

const wobble = (second: number, most: number): number => Math.abs((second * 7919 + 13) % 97) % (most + 1);

/** Retries make more attempts than orders while writes fail. */
function traffic(atSeconds: number): SecondOfTraffic {
  const down = atSeconds >= 0 && atSeconds < RECOVERED;
  const refusing = down && atSeconds >= 118;
  const paused = atSeconds >= RETURNED - 9 && atSeconds < RETURNED;
  const dark = atSeconds >= 0 && atSeconds < 118;
  return {
    atSeconds,
    writesOk: down || paused ? 0 : 18 + wobble(atSeconds, 4),
    writesRefused: paused ? 22 : refusing ? 24 + wobble(atSeconds, 5) : 0,
    writesFailed: down && !refusing ? 14 + wobble(atSeconds, 6) : atSeconds === 161 ? 2 : 0,
    readsOk: dark ? wobble(atSeconds, 9) : 48 + wobble(atSeconds, 4),
    readsFailed: dark ? 30 + wobble(atSeconds, 8) : 0,
  };
}

function sighting(atSeconds: number): Sighting {
  const away = atSeconds >= 0 && atSeconds < RESTORED + 12;
  const moved = atSeconds >= PROMOTED && atSeconds < RETURNED;
  return {
    atSeconds,
    dnsActive: atSeconds >= ANSWERED && atSeconds < RETURNED + 18 ? SURVIVOR : LOST,
    writer: atSeconds >= 0 && atSeconds < PROMOTED ? 'none' : moved ? SURVIVOR : LOST,
    lagMs:
      away || (atSeconds > 240 && atSeconds < 305)
        ? null
        : 30 + wobble(atSeconds, 60) + (atSeconds > 305 && atSeconds < 330 ? (330 - atSeconds) ** 3 / 3 : 0),
    tasks: { [LOST]: away ? 0 : 2, [SURVIVOR]: atSeconds > 120 && atSeconds < 560 ? 4 : 2 },
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

const event = (
  atSeconds: number,
  where: string,
  name: string,
  subject: string,
  because: string,
): TimelineEntry => ({
  atSeconds,
  where,
  event: name,
  subject,
  because,
});

const TIMELINE: readonly TimelineEntry[] = [
  event(
    -12.02,
    SURVIVOR,
    'task.started',
    'arn:aws:ecs:us-west-2:000000000000:task/understudy-us-west-2/4f1c',
    'service storefront wants 2 tasks',
  ),
  event(0, 'supervisor', 'process.lost', LOST, 'the drill asked for it: SIGKILL to the group'),
  event(
    31.4,
    'global',
    'health-check.observed',
    'us-east-1.origin.storefront.example',
    'connection refused, 1 of 3',
  ),
  event(
    86.3,
    'global',
    'health-check.changed',
    'us-east-1.origin.storefront.example',
    '0 of 16 checkers say healthy: unhealthy',
  ),
  event(
    86.4,
    SURVIVOR,
    'controller.decision',
    'understudy-failover',
    'DNS says us-west-2, the probe of us-east-1 fails: 1 of 2 ticks',
  ),
  event(97.1, SURVIVOR, 'cluster.failover-began', 'understudy', 'FailoverGlobalCluster, AllowDataLoss: true'),
  event(
    118,
    SURVIVOR,
    'task.started',
    'arn:aws:ecs:us-west-2:000000000000:task/understudy-us-west-2/77aa',
    'desired count raised from 2 to 4',
  ),
  event(142.7, SURVIVOR, 'cluster.promoted', 'understudy-us-west-2', 'epoch 2'),
  event(143.2, SURVIVOR, 'alarm.state-changed', 'understudy-latch', 'OK → ALARM: 1 >= 1'),
  event(240, 'supervisor', 'process.restored', LOST, 'the drill asked for it'),
  event(252, LOST, 'cluster.fenced', 'understudy-us-east-1', 'epoch 1 is behind 2: read-only'),
  event(305, LOST, 'cluster.resync-finished', 'understudy-us-east-1', 'rebuilt from us-west-2'),
  event(509, LOST, 'cluster.switchover-began', 'understudy', 'failback'),
  event(520, LOST, 'cluster.promoted', 'understudy-us-east-1', 'epoch 3'),
];

export const PASSED: DrillResult = {
  drill: 'region-loss',
  verdict: 'passed',
  startedAt: '2026-03-01T12:00:00.000Z',
  speed: 10,
  regions: { lost: LOST, survivor: SURVIVOR },
  traffic: { ordersPerSecond: 20, readsPerSecond: 50 },
  budget: SEED_BUDGET,
  rto: {
    writesSeconds: 163.2,
    readsSeconds: 118,
    phases: { detect: 86.3, decide: 10.8, promote: 45.6, redirect: 0, recover: 20.5 },
  },
  rpo: {
    seconds: 0.42,
    lostWrites: 3,
    lost: [
      { key: 'k-4401', orderId: 'o-4401', acknowledgedSecondsBefore: 0.42 },
      { key: 'k-4402', orderId: 'o-4402', acknowledgedSecondsBefore: 0.31 },
      { key: 'k-4403', orderId: 'o-4403', acknowledgedSecondsBefore: 0.08 },
    ],
  },
  acknowledged: 9204,
  duplicates: 0,
  unresolved: 2,
  rescued: 3,
  failback: { done: true, lostWrites: 0, writesPausedSeconds: 9.4, seconds: 282, because: 'switchover' },
  checks: [
    { name: 'writes are back in time', ok: true, found: '163.2 s', allowed: '300 s' },
    { name: 'reads are back in time', ok: true, found: '118.0 s', allowed: '300 s' },
    { name: 'no more is lost than allowed', ok: true, found: '0.42 s', allowed: '1 s' },
    { name: 'no order exists twice', ok: true, found: '0', allowed: '0' },
    { name: 'one writer at any time', ok: true, found: '0 overlaps', allowed: '0' },
    { name: 'failback loses nothing', ok: true, found: '0', allowed: '0' },
  ],
  timeline: TIMELINE,
  seconds: range(-60, END).map(traffic),
  sightings: range(-60, END).map(sighting),
};

export const FAILED: DrillResult = {
  ...PASSED,
  verdict: 'failed',
  speed: 1,
  rto: {
    writesSeconds: 371.5,
    readsSeconds: 118,
    phases: { detect: 86.3, decide: 10.8, promote: 253.9, redirect: 0, recover: 20.5 },
  },
  rpo: {
    seconds: 12.5,
    lostWrites: 25,
    lost: Array.from({ length: 25 }, (_, n) => ({
      key: `k-${n}`,
      orderId: `o-${n}`,
      acknowledgedSecondsBefore: 12.5 - n / 2,
    })),
  },
  duplicates: 1,
  rescued: null,
  failback: {
    done: false,
    lostWrites: 0,
    writesPausedSeconds: null,
    seconds: null,
    because: 'us-east-1 did not rejoin within 600 s',
  },
  checks: [
    { name: 'writes are back in time', ok: false, found: '371.5 s', allowed: '300 s' },
    { name: 'reads are back in time', ok: true, found: '118.0 s', allowed: '300 s' },
  ],
  seconds: range(-60, 440)
    .map((at) => traffic(at > 142 && at < 372 ? 142 : at))
    .map((one, n) => ({ ...one, atSeconds: n - 60 })),
  sightings: range(-60, 440).map((at) => ({
    ...sighting(Math.min(at, 230)),
    atSeconds: at,
    writer: at < 0 ? LOST : at < 351 ? 'none' : SURVIVOR,
  })),
  timeline: TIMELINE.filter(({ atSeconds }) => atSeconds < 120),
};

/** A drill that ended before it saw anything. */
export const EMPTY: DrillResult = {
  ...FAILED,
  rto: {
    writesSeconds: null,
    readsSeconds: null,
    phases: { detect: null, decide: null, promote: null, redirect: null, recover: null },
  },
  rpo: { seconds: 0, lostWrites: 0, lost: [] },
  acknowledged: 0,
  duplicates: 0,
  unresolved: 0,
  checks: [],
  timeline: [],
  seconds: [],
  sightings: [],
};

const HOSTILE_TEXT = `</td><script>alert("1")</script>&amp;'\u0000\u001b[31m\u202e\ud800]]>\n`;

/** Names and reasons that try to be something else. */
export const HOSTILE: DrillResult = {
  ...PASSED,
  drill: HOSTILE_TEXT,
  startedAt: HOSTILE_TEXT,
  regions: { lost: `${HOSTILE_TEXT}1`, survivor: `${HOSTILE_TEXT}2` },
  rpo: {
    seconds: 0.1,
    lostWrites: 1,
    lost: [{ key: HOSTILE_TEXT, orderId: HOSTILE_TEXT, acknowledgedSecondsBefore: 0.1 }],
  },
  failback: { ...FAILED.failback, because: HOSTILE_TEXT },
  checks: [{ name: HOSTILE_TEXT, ok: false, found: HOSTILE_TEXT, allowed: HOSTILE_TEXT }],
  timeline: [event(1, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)],
  sightings: PASSED.sightings.map((one) => ({
    ...one,
    dnsActive: HOSTILE_TEXT,
    writer: `${HOSTILE_TEXT}2`,
    tasks: { [`${HOSTILE_TEXT}1`]: 1 },
  })),
};

/** A day of traffic at its worst, with more events and lost rows than anybody reads. */
export function longDrill(): DrillResult {
  return {
    ...FAILED,
    rto: { ...FAILED.rto, writesSeconds: 43_200 },
    rpo: {
      seconds: 60,
      lostWrites: 20_000,
      lost: Array.from({ length: 20_000 }, (_, n) => ({
        key: `key-${n}`,
        orderId: `order-${n}`,
        acknowledgedSecondsBefore: 60 - n / 400,
      })),
    },
    timeline: range(1, 20_000).map((n) =>
      event(n * 4, SURVIVOR, 'task.stopped', `task/${n}`, 'Essential container in task exited: 137'),
    ),
    seconds: range(-60, 86_400).map((atSeconds) => ({
      atSeconds,
      writesOk: wobble(atSeconds, 20),
      writesRefused: wobble(atSeconds * 3, 20),
      writesFailed: wobble(atSeconds * 5, 20),
      readsOk: wobble(atSeconds * 7, 50),
      readsFailed: wobble(atSeconds * 11, 50),
    })),
    sightings: range(-60, 86_400).map((at) => ({
      atSeconds: at,
      dnsActive: at % 2 ? SURVIVOR : LOST,
      writer: at % 3 ? SURVIVOR : LOST,
      lagMs: at % 5 ? wobble(at, 90) * 100 : null,
      tasks: { [LOST]: at % 4, [SURVIVOR]: at % 5 },
    })),
  };
}

/**
 * The model held against reality: us-east-1 is lost and led back to in the real engine, and the journal of that very
 * drill must agree with simulated runs of its schedule, in the order of events and, within stated bounds, in time.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { delays } from '../../engine/time/delays.ts';
import {
  agreementOf,
  type DrillSchedule,
  type Happening,
  inWords,
  momentsIn,
  momentsOfRun,
  recovered,
} from '../../simulator/agreement/index.ts';
import { regionLoss } from '../region-loss.ts';
import type { DrillResult } from '../result.ts';
import { DOMAIN, openScene, PRIMARY, type Scene, STANDBY, until } from './scene.ts';

const RUNS = 200;
const FOLLOWED_DEADLINE_MS = 30_000;
const MOST_RECORDS = 10_000;
const TRAFFIC = { ordersPerSecond: 5, readsPerSecond: 5 } as const;
/** Of each region, as the project's own app has it. */
const TASKS = 2;

interface Recorded {
  readonly result: DrillResult;
  readonly lossMs: number;
  readonly failbackMs: number;
  readonly edges: number;
  readonly happenings: readonly Happening[];
}

let scene: Scene;
let recorded: Recorded;

before(async () => {
  scene = await openScene('agreement');
  recorded = await record();
});
after(async () => {
  await scene?.close();
});

async function record(): Promise<Recorded> {
  const moments = new Map<string, number>();
  const result = await regionLoss(
    scene.system,
    { ...TRAFFIC, domain: DOMAIN, fault: 'lose', failback: true },
    { step: (text) => void moments.set(text, scene.time.now()) },
  );
  const lossMs = moments.get(`losing ${PRIMARY}`)!;
  const failbackMs = moments.get(`failing back to ${PRIMARY}`);
  assert.ok(failbackMs, `the drill did not come to its failback: ${result.failback.because}`);
  const edges = scene.door.edges.length;
  await until(
    `every edge location to follow the name back to ${PRIMARY}`,
    async () => {
      const { events } = await scene.system.events(0, MOST_RECORDS);
      const changes = events.filter(({ event, atMs }) => event === 'origin.changed' && atMs > lossMs);
      return changes.length >= 2 * edges || undefined;
    },
    FOLLOWED_DEADLINE_MS,
  );
  return { result, lossMs, failbackMs, edges, happenings: await everything(result, lossMs) };
}

/** The journal, what the controller says of itself in its log, and what the drill's clients saw. */
async function everything(result: DrillResult, lossMs: number): Promise<readonly Happening[]> {
  const { events } = await scene.system.events(0, MOST_RECORDS);
  const { writesSeconds } = result.rto;
  return [
    ...[...events, ...(await transitions(lossMs))].map(({ atMs, where, event, subject, because }) => ({
      atSeconds: (atMs - lossMs) / 1000,
      where,
      event,
      subject,
      because,
    })),
    ...(writesSeconds === null ? [] : [recovered(writesSeconds)]),
  ]
    .filter(({ atSeconds }) => atSeconds >= 0)
    .sort((one, other) => one.atSeconds - other.atSeconds);
}

/** Lambda puts the time by the function's own clock, the request's id and a level before what a function says. */
async function transitions(sinceMs: number) {
  const client = new CloudWatchLogsClient(await scene.aws(STANDBY));
  const pages = paginateFilterLogEvents(
    { client },
    {
      logGroupName: '/understudy/controller',
      startTime: Math.floor(sinceMs),
      filterPattern: '"transition"',
    },
  );
  const found = [];
  for await (const { events = [] } of pages)
    for (const { message = '' } of events) {
      const line = JSON.parse(message.slice(message.indexOf('{'))) as Record<
        'from' | 'to' | 'because',
        string
      >;
      found.push({
        atMs: Date.parse(message.split('\t')[0]!),
        where: STANDBY,
        event: 'controller.transition',
        subject: `${line.from} → ${line.to}`,
        because: line.because,
      });
    }
  client.destroy();
  return found;
}

function scheduleOf({ lossMs, failbackMs, edges, happenings }: Recorded): DrillSchedule {
  const starting = happenings.findIndex(
    ({ event, subject }) => event === 'process.starting' && subject === PRIMARY,
  );
  const restored = happenings.find(({ where }, n) => n > starting && where === PRIMARY);
  assert.ok(starting >= 0 && restored, `${PRIMARY} is started again and says something`);
  return {
    ...TRAFFIC,
    restoredSeconds: restored.atSeconds,
    failbackSeconds: (failbackMs - lossMs) / 1000,
    edges,
    tasks: TASKS,
    promotionMs: delays['rds.global-failover'].typicalMs,
    switchoverMs: delays['rds.global-switchover'].typicalMs,
    taskStartMs: delays['ecs.task-start'].typicalMs,
  };
}

test('the drill and its simulated runs agree on the order of events and, within bounds, on their times', (t) => {
  const schedule = scheduleOf(recorded);
  const given = { loss: 0, restoration: schedule.restoredSeconds, failback: schedule.failbackSeconds };
  const drill = momentsIn(recorded.happenings, given, recorded.edges);
  const runs = Array.from({ length: RUNS }, (_, n) => momentsOfRun(n + 1, schedule));
  const { rows, orders, disagreements } = agreementOf(drill, runs, scene.time.speed);
  t.diagnostic(`${orders} pairs of milestones come in one order in all ${RUNS} runs`);
  for (const row of rows) t.diagnostic(inWords(row));
  assert.deepEqual(disagreements, []);
  assert.ok(orders > 100, `${orders} pairs in order`);
});

test('the drill that was recorded is one of a system that keeps its promises', () => {
  // RTO and RPO at ten times the speed are ten times what real work costs: their parts are compared above.
  const failed = recorded.result.checks.filter(({ ok, name }) => !ok && !/RTO|RPO/.test(name));
  assert.deepEqual(failed, []);
});

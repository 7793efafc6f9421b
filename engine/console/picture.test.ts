/** The picture, from facts that a running system gave: what is there, what is lost, what nobody answers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Picture } from './api.ts';
import type { ProcessFacts, Report } from './facts.ts';
import { type Known, NOTHING_KNOWN, pictureOf, sampleOf } from './picture.ts';

const recorded = readFileSync(join(import.meta.dirname, 'test-report.json'), 'utf8');
const REGION_OF: Readonly<Record<string, string>> = { '127.1': 'us-east-1', '127.2': 'us-west-2' };
const regionOf = (address: string): string | undefined => REGION_OF[address.split('.', 2).join('.')];

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/** The recorded report, `seconds` later, with something changed. */
function report(seconds: number, change: (report: Mutable<Report>) => void = () => {}): Report {
  const words = { atMs: 0, phase: 'watch', verdict: 'watch', because: 'us-east-1 is active and answers' };
  const made = { ...(JSON.parse(recorded) as Report), controllers: { 'us-west-2': words }, regionOf };
  const now = made.system.awsNowMs + seconds * 1000;
  const later = {
    ...made,
    system: { ...made.system, awsNowMs: now },
    controllers: { 'us-west-2': { ...words, atMs: now } },
  } as unknown as Mutable<Report>;
  change(later);
  return later as unknown as Report;
}

// biome-ignore lint/suspicious/noExplicitAny: facts are JSON of each service's own shape
const services = (from: Mutable<Report>, name: string): any =>
  (from.processes[name] as unknown as ProcessFacts).services;

const inState = (name: string, state: string, because: string) => (from: Mutable<Report>) => {
  from.members = from.members.map((one) => (one.name === name ? { ...one, state, because } : one));
  from.processes[name] = { unavailable: because };
};

/** One look after another; the last picture. */
function after(...reports: readonly Report[]): Picture {
  let known: Known = NOTHING_KNOWN;
  let picture: Picture | undefined;
  for (const one of reports) ({ picture, known } = pictureOf(one, known, null));
  return picture!;
}

const region = (picture: Picture, name: string) => picture.regions.find((one) => one.name === name)!;

test('a system that is well: who serves, who writes, where the name leads', () => {
  const picture = after(report(0));
  assert.equal(picture.dns.active, 'us-east-1');
  assert.deepEqual(
    picture.dns.answers.map(({ name, region: leads }) => [name, leads]),
    [
      ['active.storefront.example', 'us-east-1'],
      ['origin.storefront.example', 'us-east-1'],
    ],
  );
  assert.deepEqual(
    picture.edges.map(({ id, origin }) => [id, origin]),
    [
      ['edge/IAD89', 'us-east-1'],
      ['edge/SFO53', 'us-east-1'],
      ['edge/FRA56', 'us-east-1'],
    ],
  );
  const [east, west] = [region(picture, 'us-east-1'), region(picture, 'us-west-2')];
  assert.deepEqual(east.zones, ['us-east-1a', 'us-east-1b', 'us-east-1c']);
  assert.equal(east.database.role, 'writer');
  assert.deepEqual(
    east.database.instances.map(({ role, gtid }) => [role, gtid]),
    [
      ['writer', '0-10001-83'],
      ['reader', null],
    ],
  );
  assert.equal(west.database.role, 'secondary');
  assert.equal(west.database.lagMs, 120);
  assert.deepEqual(
    west.tasks.map(({ zone, health, condition }) => [zone, health, condition]),
    [
      ['us-west-2a', 'healthy', 'well'],
      ['us-west-2b', 'healthy', 'well'],
    ],
  );
  assert.equal(west.controller.verdict, 'watch');
  assert.equal(east.controller.condition, 'unknown', 'of this one nothing was heard');
  assert.equal(east.loadBalancer.healthyTargets, 2);
  // Scaling's own alarms stand whenever there is little to do.
  assert.equal(east.alarms.total, 2);
});

test('every box has an id of its own, and flows run between boxes', () => {
  const picture = after(report(0), report(2));
  const boxes = picture.regions.flatMap(
    ({ process, loadBalancer, service, tasks, database, bucket, alarms, notifications, controller }) => [
      ...[process, loadBalancer, service, ...tasks, database, ...database.instances],
      ...[bucket, alarms, notifications, controller],
    ],
  );
  const ids = [picture.global, ...picture.edges, ...boxes].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const ends = picture.flows.flatMap(({ from, to }) => [from, to]).filter((id) => id !== 'viewers');
  assert.deepEqual(
    ends.filter((id) => !ids.includes(id)),
    [],
  );
  assert.ok(
    picture.flows.some(({ from, to }) => from === 'us-east-1/database' && to === 'us-west-2/database'),
  );
});

test('rates are what was counted between two looks, by outcome; a process that began anew counts from zero', () => {
  const busier = report(2, (now) => {
    const [edge] = services(now, 'global').cloudfront.edges;
    Object.assign(edge, { requests: 42, refused: 10, failed: 4, hits: 15, misses: 7 });
    Object.assign(edge.places[0], { ok: 7, refused: 10, failed: 4 });
    services(now, 'us-east-1').elbv2[0].targetGroups[0].targets[0].ok = 4;
    services(now, 'us-east-1').rds.clusters[0].gtid = '0-10001-93';
  });
  const picture = after(report(0), busier);
  const flow = (from: string, to: string) => picture.flows.find((one) => one.from === from && one.to === to)!;
  const entry = { perSecond: 20, failedPerSecond: 2, refusedPerSecond: 5 };
  assert.deepEqual(flow('viewers', 'edge/IAD89'), { from: 'viewers', to: 'edge/IAD89', ...entry });
  assert.equal(flow('edge/IAD89', 'us-east-1/load-balancer').perSecond, 10);
  assert.equal(flow('edge/IAD89', 'us-east-1/bucket').perSecond, 0);
  assert.equal(flow('us-east-1/load-balancer', region(picture, 'us-east-1').tasks[0]!.id).perSecond, 2);
  assert.equal(flow('us-east-1/service', 'us-east-1/database').perSecond, 5);
  assert.equal(picture.edges[0]!.hitRate, 0.75);
  assert.equal(picture.edges[0]!.condition, 'ailing');
  const { okPerSecond, refusedPerSecond, failedPerSecond, writer } = sampleOf(picture);
  assert.deepEqual([okPerSecond, refusedPerSecond, failedPerSecond, writer], [13, 5, 2, 'us-east-1']);
});

test('a lost region keeps its boxes where they were, and nothing in it is well', () => {
  const picture = after(report(0), report(1, inState('us-east-1', 'lost', 'every process of it was killed')));
  const [before, now] = [region(after(report(0)), 'us-east-1'), region(picture, 'us-east-1')];
  assert.deepEqual(
    now.tasks.map(({ id, zone }) => [id, zone]),
    before.tasks.map(({ id, zone }) => [id, zone]),
  );
  assert.deepEqual(now.zones, before.zones);
  const boxes = [
    now.process,
    now.loadBalancer,
    now.service,
    now.database,
    ...now.database.instances,
    ...now.tasks,
  ];
  assert.deepEqual(new Set(boxes.map(({ condition }) => condition)), new Set(['lost']));
  assert.equal(now.database.role, 'writer', 'nobody else writes yet');
  assert.equal(now.loadBalancer.healthyTargets, 0);
  const sample = sampleOf(picture);
  assert.deepEqual([sample.writer, sample.tasks['us-east-1']], [null, 0]);
});

test('when the other region writes, the lost one is the writer no more', () => {
  const promoted = report(60, (now) => {
    inState('us-east-1', 'lost', 'killed')(now);
    services(now, 'us-west-2').rds.clusters[0].role = 'writer';
  });
  const picture = after(report(0), promoted);
  assert.equal(region(picture, 'us-east-1').database.role, 'unknown');
  assert.ok(region(picture, 'us-east-1').database.instances.every(({ role }) => role !== 'writer'));
  assert.equal(sampleOf(picture).writer, 'us-west-2');
});

test('a frozen region stands still; a region that is late is drawn as it was, and then as unknown', () => {
  const frozen = after(report(0), report(1, inState('us-west-2', 'frozen', 'stopped where it stood')));
  assert.equal(region(frozen, 'us-west-2').tasks[0]!.condition, 'frozen');
  const silent = inState('us-west-2', 'running', 'it has not answered in time');
  const speed = after(report(0)).speed;
  const late = after(report(0), report(1, silent));
  assert.equal(region(late, 'us-west-2').tasks[0]!.condition, 'well');
  const later = region(after(report(0), report(1, silent), report(7 * speed, silent)), 'us-west-2');
  assert.equal(later.tasks[0]!.condition, 'unknown');
  assert.match(later.process.because, /not answered for \d+ s/);
});

test('without the data planes no name has an answer', () => {
  const picture = after(report(0), report(1, inState('global', 'lost', 'killed, as ordered')));
  assert.equal(picture.global.condition, 'lost');
  assert.equal(picture.dns.active, null);
  assert.deepEqual(new Set(picture.dns.answers.map((answer) => answer.region)), new Set([null]));
  assert.deepEqual(picture.edges.map(({ id, condition }) => [id, condition])[0], ['edge/IAD89', 'lost']);
});

test('one task that is frozen, one that has ended, an instance that is copied anew', () => {
  const changed = report(2, (now) => {
    const east = now.processes['us-east-1'] as unknown as Mutable<ProcessFacts>;
    east.guests = east.guests.map((guest) =>
      guest.zone === 'us-east-1a' ? { ...guest, frozen: true } : guest,
    );
    services(now, 'us-west-2').ecs.tasks.pop();
    services(now, 'us-west-2').rds.clusters[0].instances[1].rebuild = true;
  });
  const picture = after(report(0), changed);
  const [east, west] = [region(picture, 'us-east-1'), region(picture, 'us-west-2')];
  assert.deepEqual(
    east.tasks.map(({ condition }) => condition),
    ['frozen', 'well'],
  );
  assert.deepEqual(
    west.tasks.map(({ condition }) => condition),
    ['well', 'lost'],
  );
  assert.match(west.database.resync ?? '', /understudy-us-west-2-2/);
  assert.equal(west.database.condition, 'ailing');
  const gone = after(
    report(0),
    changed,
    report(200, (now) => void services(now, 'us-west-2').ecs.tasks.pop()),
  );
  assert.equal(region(gone, 'us-west-2').tasks.length, 1, 'what has ended is not drawn for ever');
});

test('a system of which nothing is known yet has boxes that say so', () => {
  const empty = report(0, (now) => {
    now.members = [];
    now.processes = {};
  });
  const picture = after(empty);
  assert.deepEqual(
    picture.regions.map(({ name, process }) => [name, process.condition]),
    [
      ['us-east-1', 'unknown'],
      ['us-west-2', 'unknown'],
    ],
  );
  assert.deepEqual(picture.edges, []);
});

/** The control API as the console and the CLI see it: who may ask, what they get, and what they never get. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventRange, Picture } from '../console/api.ts';
import type { JournalRecord } from '../services/contract.ts';
import { testControl } from './test-control.ts';

const entry = (n: number, more: Partial<JournalRecord> = {}): JournalRecord => ({
  atMs: n * 1000,
  where: n % 2 ? 'us-east-1' : 'us-west-2',
  source: 'route53',
  event: 'answer.changed',
  subject: `name ${n}`,
  because: 'the test says so',
  ...more,
});

/** As it stands: `fetch` would tidy the path and set the Host itself. */
function raw(url: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request({ hostname, port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('the API wants its token, its own Host and no foreign Origin', async () => {
  await using control = await testControl();
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await control.ask('/api/system', { headers })).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ authorization: '' }), 401);
  assert.equal(await status({ authorization: 'Bearer another' }), 401);
  assert.equal(await status({ origin: 'https://evil.example' }), 403);
  assert.equal(await raw(control.url, '/api/picture', { host: 'evil.example' }), 421);
  for (const path of ['/api/picture', '/api/stream', '/api/events', '/api/reports/x/page', '/api/logs'])
    assert.equal((await control.ask(path, { headers: { authorization: '' } })).status, 401, path);
});

test('faults are ordered in words; a mistake in them is the asker’s', async () => {
  await using control = await testControl();
  const lost = await control.ask('/api/faults', { body: { action: 'lose', target: 'us-east-1' } });
  assert.equal(((await lost.json()) as { done: string }).done, 'lose region');
  const wrong = await control.ask('/api/faults', { body: { action: 'lose', target: 'mars' } });
  assert.equal(wrong.status, 400);
  assert.match(((await wrong.json()) as { error: string }).error, /mars/);
  const body = { action: 'explode', target: 'us-east-1' };
  assert.equal((await control.ask('/api/faults', { body })).status, 400);
});

test('the page and its assets are served, and nothing beside them', async () => {
  await using control = await testControl();
  const page = await control.ask('/', { headers: { authorization: '' } });
  assert.match(await page.text(), /console/);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  const asset = await control.ask('/assets/index-abc.js');
  assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
  for (const path of [
    '/../identity.json',
    '/..%2fidentity.json',
    '/%2e%2e/identity.json',
    '/assets/..%2f..%2f..%2fidentity.json',
    '/assets/%2e%2e/%2e%2e/%2e%2e/identity.json',
    '/..%5cidentity.json',
    '/assets',
    '/%00',
    '/%',
  ])
    assert.equal(await raw(control.url, path), path === '/%' ? 400 : 404, path);
});

test('events come in ranges and by filters; the total counts all that match', async () => {
  await using control = await testControl();
  for (let n = 1; n <= 10; n++) control.journal.append(entry(n));
  control.journal.append(entry(11, { event: 'alarm.state-changed', because: '100% of _all_' }));
  const range = async (query: string): Promise<{ ids: number[]; total: number; lastId: number }> => {
    const { events, total, lastId } = (await (
      await control.ask(`/api/events?${query}`)
    ).json()) as EventRange;
    return { ids: events.map(({ id }) => id), total, lastId };
  };
  assert.deepEqual(await range('after=8'), { ids: [9, 10, 11], total: 11, lastId: 11 });
  assert.deepEqual(await range('after=2&limit=2'), { ids: [3, 4], total: 11, lastId: 11 });
  assert.deepEqual(await range('limit=3'), { ids: [9, 10, 11], total: 11, lastId: 11 });
  assert.deepEqual(await range('before=9&limit=2'), { ids: [7, 8], total: 11, lastId: 11 });
  assert.deepEqual(await range('offset=4&limit=2'), { ids: [5, 6], total: 11, lastId: 11 });
  assert.deepEqual(await range('fromMs=3000&toMs=5000'), { ids: [3, 4, 5], total: 3, lastId: 11 });
  assert.deepEqual(await range('where=us-west-2&limit=2'), { ids: [8, 10], total: 5, lastId: 11 });
  assert.deepEqual(await range('event=alarm'), { ids: [11], total: 1, lastId: 11 });
  assert.deepEqual(await range('event=answer.changed&offset=9'), { ids: [10], total: 10, lastId: 11 });
  assert.deepEqual((await range('text=NAME 7')).ids, [7]);
  // LIKE's own signs are text.
  assert.deepEqual((await range(`text=${encodeURIComponent('100% of _')}`)).ids, [11]);
  assert.deepEqual((await range(`text=${encodeURIComponent('%')}`)).ids, [11]);
  assert.deepEqual((await range(`where=${encodeURIComponent("x') OR 1=1 --")}`)).ids, []);
  for (const wrong of [
    'limit=-1',
    'after=x',
    'fromMs=Infinity',
    `text=${'a'.repeat(300)}`,
    'where=a&where=b',
  ])
    assert.equal((await control.ask(`/api/events?${wrong}`)).status, 400, wrong);
});

/** Reads events of a stream until there are enough. */
async function read(
  answer: Response,
  enough: (events: readonly Event[]) => boolean,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  let rest = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
      const data = field('data');
      if (data !== undefined)
        events.push({ event: field('event'), id: Number(field('id')), data: JSON.parse(data) });
    }
    if (enough(events)) break;
  }
  return events;
}

interface Event {
  readonly event: string | undefined;
  readonly id: number;
  readonly data: unknown;
}

test('a stream that is cut goes on after the last record it gave, without a gap or a repeat', async () => {
  await using control = await testControl();
  for (let n = 1; n <= 2500; n++) control.journal.append(entry(n));
  const first = await read(await control.ask('/api/stream?after=0'), (seen) => seen.length >= 1200);
  assert.ok(
    first.every(({ event }) => event === undefined),
    'readers of plain records get those alone',
  );
  const last = first.at(-1)!.id;
  for (let n = 1; n <= 5; n++) control.journal.append(entry(n));
  const headers = { 'last-event-id': String(last), accept: 'text/event-stream' };
  const answer = await control.ask('/api/stream', { headers });
  control.journal.append(entry(6));
  const second = await read(
    answer,
    (seen) => seen.some(({ id }) => id === 2506) && seen.some(({ event }) => event === 'sample'),
  );
  const records = second.filter(({ event }) => event === 'record').map(({ id }) => id);
  assert.deepEqual(
    [...first.map(({ id }) => id), ...records],
    Array.from({ length: 2506 }, (_, n) => n + 1),
  );
  assert.ok(second.some(({ event }) => event === 'picture'));
});

test('a reader that is slow gets every record all the same, also those of meanwhile', async () => {
  await using control = await testControl();
  const because = 'x'.repeat(500);
  for (let n = 1; n <= 8000; n++) control.journal.append(entry(n, { because }));
  const answer = await control.ask('/api/stream?after=0');
  const late = setInterval(() => control.journal.append(entry(1)), 1);
  const seen = await read(answer, (events) => {
    if (events.length > 4000) clearInterval(late);
    return events.at(-1)?.id === control.journal.lastId();
  });
  assert.ok(seen.length >= 8000);
  assert.deepEqual(
    seen.map(({ id }) => id),
    Array.from({ length: seen.length }, (_, n) => n + 1),
  );
});

test('logs belong to boxes of the picture; a path is no box', async () => {
  const task = {
    arn: 'arn:aws:ecs:us-east-1:000000000000:task/c/abc',
    status: 'RUNNING',
    zone: 'us-east-1a',
  };
  const status = { 'us-east-1': { guests: [], services: { ecs: { tasks: [task] } } } };
  await using control = await testControl({ status });
  const stream = join(control.directory, 'us-east-1', 'logs', '%2Fapp', 'app%2Fapp%2Fabc');
  mkdirSync(stream, { recursive: true });
  writeFileSync(
    join(stream, '000000000000.jsonl'),
    '{"n":0,"t":5,"i":6,"m":"hello"}\n{"n":1,"t":7,"m":"cut sho',
  );
  const logs = (box: string): Promise<Response> =>
    control.ask(`/api/logs?region=us-east-1&box=${encodeURIComponent(box)}`);
  assert.deepEqual(await (await logs('task/abc')).json(), [
    { atMs: 5, stream: 'app/app/abc', text: 'hello' },
  ]);
  for (const box of ['task/../../identity.json', 'database/../../..', '../identity.json', 'task/', ''])
    assert.equal((await logs(box)).status, 404, box);
  assert.equal((await control.ask('/api/logs?region=..&box=global')).status, 200);
  assert.equal((await control.ask('/api/logs?region=..&box=us-east-1')).status, 404);
});

test('reports are listed newest first and opened by their ids alone', async () => {
  await using control = await testControl();
  for (const [id, atMs] of [
    ['older-drill', 1],
    ['newer-drill', 2],
  ] as const) {
    const folder = join(control.directory, 'reports', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'entry.json'), JSON.stringify({ id, atMs }));
    writeFileSync(join(folder, 'result.json'), JSON.stringify({ verdict: id }));
    writeFileSync(join(folder, 'report.html'), `<p>${id}</p>`);
  }
  mkdirSync(join(control.directory, 'reports', 'half-written'));
  const list = (await (await control.ask('/api/reports')).json()) as readonly { id: string }[];
  assert.deepEqual(
    list.map(({ id }) => id),
    ['newer-drill', 'older-drill'],
  );
  assert.deepEqual(await (await control.ask('/api/reports/older-drill')).json(), { verdict: 'older-drill' });
  const page = await control.ask('/api/reports/newer-drill/page');
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
  assert.equal(await page.text(), '<p>newer-drill</p>');
  for (const id of ['..', '..%2f..', '%2e%2e%2fidentity.json', 'half-written', 'none', 'UPPER', 'a%00'])
    assert.equal((await control.ask(`/api/reports/${id}`)).status, 404, id);
});

test('a word to the controller goes to its function, if it is one it knows', async () => {
  const reply = {
    result: 'refused',
    because: 'not now',
    preconditions: [],
    ready: true,
    missing: [],
    memory: { phase: 'watch' },
  };
  await using control = await testControl({
    invoke: () => ({ Payload: Buffer.from(JSON.stringify(reply)) }),
  });
  const ask = (body: unknown): Promise<Response> => control.ask('/api/controller', { body });
  const answer = await (await ask({ region: 'us-west-2', command: 'failback', dryRun: true })).json();
  assert.deepEqual(answer, {
    result: 'refused',
    because: 'not now',
    preconditions: [],
    phase: 'watch',
    ready: true,
    missing: [],
  });
  const { Payload } = control.invoked[0]!.request.input as { Payload: Buffer };
  assert.deepEqual(JSON.parse(Payload.toString()), {
    command: 'failback',
    rescueExported: false,
    dryRun: true,
  });
  for (const body of [{}, { region: 'mars', command: 'status' }, { region: 'us-west-2', command: 'reboot' }])
    assert.equal((await ask(body)).status, 400, JSON.stringify(body));
  assert.equal(control.invoked.length, 1);
});

const DRILL = `
  const id = process.argv[process.argv.indexOf('--id') + 1];
  const say = (more) => console.log(JSON.stringify({ drill: 'region-loss', id, state: 'running', phases: {}, ...more }));
  console.log('a line for people');
  say({ step: 'losing', argv: process.argv.slice(1) });
  process.stdin.resume().on('end', () => process.exit(3));
`;

test('a drill is started from the list, one at a time, and says how far it is', async () => {
  const command = [process.execPath, '-e', DRILL, '--'];
  const drills = { command, catalogue: [{ name: 'region-loss', summary: 'a region is lost' }] };
  await using control = await testControl({ drills });
  const start = (body: unknown): Promise<Response> => control.ask('/api/drills', { body });
  assert.deepEqual(await (await control.ask('/api/drills')).json(), drills.catalogue);
  for (const body of [
    { drill: 'none' },
    { drill: 'region-loss', options: { fault: 'explode' } },
    { drill: 'region-loss', options: { directory: '/' } },
    { drill: 'region-loss', options: { region: '--keep' } },
  ])
    assert.equal((await start(body)).status, 400, JSON.stringify(body));
  const options = { fault: 'freeze', failback: false };
  assert.equal((await start({ drill: 'region-loss', options })).status, 200);
  assert.equal((await start({ drill: 'region-loss' })).status, 409);
  const progress = async (): Promise<NonNullable<Picture['drill']>> =>
    ((await (await control.ask('/api/picture')).json()) as Picture).drill!;
  const until = async (reached: (now: NonNullable<Picture['drill']>) => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (!reached(await progress())) {
      assert.ok(Date.now() < deadline, `in time; now ${JSON.stringify(await progress())}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until(({ step }) => step === 'losing');
  const { argv } = (await progress()) as unknown as { argv: string[] };
  assert.ok(argv.join(' ').includes('--fault freeze --no-failback'), argv.join(' '));
  await control.ask('/api/drills/stop', { body: {} });
  await until(({ state }) => state === 'broken');
});

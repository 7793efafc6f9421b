/** A timeline of any length, held by pages: what is asked for, and that nothing is counted twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRange, TimelineRecord } from '@understudy/engine/console';
import fc from 'fast-check';
import { eventParser } from '../src/live/event-stream.ts';
import { weightOf } from '../src/timeline/weight.ts';
import {
  matches,
  missingPages,
  NO_PAGES,
  PAGE,
  rowOf,
  withPage,
  withRecord,
} from '../src/timeline/window.ts';

const record = (id: number, event = 'task.started'): TimelineRecord => ({
  id,
  atMs: id * 1000,
  where: 'us-east-1',
  source: 'ecs',
  event,
  subject: `task/${id}`,
  because: 'Desired 3, running 2',
});
const range = (first: number, count: number, total: number): EventRange => ({
  events: Array.from({ length: count }, (_, n) => record(first + n)),
  lastId: total,
  total,
});

test('only pages that are in sight and not here are asked for', () => {
  const pages = withPage(NO_PAGES, 2, range(201, 50, 250));
  assert.deepEqual(missingPages(pages, 195, 249), [1]);
  assert.deepEqual(missingPages(pages, 200, 249), []);
  assert.deepEqual(missingPages(NO_PAGES, 0, 0), []);
  assert.equal(rowOf(pages, 249)?.id, 250);
  assert.equal(rowOf(pages, 0), undefined);
});

test('whatever order answers and streamed records come in, each record is there once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 * PAGE }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (start, steps) => {
        let held = start;
        let pages = NO_PAGES;
        const ask = (page: number, lastId: number): void => {
          const first = page * PAGE + 1;
          pages = withPage(
            pages,
            page,
            range(first, Math.max(0, Math.min(PAGE, lastId - first + 1)), lastId),
          );
        };
        ask(Math.floor((start - 1) / PAGE), start);
        for (const isAnswer of steps) {
          if (isAnswer) ask(Math.floor((held - 1) / PAGE), held);
          else pages = withRecord(pages, record(++held));
          assert.equal(pages.total, held);
        }
        pages = withRecord(pages, record(held));
        assert.equal(pages.total, held, 'a record that was told before is not counted');
        for (const page of missingPages(pages, 0, held - 1)) ask(page, held);
        for (let index = 0; index < held; index++) assert.equal(rowOf(pages, index)?.id, index + 1);
      },
    ),
  );
});

test('a filter means what it says', () => {
  const all = { text: '', where: '', event: '' };
  assert.ok(matches(record(1), all, null));
  assert.ok(matches(record(1), { ...all, text: 'DESIRED' }, null));
  assert.ok(matches(record(1), { ...all, event: 'task' }, null));
  assert.ok(!matches(record(1, 'tasks.started'), { ...all, event: 'task' }, null));
  assert.ok(!matches(record(1), { ...all, where: 'us-west-2' }, null));
  assert.ok(matches(record(5), all, { fromMs: 5000, toMs: 5000 }));
  assert.ok(!matches(record(5), all, { fromMs: 5001, toMs: 9000 }));
});

test('losses and changes of place stand out', () => {
  assert.equal(weightOf('region.lost'), 'loss');
  assert.equal(weightOf('cluster.failover-failed'), 'loss');
  assert.equal(weightOf('cluster.promoted'), 'change');
  assert.equal(weightOf('task.started'), 'plain');
});

test('server-sent events are the same however their bytes are cut', () => {
  const text =
    ': still here\n\nid: 7\nevent: record\ndata: {"a":\ndata: 1}\n\ndata: plain\n\nid: 8\ndata: unfinished';
  const expected = [
    { event: 'record', data: '{"a":\n1}', id: '7' },
    { event: 'message', data: 'plain', id: null },
  ];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 6 }), (cuts) => {
      const parse = eventParser();
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const events = places.slice(1).flatMap((end, index) => parse(text.slice(places[index], end)));
      assert.deepEqual(events, expected);
    }),
  );
  assert.deepEqual(eventParser()(text.replaceAll('\n', '\r\n')), expected);
});

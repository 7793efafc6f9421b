/** Lines on their way to CloudWatch Logs: batched, in order, and never in the guest's way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../time/clock.ts';
import { type LogWay, openLogStream } from './log-stream.ts';

interface Batch {
  readonly logEvents: readonly { readonly message: string; readonly timestamp: number }[];
}

function wayTo(put: (batch: Batch) => Promise<void> | void, create: () => void = () => {}): LogWay {
  const now = Date.now();
  return {
    clock: createClock({ realOriginMs: now, awsOriginMs: now, speed: 20 }),
    invoke: async <I, O>(_service: string, operation: string, input: I): Promise<O> => {
      if (operation === 'PutLogEvents') await put(input as Batch);
      else create();
      return {} as O;
    },
  };
}

const place = { group: '/g', stream: 's', createGroup: false };

async function until(what: string, look: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!look()) {
    if (Date.now() > deadline) assert.fail(`waited ${withinMs} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

test('lines arrive in order within about a second, without the empty ones', async () => {
  const batches: Batch[] = [];
  const stream = await openLogStream(
    wayTo((batch) => void batches.push(batch)),
    place,
  );
  for (const line of ['one', '', 'two', 'three']) stream.write(line);
  await until('the batch', () => batches.length > 0);
  assert.deepEqual(
    batches.map((batch) => batch.logEvents.map((event) => event.message)),
    [['one', 'two', 'three']],
  );
  await stream.close();
});

test('while the log service is stuck, writing goes on; the oldest lines are dropped, counted and said', async () => {
  let open!: () => void;
  const gate = new Promise<void>((done) => {
    open = done;
  });
  const messages: string[] = [];
  let first = true;
  const way = wayTo(async (batch) => {
    if (first) {
      first = false;
      await gate;
    }
    messages.push(...batch.logEvents.map((event) => event.message));
  });
  const stream = await openLogStream(way, place);
  for (let line = 0; line < 12_000; line++) stream.write(`line ${line}`);
  open();
  await until('the last line', () => messages.includes('line 11999'));
  const note = messages.find((message) => message.startsWith('[awslogs]'));
  assert.match(note ?? '', /^\[awslogs\] \d+ lines dropped/);
  const kept = messages.filter((message) => message.startsWith('line'));
  const dropped = Number(/\d+/.exec(note!)![0]);
  assert.equal(kept.length + dropped, 12_000);
  await stream.close();
});

test('a failed delivery is repeated, and closing does not wait for ever', async () => {
  const messages: string[] = [];
  let failures = 2;
  const stream = await openLogStream(
    wayTo((batch) => {
      if (failures-- > 0) throw new Error('not now');
      messages.push(...batch.logEvents.map((event) => event.message));
    }),
    place,
  );
  stream.write('kept');
  await until('the line', () => messages.length === 1);
  await stream.close();
  const dead = await openLogStream(
    wayTo(() => {
      throw new Error('never');
    }),
    place,
  );
  dead.write('lost');
  await dead.close();
});

test('a group that is not there is an error, a stream that is there is none', async () => {
  const failing = (name: string) => (): void => {
    throw Object.assign(new Error(name), { name });
  };
  await assert.rejects(
    openLogStream(
      wayTo(() => {}, failing('ResourceNotFoundException')),
      place,
    ),
    {
      name: 'ResourceNotFoundException',
    },
  );
  await openLogStream(
    wayTo(() => {}, failing('ResourceAlreadyExistsException')),
    { ...place, createGroup: true },
  );
});

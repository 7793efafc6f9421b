// An operator's command among others who write the same memory: while a region is lost a look takes 3 s, and the
// schedule's own ticks write every 2 or 3 s, which is when a command matters most.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Night } from './night.ts';
import { answer, beginNight, mindOf } from './night.ts';
import type { Procedure, Reply, Step } from './procedure.ts';
import { obeyCommand } from './procedure.ts';
import { noon, onTheBrink, onWatch } from './scene.ts';

const paceOf = (night: Night) => ({ startedAt: noon, remainingMs: () => noon + 60_000 - night.now });

/** Somebody else writes: a new version, nothing in it that an operator would mind. */
function writeMeanwhile(night: Night): void {
  assert.ok(night.cell);
  const { memory, etag } = night.cell;
  night.cell = { memory: { ...memory, peerOkAt: night.now }, etag: `${etag}'` };
}

/** `meanwhile` happens after a step has been asked and answered. */
function drive(night: Night, procedure: Procedure<Reply>, meanwhile: (step: Step, asked: number) => void) {
  const steps: Step[] = [];
  let asked = procedure.next();
  while (asked.done !== true) {
    steps.push(asked.value);
    const answered = answer(night, asked.value);
    meanwhile(asked.value, steps.filter(({ step }) => step === steps.at(-1)?.step).length);
    asked = procedure.next(answered);
  }
  return { reply: asked.value, steps, kinds: steps.map(({ step }) => step) };
}

test('a command loses a race: it reads the memory again, by itself, and tries again', () => {
  const night = beginNight(onWatch);
  const procedure = obeyCommand(mindOf(night), paceOf(night), { command: 'abandon' });
  const { reply, kinds } = drive(night, procedure, ({ step }, times) => {
    if (step === 'recall' && times === 1) writeMeanwhile(night);
  });
  assert.deepEqual(kinds.slice(0, 6), ['look', 'recall', 'save', 'pause', 'recall', 'save']);
  assert.equal(reply.result, 'done');
  assert.equal(night.cell?.memory.heldAt, noon + 200);
});

test('a look takes 3 s, others write every 1.5 to 4 s: every command is obeyed all the same', () => {
  const tookMs = { look: 3_000, recall: 120, save: 120, act: 120, pause: 0 };
  const check = (everyMs: number, offsetMs: number, command: 'abandon' | 'approve' | 'resume') => {
    const night = beginNight({ ...onTheBrink, heldAt: noon - 60_000 });
    let nextAt = noon + offsetMs;
    const { reply } = drive(night, obeyCommand(mindOf(night), paceOf(night), { command }), ({ step }) => {
      night.now += tookMs[step];
      for (; nextAt <= night.now; nextAt += everyMs) writeMeanwhile(night);
    });
    assert.notEqual(reply.result, 'refused', reply.because);
    const { heldAt = null, approvedAt = null } = night.cell?.memory ?? {};
    if (command === 'abandon') assert.ok(heldAt !== null && heldAt >= noon);
    else assert.equal(heldAt, null);
    if (command === 'approve') assert.ok(approvedAt !== null || night.moves.length === 1);
  };
  const commands = fc.constantFrom('abandon' as const, 'approve' as const, 'resume' as const);
  fc.assert(
    fc.property(fc.integer({ min: 1_500, max: 4_000 }), fc.integer({ min: 1, max: 4_000 }), commands, check),
  );
});

test('every race is lost: refused with the reason after ever longer pauses, and nothing is changed', () => {
  const night = beginNight(onWatch);
  const procedure = obeyCommand(mindOf(night), paceOf(night), { command: 'abandon' });
  const { reply, steps, kinds } = drive(night, procedure, ({ step }) => {
    if (step === 'recall') writeMeanwhile(night);
  });
  assert.equal(reply.result, 'refused');
  assert.equal(
    reply.because,
    'the memory was being written all the while (attempt 6); nothing was changed: ask again',
  );
  assert.equal(kinds.filter((kind) => kind === 'look').length, 1);
  const pauses = steps.flatMap((step) => (step.step === 'pause' ? step.seconds : []));
  assert.deepEqual(pauses, [0.2, 0.4, 0.8, 1.6, 3.2]);
  assert.equal(night.cell?.memory.heldAt, null);
});

test('a move is decided while the operator looks: it is looked at again, for the look does not show it', () => {
  const night = beginNight();
  const procedure = obeyCommand(mindOf(night), paceOf(night), { command: 'abandon' });
  const { reply, kinds } = drive(night, procedure, ({ step }, times) => {
    if (step !== 'look' || times > 1 || night.cell === null) return;
    night.requestedAt = night.now;
    const memory = { ...night.cell.memory, phase: 'failing-over' as const, requestedAt: night.now };
    night.cell = { memory, etag: 'decided' };
  });
  assert.deepEqual(kinds, ['look', 'recall', 'pause', 'look', 'recall']);
  assert.equal(reply.result, 'refused');
  assert.equal(reply.because, 'failing-over is running and cannot be taken back');
  assert.equal(night.cell?.memory.phase, 'failing-over');
});

test('frozen after the look for more than a minute: nothing is obeyed on what was seen then', () => {
  for (const [frozenAfter, looks] of [
    ['look', 2],
    ['recall', 1],
  ] as const) {
    const night = beginNight(onWatch);
    const procedure = obeyCommand(mindOf(night), paceOf(night), { command: 'abandon' });
    const { reply, kinds } = drive(night, procedure, ({ step }, times) => {
      if (step === frozenAfter && times === 1) night.now += 61_000;
    });
    assert.equal(kinds.filter((kind) => kind === 'look').length, looks);
    const { heldAt } = night.cell?.memory ?? {};
    assert.equal(heldAt, frozenAfter === 'look' ? noon + 61_000 : null);
    if (frozenAfter === 'recall') assert.match(reply.because, /^what was seen is 61000 ms old .*ask again$/);
  }
});

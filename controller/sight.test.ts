// A process that is frozen between two steps, and wakes with what it saw before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Night } from './night.ts';
import { answer, beginNight, mindOf } from './night.ts';
import { defaultPolicy } from './policy.ts';
import type { Procedure } from './procedure.ts';
import { tick } from './procedure.ts';
import { onTheBrink } from './scene.ts';

const minuteMs = 60_000;

/** Nothing has been counted yet. */
const forgotten = { ...onTheBrink, evidence: { ...onTheBrink.evidence, probeFails: 0, worldSaysSelf: 0 } };

/** Drives a procedure whose process is frozen after the steps that are named, as often as they are named. */
function thaw<T>(night: Night, procedure: Procedure<T>, frozenMs: number, frozenAfter: readonly string[]) {
  const kinds: string[] = [];
  const freezes = [...frozenAfter];
  let asked = procedure.next();
  while (asked.done !== true) {
    const { step } = asked.value;
    kinds.push(step);
    const answered = answer(night, asked.value);
    if (step === freezes[0]) {
      freezes.shift();
      night.now += frozenMs;
    }
    asked = procedure.next(answered);
  }
  return { kinds, value: asked.value };
}

test('frozen between looking and deciding: the old look is no evidence, one fresh look is one look', () => {
  const night = beginNight();
  const { kinds, value } = thaw(night, tick(mindOf(night)), 95_000, ['look']);
  assert.deepEqual(kinds.slice(0, 3), ['look', 'look', 'save']);
  assert.equal(value.undone, null);
  assert.equal(value.decision.problem, 'counting');
  const { probeFails, worldSaysSelf } = night.cell?.memory.evidence ?? {};
  assert.deepEqual([probeFails, worldSaysSelf], [1, 1]);
  assert.deepEqual(night.moves, []);
});

test('frozen after every look: the tick ends, nothing is counted, saved or done, and the log says why', () => {
  const night = beginNight();
  const lines: Readonly<Record<string, unknown>>[] = [];
  const { kinds, value } = thaw(night, tick(mindOf(night, lines)), 15_001, ['look', 'look']);
  assert.deepEqual(kinds, ['look', 'look']);
  assert.deepEqual([value.undone, value.outcomes], ['stale', []]);
  assert.equal(night.cell?.memory, onTheBrink);
  const because = 'what was seen is 15001 ms old; nothing is decided on it';
  assert.deepEqual(
    lines.map(({ message, undone, because }) => ({ message, undone, because })),
    [{ message: 'tick', undone: 'stale', because }],
  );
});

test('frozen after any looks for any time over a minute: only the fresh looks are counted, and it takes two', () => {
  const everyTick = fc.array(fc.constantFrom([], ['look'], ['look', 'look']), { minLength: 1, maxLength: 4 });
  const check = (frozenMs: number, ticks: readonly (readonly string[])[]) => {
    const night = beginNight(forgotten);
    const mind = mindOf(night);
    let freshLooks = 0;
    for (const frozenAfter of ticks) {
      const { kinds } = thaw(night, tick(mind), frozenMs, frozenAfter);
      freshLooks += kinds.filter((kind) => kind === 'look').length - frozenAfter.length;
      night.now += 3_000;
      const { worldSaysSelf = 0 } = night.cell?.memory.evidence ?? {};
      assert.ok(worldSaysSelf <= freshLooks, `${worldSaysSelf} counted of ${freshLooks} fresh looks`);
      if (freshLooks < defaultPolicy.ticksToAct) assert.deepEqual(night.moves, []);
    }
  };
  fc.assert(fc.property(fc.integer({ min: minuteMs + 1, max: 200_000 }), everyTick, check));
});

test('frozen between saving and acting for more than a minute: the writer is not moved on that look', () => {
  const night = beginNight();
  const { value } = thaw(night, tick(mindOf(night)), 61_000, ['save']);
  const promotion = value.outcomes.find(({ action }) => action.do === 'promote');
  assert.deepEqual([promotion?.ok, promotion?.why], [false, 'what was seen is 61000 ms old']);
  assert.deepEqual(night.moves, []);
});

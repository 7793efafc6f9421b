// The procedures by themselves, driven by hand in a scripted world: what is asked, in which order, and what becomes of a
// night in which the process dies between any two steps, before or after the effect of the first.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decide } from './decide.ts';
import type { Night } from './night.ts';
import { answer, beginNight, mindOf } from './night.ts';
import type { Mind, Procedure, Saved } from './procedure.ts';
import { tick, watch } from './procedure.ts';
import { noon, onWatch, wellSeen } from './scene.ts';

const minuteMs = 60_000;

interface Crash {
  /** Counted from 1, over the whole night. */
  readonly at: number;
  readonly effect: boolean;
}

/** null: the process died on the way. */
function drive<T>(night: Night, procedure: Procedure<T>, crash: Crash | null = null): T | null {
  let asked = procedure.next();
  while (asked.done !== true) {
    night.steps += 1;
    const dies = night.steps === crash?.at;
    if (dies && !crash.effect) return null;
    const answered = answer(night, asked.value);
    if (dies) return null;
    asked = procedure.next(answered);
  }
  return asked.value;
}

/** Five minutes of the schedule; a process that died is a new one at the next minute. */
function fiveMinutes(crash: Crash | null): Night {
  const night = beginNight();
  let mind = mindOf(night);
  for (let minute = 0; minute < 5; minute += 1) {
    const startedAt = noon + minute * minuteMs;
    night.now = startedAt;
    const pace = { startedAt, remainingMs: () => startedAt + minuteMs - night.now };
    if (drive(night, watch(mind, pace), crash) === null) mind = mindOf(night);
  }
  return night;
}

/** The kinds of steps a procedure takes, in order; of an act, what is done. */
function script(night: Night, procedure: Procedure<unknown>): readonly string[] {
  const kinds: string[] = [];
  let asked = procedure.next();
  while (asked.done !== true) {
    kinds.push(asked.value.step === 'act' ? asked.value.action.do : asked.value.step);
    asked = procedure.next(answer(night, asked.value));
  }
  return kinds;
}

test('a tick looks, saves its decision, acts, and saves what was achieved', () => {
  const night = beginNight();
  const steps = script(night, tick(mindOf(night)));
  assert.deepEqual(steps, ['look', 'save', 'raise-capacity', 'promote', 'tell', 'save']);
});

test('a decision that cannot be written down is not carried out', () => {
  for (const conflict of [true, false]) {
    const night = beginNight();
    const procedure = tick(mindOf(night));
    let asked = procedure.next();
    const acted: string[] = [];
    while (asked.done !== true) {
      const step = asked.value;
      if (step.step === 'act') acted.push(step.action.do);
      const refused: Saved = { saved: false, conflict, why: 'no' };
      asked = procedure.next(step.step === 'save' ? refused : answer(night, step));
    }
    assert.equal(asked.value.undone, conflict ? 'conflict' : null);
    assert.deepEqual(acted, conflict ? [] : ['publish']);
  }
});

test('a minute of ticks ends before the next invocation, and before Lambda’s own timeout', () => {
  for (const [timeoutMs, ticks] of [
    [60_000, 6],
    [35_000, 3],
    [9_000, 0],
  ] as const) {
    const night = beginNight(onWatch);
    const pace = { startedAt: noon, remainingMs: () => noon + timeoutMs - night.now };
    const calm: Mind = {
      ...mindOf(night),
      decide: (policy, remembered, _, now) => decide(policy, remembered, wellSeen, now),
    };
    assert.equal(drive(night, watch(calm, pace))?.ticks, ticks);
    assert.ok(night.now - noon < 55_000);
  }
});

test('a line is made for whoever listens, and for nobody else', () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const night = beginNight();
  drive(night, tick(mindOf(night, lines)));
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['transition', 'tick'],
  );
});

test('a crash at any step, before or after its effect, changes nothing of the outcome', () => {
  const outcome = ({ cell, moves, min, latch, told }: Night) => {
    const { phase, moved, epoch, capacity, unsent } = cell?.memory ?? {};
    return { phase, moved, epoch, capacity, unsent, moves, min, latch, told: [...told].sort() };
  };
  const planned = fiveMinutes(null);
  assert.deepEqual(outcome(planned), {
    phase: 'moved',
    moved: true,
    epoch: 1,
    capacity: { former: { min: 2, max: 10 }, wanted: 4, raised: true },
    unsent: [],
    moves: ['promote'],
    min: 4,
    latch: 1,
    told: ['understudy: fail-over to us-west-2 has begun', 'understudy: the writer is in us-west-2'],
  });
  assert.ok(planned.steps > 100, `${planned.steps} steps`);
  for (let at = 1; at <= planned.steps; at += 1)
    for (const effect of [false, true]) {
      const where = `crash at step ${at} of ${planned.steps}, ${effect ? 'after' : 'before'} its effect`;
      assert.deepEqual(outcome(fiveMinutes({ at, effect })), outcome(planned), where);
    }
});

test('nothing behind the door reaches a socket, a timer or a clock', () => {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    assert.doesNotMatch(text, /Date\.now|setTimeout|setInterval|Math\.random|\basync\b|\bfetch\(/, file);
    for (const [, name = ''] of text.matchAll(/^(?:import|export) [^;]*? from '([^']+)';/gm)) {
      assert.match(name, /^\.\/[a-z-]+\.ts$/, `${file} imports ${name}`);
      follow(name);
    }
  };
  follow('./procedure.ts');
  assert.ok(reached.has('./tick.ts') && reached.has('./problems-watching.ts'), [...reached].join(', '));
});

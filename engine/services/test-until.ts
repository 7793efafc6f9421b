/** Waiting in a service's test: for a condition, with a deadline, saying what it waited for. */
import assert from 'node:assert/strict';

/** Gives what was found once it is truthy. The deadline is real time. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found as Exclude<T, false | undefined>;
    assert.ok(performance.now() < deadline, `waited ${withinMs} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

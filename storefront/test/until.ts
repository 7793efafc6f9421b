// Waiting for a condition, with a deadline and a name for what did not come.

import { setTimeout as pause } from 'node:timers/promises';

/** Tries until `attempt` gives something truthy; a throw counts as "not yet" and is told at the deadline. */
export async function until<T>(what: string, deadlineMs: number, attempt: () => T | Promise<T>): Promise<T> {
  const endsAt = performance.now() + deadlineMs;
  let last: unknown = 'it was not so';
  while (performance.now() < endsAt) {
    try {
      const value = await attempt();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await pause(25);
  }
  throw new Error(`not within ${deadlineMs} ms: ${what} (last seen: ${String(last)})`);
}

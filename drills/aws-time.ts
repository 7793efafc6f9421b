/** The system's clock, read from outside: AWS time from the setting that all its processes share. */
import type { ControlledSystem } from '@understudy/engine/client';

export interface AwsTime {
  readonly speed: number;
  now(): number;
  /** Waits AWS milliseconds. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  real(ms: number): number;
  /** Asks until it is so; rejects with what it still waited for after the deadline (AWS ms). */
  until<T>(
    what: string,
    ask: () => Promise<T | undefined> | T | undefined,
    deadlineMs: number,
    everyMs?: number,
  ): Promise<T>;
}

export async function awsTimeOf(system: ControlledSystem): Promise<AwsTime> {
  const { clock } = await system.system();
  const { speed } = clock;
  const now = (): number => clock.awsOriginMs + (Date.now() - clock.realOriginMs) * speed;
  const wait: AwsTime['wait'] = (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms / speed);
      signal?.addEventListener('abort', done, { once: true });
    });
  return {
    speed,
    now,
    wait,
    real: (ms) => ms / speed,
    until: async (what, ask, deadlineMs, everyMs = 1000) => {
      const deadline = now() + deadlineMs;
      let trouble = '';
      for (;;) {
        try {
          const found = await ask();
          if (found !== undefined) return found;
          trouble = '';
        } catch (error) {
          trouble = ` (${(error as Error).message})`;
        }
        if (now() > deadline)
          throw new Error(`waited ${Math.round(deadlineMs / 1000)} s of AWS time for ${what}${trouble}`);
        await wait(everyMs);
      }
    },
  };
}

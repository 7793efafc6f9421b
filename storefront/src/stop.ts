// Leaving without dropping anything. ECS takes the task out of the load balancer before it sends SIGTERM,
// but connections and requests may still be on their way: they are served, each answer asks for its
// connection to be closed, and when nothing has come for a moment, or the time is up, the door closes.

import type { Logger } from 'pino';

export interface StopLimits {
  readonly quietMs: number;
  readonly drainMs: number;
  readonly exitMs: number;
}

/** Well within the 30 s that ECS waits by default before SIGKILL. */
export const stopLimits: StopLimits = { quietMs: 1_000, drainMs: 12_000, exitMs: 25_000 };

export interface Stoppable {
  /** Requests that are being answered now, and when the last one came or went. */
  readonly traffic: () => { readonly open: number; readonly lastMovedAtMs: number };
  readonly close: () => Promise<void>;
}

export interface Stop {
  readonly stopping: () => boolean;
}

export function stopOnSignal(parts: Stoppable, limits: StopLimits, log: Logger): Stop {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    const startedAt = performance.now();
    log.info({ signal }, 'stopping: serving what still comes');
    setTimeout(() => {
      log.warn({ open: parts.traffic().open }, 'stopping took too long; leaving now');
      process.exit(0);
    }, limits.exitMs).unref();
    const poll = setInterval(() => {
      const now = performance.now();
      const { open, lastMovedAtMs } = parts.traffic();
      const quiet = open === 0 && now - Math.max(lastMovedAtMs, startedAt) >= limits.quietMs;
      if (!quiet && now - startedAt < limits.drainMs) return;
      clearInterval(poll);
      void parts.close().then(() => {
        log.info({ ms: Math.round(performance.now() - startedAt) }, 'stopped');
        process.exit(0);
      });
    }, 50);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return { stopping: () => stopping };
}

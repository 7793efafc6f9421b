// Load shedding: a task that has as much to do as it can finish in time refuses more at once, cheaply, so
// that what it has taken on and its health checks are still answered. Without it, an overloaded task misses
// its health check, the load balancer gives its share to the others, and they go the same way, one after the
// other, for good (Amazon Builders' Library, "Using load shedding to avoid overload"). Fastify's own
// @fastify/under-pressure watches the event loop and the heap but does not count requests, and a task that
// waits for a slow database has an idle event loop.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

export interface SheddingLimits {
  readonly maxInFlight: number;
  readonly loopDelayLimitMs: number;
}

export interface Load {
  readonly inFlight: number;
  readonly writesInFlight: number;
  readonly loopDelayMs: number;
}

export type ShedReason = 'event-loop-late' | 'requests-in-flight' | 'writes-in-flight';

export interface Shedding {
  readonly wasShed: (request: FastifyRequest) => boolean;
}

/** How late timers may be: far above any collection of garbage, far below a health check's 5 s. */
export const loopDelayLimitMs = 1_000;

const beatMs = 100;
const alwaysAnswered: ReadonlySet<string | undefined> = new Set(['/health', '/health/region']);

/** Writes get half of the places, so that a frozen writer does not take the catalogue with it. */
export function reasonToShed(load: Load, write: boolean, limits: SheddingLimits): ShedReason | null {
  if (load.loopDelayMs > limits.loopDelayLimitMs) return 'event-loop-late';
  if (load.inFlight >= limits.maxInFlight) return 'requests-in-flight';
  if (write && load.writesInFlight >= Math.ceil(limits.maxInFlight / 2)) return 'writes-in-flight';
  return null;
}

interface Place {
  readonly write: boolean;
  open: boolean;
  working: boolean;
  left: boolean;
}

export function shedLoad(
  app: FastifyInstance,
  limits: SheddingLimits,
  onShed: (reason: ShedReason, load: Load) => void,
): Shedding {
  const places = new WeakMap<FastifyRequest, Place>();
  const shed = new WeakSet<FastifyRequest>();
  const loopDelayMs = watchLoop(app);
  let inFlight = 0;
  let writesInFlight = 0;

  const enter = (write: boolean): Place => {
    inFlight += 1;
    if (write) writesInFlight += 1;
    return { write, open: true, working: false, left: false };
  };
  /** The work of a request whose client has gone still loads the database: it keeps its place until done. */
  const leave = (place: Place) => {
    if (place.open || place.working || place.left) return;
    place.left = true;
    inFlight -= 1;
    if (place.write) writesInFlight -= 1;
  };

  app.addHook('onRequest', (request, reply, done) => {
    if (alwaysAnswered.has(request.routeOptions.url)) return done();
    const write = request.method === 'POST';
    const load = { inFlight, writesInFlight, loopDelayMs: loopDelayMs() };
    const reason = reasonToShed(load, write, limits);
    if (reason !== null) {
      shed.add(request);
      onShed(reason, load);
      return done(
        new Problem('overloaded', 'More is asked than can be answered in time. Try again shortly.'),
      );
    }
    const place = enter(write);
    places.set(request, place);
    reply.raw.once('close', () => {
      place.open = false;
      leave(place);
    });
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    const place = places.get(request);
    if (place !== undefined) place.working = true;
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    const place = places.get(request);
    if (place !== undefined) {
      place.working = false;
      leave(place);
    }
    done(null, payload);
  });
  return { wasShed: (request) => shed.has(request) };
}

/** How late the last beat came, or how overdue the next one is: known even before the timer gets its turn. */
function watchLoop(app: FastifyInstance): () => number {
  let lastBeatAtMs = performance.now();
  let lastDelayMs = 0;
  const overdueMs = () => performance.now() - lastBeatAtMs - beatMs;
  const beat = setInterval(() => {
    lastDelayMs = overdueMs();
    lastBeatAtMs = performance.now();
  }, beatMs);
  beat.unref();
  app.addHook('onClose', async () => clearInterval(beat));
  return () => Math.max(0, lastDelayMs, overdueMs());
}

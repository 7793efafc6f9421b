/**
 * Clients. They send at a steady rate whatever comes back (an open loop, so that an outage is not hidden by
 * clients that wait), try a refused or failed order again with the same key as a careful client does, and
 * write everything they are told into the ledger. Rates are per second of real time: they are load.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AwsTime } from './aws-time.ts';
import type { FrontDoor, Reply } from './front-door.ts';
import type { Ledger, Outcome } from './ledger.ts';

export interface TrafficOptions {
  /** What can be ordered; see `catalogueOf`. */
  readonly products: readonly string[];
  readonly ordersPerSecond: number;
  readonly readsPerSecond: number;
}

export interface Traffic {
  /** Sends no new orders or reads; retries of what is open go on until answered or until the deadline (AWS ms). */
  finish(deadlineMs: number): Promise<void>;
  stop(): void;
}

/** How long a client waits for an answer: AWS time, but never less than this machine may need. */
const PATIENCE_MS = 15_000;
const LEAST_PATIENCE_REAL_MS = 2_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 20_000;
/** Orders that are tried again and again; a client beyond them gives up after its first attempt. */
const MAX_PATIENT = 600;
/** Requests under way at once, of a kind: reads are asked however many orders wait. */
const MAX_UNDER_WAY = 300;
const TICK_REAL_MS = 10;

export function startTraffic(
  door: FrontDoor,
  ledger: Ledger,
  time: AwsTime,
  options: TrafficOptions,
): Traffic {
  const patienceMs = Math.max(time.real(PATIENCE_MS), LEAST_PATIENCE_REAL_MS);
  const ending = new AbortController();
  const open = new Set<Promise<void>>();
  const underWay = { write: 0, read: 0 };
  let patient = 0;
  let accepting = true;
  let sent = 0;
  let recentOrder: string | undefined;

  const exchange = async (
    kind: 'write' | 'read',
    key: string | undefined,
    request: Parameters<FrontDoor['send']>[0],
  ): Promise<Reply | undefined> => {
    const startedMs = time.now();
    let reply: Reply | undefined;
    underWay[kind] += 1;
    try {
      reply = await door.send(request);
    } catch {
      // No answer: a refused or broken connection, or silence for longer than a client waits.
    } finally {
      underWay[kind] -= 1;
    }
    const servedBy = reply?.servedBy?.split('/')[0];
    ledger.attempt({
      kind,
      startedMs,
      endedMs: time.now(),
      outcome: outcomeOf(kind, reply),
      status: reply?.status ?? 0,
      ...(servedBy !== undefined && { servedBy }),
      ...(key !== undefined && { key }),
    });
    return reply;
  };

  const placeOrder = async (edge: number): Promise<void> => {
    const key = randomUUID();
    const body = {
      customer: `client-${edge}`,
      items: [{ productId: options.products[edge % options.products.length], quantity: 1 }],
    };
    ledger.sent(key, time.now());
    const isPatient = patient < MAX_PATIENT;
    patient += isPatient ? 1 : 0;
    for (let attempt = 0; !ending.signal.aborted; attempt++) {
      const reply = await exchange('write', key, {
        edge,
        method: 'POST',
        path: '/api/orders',
        headers: { 'idempotency-key': key },
        body,
        deadlineMs: patienceMs,
      });
      if (reply && outcomeOf('write', reply) === 'ok') {
        const { id } = reply.body as { id: string };
        ledger.acknowledged(key, time.now(), id, reply.servedBy?.split('/')[0]);
        recentOrder = id;
        break;
      }
      // A 4xx is an answer that a repeat will not change.
      if (!isPatient || (reply && reply.status >= 400 && reply.status < 500)) break;
      const least = reply?.retryAfterSeconds ? reply.retryAfterSeconds * 1000 : FIRST_RETRY_MS;
      const backOffMs = Math.min(least * 2 ** attempt, LAST_RETRY_MS);
      await time.wait(backOffMs * (0.75 + Math.random() / 2), ending.signal);
    }
    patient -= isPatient ? 1 : 0;
  };

  const readSomething = async (edge: number): Promise<void> => {
    const path = edge % 2 && recentOrder ? `/api/orders/${recentOrder}` : `/api/region?client=${edge}`;
    await exchange('read', undefined, { edge, method: 'GET', path, deadlineMs: patienceMs });
  };

  const begin = (work: Promise<void>): void => {
    const one = work.finally(() => open.delete(one));
    open.add(one);
  };
  const startedAt = performance.now();
  let orders = 0;
  let reads = 0;
  const timer = setInterval(() => {
    if (!accepting) return;
    const seconds = (performance.now() - startedAt) / 1000;
    for (; orders < seconds * options.ordersPerSecond; orders++)
      if (underWay.write < MAX_UNDER_WAY) begin(placeOrder(sent++));
    for (; reads < seconds * options.readsPerSecond; reads++)
      if (underWay.read < MAX_UNDER_WAY) begin(readSomething(sent++));
  }, TICK_REAL_MS);

  const stop = (): void => {
    accepting = false;
    clearInterval(timer);
    ending.abort();
  };
  return {
    finish: async (deadlineMs) => {
      accepting = false;
      clearInterval(timer);
      const late = setTimeout(() => ending.abort(), time.real(deadlineMs));
      while (open.size) await Promise.allSettled(open);
      clearTimeout(late);
      stop();
    },
    stop,
  };
}

/** Real time: a busy machine may answer the first questions with 503 and a wish to be asked later. */
const CATALOGUE_DEADLINE_MS = 20_000;
const ASK_AGAIN_MS = 500;

/** Product ids, as a client finds them out. */
export async function catalogueOf(door: FrontDoor): Promise<readonly string[]> {
  const until = Date.now() + CATALOGUE_DEADLINE_MS;
  for (;;) {
    const reply = await door.send({ edge: 0, method: 'GET', path: '/api/products', deadlineMs: 10_000 });
    const { products = [] } = (reply.body ?? {}) as { products?: readonly { readonly id: string }[] };
    if (products.length) return products.map(({ id }) => id);
    if (Date.now() > until)
      throw new Error(`the catalogue is empty (GET /api/products answered ${reply.status})`);
    await delay(ASK_AGAIN_MS);
  }
}

/** To a read a 404 is an answer: the application and its database work. A write is accepted or it is not. */
function outcomeOf(kind: 'write' | 'read', reply: Reply | undefined): Outcome {
  if (!reply) return 'failed';
  if (reply.status === 503) return 'refused';
  return reply.status < (kind === 'write' ? 300 : 500) ? 'ok' : 'failed';
}

/**
 * Replication as it runs: a few entries of the queue at a time for each destination, each key in order, until
 * the queue is empty. What a loss of this process interrupts is still on the queue when it comes back; what a
 * cut interrupts is tried again with growing pauses.
 */
import type { ServiceContext } from '../contract.ts';
import { type ReplicationOutcome, waitMs } from './replication-outcome.ts';
import type { Pending } from './replication-queue.ts';
import { createSender } from './replication-sender.ts';
import type { Storage } from './storage.ts';

export interface Replication {
  /** There is something new on the queue. */
  wake(): void;
  stop(): void;
  /** Objects that the other side refused for good, since the start. */
  failures(): number;
  /** Latencies (ms of AWS time) of what arrived since the last call, by rule. */
  takeLatencies(): readonly Latency[];
}

export interface Latency {
  readonly bucket: string;
  readonly destination: string;
  readonly ruleId: string;
  readonly latencyMs: number;
}

const CONCURRENCY = 8;

interface Destination {
  readonly name: string;
  readonly inFlight: Set<number>;
  /** Failures of the destination as a whole, in a row. */
  failures: number;
  notBeforeMs: number;
  /** What had waited for it is being sent; said when the last has arrived. */
  catchingUp: boolean;
  /** A timer that will pump again. */
  timer: { stop(): void } | undefined;
}

export function startReplication(context: ServiceContext, storage: Storage): Replication {
  const { clock, journal } = context;
  const { queue, database } = storage;
  const sender = createSender(context, storage);
  const stopped = new AbortController();
  const destinations = new Map<string, Destination>();
  let latencies: Latency[] = [];
  let waking = false;
  let failures = 0;

  const destinationOf = (name: string): Destination => {
    let found = destinations.get(name);
    if (!found) {
      found = { name, inFlight: new Set(), failures: 0, notBeforeMs: 0, catchingUp: false, timer: undefined };
      destinations.set(name, found);
    }
    return found;
  };

  const pump = (destination: Destination): void => {
    if (stopped.signal.aborted) return;
    const now = clock.now();
    const { inFlight } = destination;
    if (now < destination.notBeforeMs) {
      pumpAt(destination, destination.notBeforeMs);
      return;
    }
    // After a failure one entry tries the way for all.
    const room = (destination.failures > 0 ? 1 : CONCURRENCY) - inFlight.size;
    if (room <= 0) return;
    const due = queue.due(destination.name, now, room + inFlight.size);
    for (const pending of due.filter(({ id }) => !inFlight.has(id)).slice(0, room)) {
      inFlight.add(pending.id);
      void attempt(destination, pending);
    }
    const next = inFlight.size === 0 ? queue.nextDueMs(destination.name, now) : undefined;
    if (next !== undefined) pumpAt(destination, next);
  };

  const pumpAt = (destination: Destination, atMs: number): void => {
    destination.timer?.stop();
    destination.timer = clock.after(Math.max(atMs - clock.now(), 0) + 1, () => pump(destination));
  };

  const attempt = async (destination: Destination, pending: Pending): Promise<void> => {
    try {
      const outcome = await sender.send(pending, stopped.signal);
      if (stopped.signal.aborted) return;
      await settle(destination, pending, outcome);
    } catch (error) {
      if (stopped.signal.aborted) return;
      // The disk refused: the entry is where it was, and the replica knows its version id.
      destination.notBeforeMs = clock.now() + waitMs(1, context.random());
      journal.record({
        event: 'replication.not-recorded',
        subject: `${pending.bucket}/${pending.key}`,
        because: (error as Error).message,
      });
    }
    destination.inFlight.delete(pending.id);
    pump(destination);
  };

  const settle = async (
    destination: Destination,
    pending: Pending,
    outcome: ReplicationOutcome,
  ): Promise<void> => {
    switch (outcome.outcome) {
      case 'replicated':
        reached(destination);
        await finish(storage, pending, 'COMPLETED');
        latencies.push({ ...pending, latencyMs: clock.now() - pending.enqueuedMs });
        caughtUp(destination);
        return;
      case 'dropped':
        return await finish(storage, pending, undefined);
      case 'failed':
        failures += 1;
        reached(destination);
        journal.record({
          event: 'replication.failed',
          subject: `${pending.bucket}/${pending.key} → ${pending.destination}`,
          because: outcome.because,
        });
        return await finish(storage, pending, 'FAILED');
      case 'again': {
        reached(destination);
        const attempts = pending.attempts + 1;
        const dueMs = clock.now() + waitMs(attempts, context.random());
        return await database.commit(() => queue.postpone(pending.id, attempts, dueMs));
      }
      case 'unreachable':
        return away(destination, outcome.because);
    }
  };

  const away = (destination: Destination, because: string): void => {
    // Entries that were under way together count once.
    if (clock.now() < destination.notBeforeMs) return;
    destination.failures++;
    destination.notBeforeMs = clock.now() + waitMs(destination.failures, context.random());
    if (destination.failures > 1) return;
    journal.record({
      event: 'replication.destination-unreachable',
      subject: destination.name,
      because,
      data: { pending: queue.count(destination.name) },
    });
  };

  const reached = (destination: Destination): void => {
    if (destination.failures === 0) return;
    destination.failures = 0;
    const pending = queue.count(destination.name);
    journal.record({
      event: 'replication.destination-reachable',
      subject: destination.name,
      because: `answers again; ${pending} waited for it`,
      data: { pending },
    });
    destination.catchingUp = pending > 1;
  };

  const caughtUp = (destination: Destination): void => {
    if (!destination.catchingUp || queue.count(destination.name) > 0) return;
    destination.catchingUp = false;
    journal.record({
      event: 'replication.backlog-cleared',
      subject: destination.name,
      because: 'everything that waited has arrived',
      data: { pending: 0 },
    });
  };

  return {
    failures: () => failures,
    wake: () => {
      if (waking) return;
      waking = true;
      // After the transaction that is being written: only then are the entries to be seen by everybody.
      setImmediate(() => {
        waking = false;
        if (stopped.signal.aborted) return;
        for (const name of queue.destinations()) pump(destinationOf(name));
      });
    },
    stop: () => {
      stopped.abort(new Error('the service stops'));
      for (const { timer } of destinations.values()) timer?.stop();
    },
    takeLatencies: () => {
      const taken = latencies;
      latencies = [];
      return taken;
    },
  };
}

/** COMPLETED once the last destination has it; FAILED stays FAILED. */
function finish(
  storage: Storage,
  pending: Pending,
  status: 'COMPLETED' | 'FAILED' | undefined,
): Promise<void> {
  const { bucket, key, versionId } = pending;
  return storage.database.commit(() => {
    storage.queue.done(pending.id, status === 'COMPLETED');
    const version = storage.versions.find(bucket, key, versionId);
    if (!version || version.replication === 'REPLICA' || version.replication === 'FAILED') return;
    if (status === 'FAILED') return storage.versions.amend(version, { replication: 'FAILED' });
    if (storage.queue.of(bucket, key, versionId).length === 0)
      storage.versions.amend(version, { replication: 'COMPLETED' });
  });
}

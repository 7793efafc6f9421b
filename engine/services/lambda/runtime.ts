/**
 * Invocations: finds or starts an execution environment for each, writes the platform's log lines, and keeps
 * asynchronous events until they are delivered. At most one environment per function stays warm for a
 * minute and a half, any further one for ten seconds: memory is one machine's.
 */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { type Environment, failure, type Outcome, startEnvironment } from './environment.ts';
import { invocationMetrics, publishMetrics, throttleMetric } from './metrics.ts';
import { type AcceptedEvent, defaultEventInvoke, type FunctionRecord, type LambdaRecords } from './model.ts';
import { endLines, startLine } from './platform-log.ts';
import { afterAttempt, isTooOld } from './retries.ts';

export interface Invoked extends Outcome {
  readonly requestId: string;
  readonly tail: string;
}

export interface Runtime {
  /** Throws TooManyRequestsException when no environment may be started. */
  invoke(record: FunctionRecord, payload: string): Promise<Invoked>;
  /** Accepts an event for later; returns its request id. */
  enqueue(record: FunctionRecord, payload: string): string;
  /** Code or settings changed: environments of earlier revisions end when they are free. */
  retire(functionName: string): void;
  environmentCount(): number;
  start(): void;
  stop(): Promise<void>;
}

interface Pool {
  readonly idle: { readonly environment: Environment; readonly timer: { stop(): void } }[];
  busy: number;
}

const FIRST_WARM_MS = 90_000;
const FURTHER_WARM_MS = 10_000;
/** Environments hold credentials for twelve hours and are replaced before those end. */
const LONGEST_LIFE_MS = 10 * 3600_000;
/** Unreserved concurrency of one function; AWS shares 1,000 among all of an account's. */
const UNRESERVED_CONCURRENCY = 20;

export function createRuntime(context: ServiceContext, records: LambdaRecords): Runtime {
  const pools = new Map<string, Pool>();
  const all = new Set<Environment>();
  const timers = new Map<string, { stop(): void }>();
  let closing = false;

  const poolOf = (name: string): Pool => {
    let pool = pools.get(name);
    if (!pool) {
      pool = { idle: [], busy: 0 };
      pools.set(name, pool);
    }
    return pool;
  };

  const end = async (environment: Environment): Promise<void> => {
    all.delete(environment);
    await environment.end();
  };

  const take = async (
    record: FunctionRecord,
    pool: Pool,
  ): Promise<{ environment: Environment; cold: boolean }> => {
    for (let held = pool.idle.pop(); held; held = pool.idle.pop()) {
      held.timer.stop();
      if (held.environment.alive() && held.environment.revisionId === record.revisionId)
        return { environment: held.environment, cold: false };
      void end(held.environment);
    }
    const environment = await startEnvironment(context, record);
    all.add(environment);
    return { environment, cold: true };
  };

  const give = (record: FunctionRecord, pool: Pool, environment: Environment): void => {
    const current = records.functions.get(record.name);
    const old = context.clock.now() - environment.startedAtMs > LONGEST_LIFE_MS;
    if (closing || old || !environment.alive() || current?.revisionId !== environment.revisionId) {
      void end(environment);
      return;
    }
    const warmMs = pool.idle.length === 0 ? FIRST_WARM_MS : FURTHER_WARM_MS;
    const entry = {
      environment,
      timer: context.clock.after(warmMs, () => {
        pool.idle.splice(pool.idle.indexOf(entry), 1);
        void end(environment);
      }),
    };
    pool.idle.push(entry);
  };

  const invoke = async (record: FunctionRecord, payload: string, requestId: string): Promise<Invoked> => {
    const pool = poolOf(record.name);
    const limit = record.reservedConcurrency ?? UNRESERVED_CONCURRENCY;
    if (pool.busy >= limit) {
      publishMetrics(context, [throttleMetric(record.name, context.clock.now())]);
      throw tooMany(record, limit);
    }
    pool.busy++;
    const count = (beganMs: number, ok: boolean): void => {
      const endedMs = context.clock.now();
      publishMetrics(context, invocationMetrics({ functionName: record.name, beganMs, endedMs, ok }));
    };
    try {
      const askedMs = context.clock.now();
      const taken = await take(record, pool).catch((error: unknown) => error as Error);
      if (taken instanceof Error) {
        // An AWS error (code that is not an asset, say) is the caller's; anything else is the environment's.
        if (taken instanceof AwsError) throw taken;
        count(askedMs, false);
        return { ...failure('Runtime.InvalidEntrypoint', taken.message), requestId, tail: '' };
      }
      const { environment, cold } = taken;
      const initMs = cold ? await environment.ready() : undefined;
      const beganMs = context.clock.now();
      environment.logs.write(startLine(record, requestId, beganMs));
      const outcome = await environment.invoke(requestId, JSON.parse(payload));
      count(beganMs, outcome.ok);
      for (const line of endLines(record, requestId, beganMs, context.clock.now(), {
        outcome,
        initMs,
        memoryMiB: environment.memoryMiB(),
      }))
        environment.logs.write(line);
      const tail = environment.tail();
      give(record, pool, environment);
      return { ...outcome, requestId, tail };
    } finally {
      pool.busy--;
    }
  };

  const plan = (event: AcceptedEvent): void => {
    timers.get(event.requestId)?.stop();
    const wait = Math.max(0, event.nextAtMs - context.clock.now());
    timers.set(
      event.requestId,
      context.clock.after(wait, () => void deliver(event)),
    );
  };

  const deliver = async (event: AcceptedEvent): Promise<void> => {
    timers.delete(event.requestId);
    const record = records.functions.get(event.functionName);
    if (closing) return;
    if (!record) {
      records.events.delete(event.requestId);
      return;
    }
    const settings = record.eventInvoke ?? defaultEventInvoke;
    if (isTooOld(event, settings, context.clock.now())) {
      drop(record, event, `it is older than ${settings.maximumEventAgeSeconds} s`);
      return;
    }
    let attempt: 'done' | 'failed' | 'throttled';
    try {
      attempt = (await invoke(record, event.payload, event.requestId)).ok ? 'done' : 'failed';
    } catch (error) {
      attempt = error instanceof AwsError && error.httpStatus === 429 ? 'throttled' : 'failed';
    }
    if (closing) return;
    if (attempt === 'done') {
      records.events.delete(event.requestId);
      return;
    }
    const next = afterAttempt(event, attempt, settings, context.clock.now());
    if (next.step === 'retry') {
      records.events.put(event.requestId, next.event);
      plan(next.event);
      return;
    }
    drop(
      record,
      event,
      `${attempt === 'failed' ? 'the invocation failed' : 'no environment was free'}: ${next.because}`,
    );
  };

  const drop = (record: FunctionRecord, event: AcceptedEvent, because: string): void => {
    records.events.delete(event.requestId);
    context.journal.record({
      event: 'event.dropped',
      subject: record.arn,
      because,
      data: { requestId: event.requestId },
    });
  };

  return {
    invoke: (record, payload) => invoke(record, payload, randomUUID()),
    enqueue: (record, payload) => {
      const now = context.clock.now();
      const event: AcceptedEvent = {
        requestId: randomUUID(),
        functionName: record.name,
        payload,
        acceptedAtMs: now,
        failures: 0,
        throttles: 0,
        nextAtMs: now,
      };
      records.events.put(event.requestId, event);
      plan(event);
      return event.requestId;
    },
    retire: (name) => {
      const pool = pools.get(name);
      if (!pool) return;
      for (const { environment, timer } of pool.idle.splice(0)) {
        timer.stop();
        void end(environment);
      }
    },
    environmentCount: () => all.size,
    start: () => {
      for (const event of records.events.values()) plan(event);
    },
    stop: async () => {
      closing = true;
      for (const timer of timers.values()) timer.stop();
      for (const pool of pools.values()) for (const { timer } of pool.idle) timer.stop();
      await Promise.all([...all].map((environment) => environment.end()));
    },
  };
}

function tooMany(record: FunctionRecord, limit: number): AwsError {
  return new AwsError(
    'TooManyRequestsException',
    `Rate Exceeded: ${record.name} may run ${limit} times at once and does.`,
    429,
    {
      Reason:
        record.reservedConcurrency === undefined
          ? 'ConcurrentInvocationLimitExceeded'
          : 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
    },
  );
}

// Jobs for worker threads, one job a worker at a time, handed out in order as workers get free. Replies are counted in
// the order of the jobs, whatever order they arrive in, and a stop takes effect at a job, not at a moment: what comes
// out does not depend on how many workers there are or how fast each is.

import { Worker } from 'node:worker_threads';

export interface Pool<Job, Reply> {
  readonly script: URL;
  readonly workerData: unknown;
  readonly workers: number;
  readonly jobs: readonly Job[];
  /** How an error names a job. */
  nameOf(job: Job): string;
  /** As soon as a reply is there, in any order. */
  arrived(reply: Reply, job: Job): void;
  /** In the order of the jobs; `stop`: nothing after this one counts. */
  counted(reply: Reply, job: Job): 'go on' | 'stop';
  /** What has arrived is counted, with gaps; nothing more is begun. */
  readonly signal: AbortSignal | undefined;
}

/** What a worker answers to a job. */
export type Answer<Reply> = { readonly reply: Reply } | { readonly failed: string };

export type Ending = 'complete' | 'stopped' | 'aborted';

export async function work<Job, Reply>(pool: Pool<Job, Reply>): Promise<Ending> {
  if (pool.jobs.length === 0) return 'complete';
  if (pool.signal?.aborted) return 'aborted';
  const ledger = createLedger(pool);
  const { promise, resolve, reject } = Promise.withResolvers<Ending>();
  const hall: Hall = {
    over: false,
    end: (ending) => {
      hall.over = true;
      if (ending instanceof Error) reject(ending);
      else resolve(ending);
    },
  };
  const abort = (): void => {
    if (!hall.over) ledger.countWithGaps();
    hall.end('aborted');
  };
  pool.signal?.addEventListener('abort', abort, { once: true });
  const threads = Array.from({ length: Math.min(pool.workers, pool.jobs.length) }, () => {
    // Runs leave much that is young behind: a larger nursery halves the time of collecting it.
    const resourceLimits = { maxYoungGenerationSizeMb: 64 };
    const thread = new Worker(pool.script, { workerData: pool.workerData, resourceLimits });
    employ(thread, pool, ledger, hall);
    return thread;
  });
  try {
    return await promise;
  } finally {
    pool.signal?.removeEventListener('abort', abort);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** Where the workers are: once it is over, nobody listens to them any more. */
interface Hall {
  over: boolean;
  end(ending: Ending | Error): void;
}

function employ<Job, Reply>(thread: Worker, pool: Pool<Job, Reply>, ledger: Ledger<Reply>, hall: Hall): void {
  let at = -1;
  const job = (): Job => pool.jobs[at]!;
  const next = (): void => {
    at = ledger.take();
    if (at >= 0) thread.postMessage(job());
  };
  const died = (how: string): void => {
    if (!hall.over) hall.end(new Error(`a worker ${how} in ${at < 0 ? 'no chunk' : pool.nameOf(job())}`));
  };
  thread.on('message', (answer: Answer<Reply>) => {
    if (hall.over) return;
    if ('failed' in answer) return hall.end(new Error(answer.failed));
    pool.arrived(answer.reply, job());
    const so = ledger.arrived(at, answer.reply);
    if (so !== 'more') return hall.end(so === 'stop' ? 'stopped' : 'complete');
    next();
  });
  thread.on('error', (error) => died(`failed (${error.message})`));
  thread.on('exit', (code) => died(`ended with code ${code}`));
  next();
}

interface Ledger<Reply> {
  /** The next job's index; −1: there is none. */
  take(): number;
  arrived(at: number, reply: Reply): 'more' | 'all' | 'stop';
  countWithGaps(): void;
}

function createLedger<Job, Reply>(pool: Pool<Job, Reply>): Ledger<Reply> {
  const waiting = new Map<number, Reply>();
  let given = 0;
  let counted = 0;
  return {
    take: () => (given < pool.jobs.length ? given++ : -1),
    arrived: (at, reply) => {
      waiting.set(at, reply);
      for (let first = waiting.get(counted); first !== undefined; first = waiting.get(counted)) {
        waiting.delete(counted);
        if (pool.counted(first, pool.jobs[counted++]!) === 'stop') return 'stop';
      }
      return counted === pool.jobs.length ? 'all' : 'more';
    },
    countWithGaps: () => {
      const late = [...waiting].sort(([a], [b]) => a - b);
      waiting.clear();
      for (const [at, reply] of late) if (pool.counted(reply, pool.jobs[at]!) === 'stop') return;
    },
  };
}

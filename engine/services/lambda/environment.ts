/**
 * One execution environment: a Node process with the function's code, variables and role, that runs one
 * invocation at a time. A timeout or a crash ends it; whoever holds it then starts another.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPreload } from '../../guest/environment.ts';
import { asJavaScript } from '../../guest/javascript.ts';
import { type LogStream, openLogStream } from '../../guest/log-stream.ts';
import { type Guest, startGuest } from '../../guest/process.ts';
import type { ServiceContext } from '../contract.ts';
import { codeFolder } from './code.ts';
import type { FunctionRecord } from './model.ts';

export interface Outcome {
  readonly ok: boolean;
  /** JSON. Of a failed invocation: errorType, errorMessage, trace. */
  readonly payload: string;
}

export interface Environment {
  readonly revisionId: string;
  readonly startedAtMs: number;
  alive(): boolean;
  /** When the handler is loaded (or cannot be): AWS milliseconds that it took. */
  ready(): Promise<number>;
  /** Rejects never: a failure is an outcome. */
  invoke(requestId: string, event: unknown): Promise<Outcome>;
  readonly logs: LogStream;
  /** Lines of the latest invocation, at most 4 KB, for LogType Tail. */
  tail(): string;
  memoryMiB(): number;
  end(): Promise<void>;
}

interface Answer {
  readonly kind: 'ready' | 'result' | 'error' | 'init-error';
  readonly requestId?: string;
  readonly payload?: string;
  readonly error?: object;
}

const bootstrapSource = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));
const CREDENTIAL_SECONDS = 12 * 3600;
const TAIL_BYTES = 4096;

export function failure(errorType: string, errorMessage: string): Outcome {
  return { ok: false, payload: JSON.stringify({ errorType, errorMessage }) };
}

export async function startEnvironment(
  context: ServiceContext,
  record: FunctionRecord,
): Promise<Environment> {
  const folder = codeFolder(context, record.code);
  const bootstrap = asJavaScript(bootstrapSource, join(context.directory, 'runtime'));
  const logs = await openLogStream(context, {
    group: record.logGroup,
    stream: streamName(context.clock.now()),
    createGroup: true,
  });
  let tail: string[] = [];
  let settleReady!: (answer: Answer) => void;
  const ready = new Promise<Answer>((resolve) => {
    settleReady = resolve;
  });
  let waiting: { readonly requestId: string; readonly settle: (outcome: Outcome) => void } | undefined;
  const guest = await startGuest({
    argv: [
      'node',
      `--max-old-space-size=${record.memoryMiB}`,
      '--max-semi-space-size=2',
      '--v8-pool-size=1',
      bootstrap,
    ],
    directory: folder,
    environment: variables(context, record, folder, logs.stream),
    onLine: (line) => {
      tail = [...tail, line].slice(-200);
      logs.write(line);
    },
    onMessage: (message) => {
      const answer = message as Answer;
      if (answer.kind === 'ready' || answer.kind === 'init-error') settleReady(answer);
      else if (answer.requestId === waiting?.requestId) waiting?.settle(outcomeOf(answer));
    },
  });
  void guest.exited.then((exit) => {
    const how = exit.signal
      ? `signal: ${exit.signal === 'SIGKILL' ? 'killed' : exit.signal.toLowerCase()}`
      : `exit status ${exit.exitCode}`;
    const gone = (requestId: string): Outcome =>
      failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
    waiting?.settle(gone(waiting.requestId));
    settleReady({ kind: 'init-error', error: JSON.parse(gone('init').payload) as object });
  });

  const settled = (requestId: string, event: unknown): Promise<Outcome> =>
    new Promise((resolve) => {
      const deadlineMs = context.clock.now() + record.timeoutSeconds * 1000;
      const timer = context.clock.after(record.timeoutSeconds * 1000, () => {
        resolve(timedOut(requestId, record.timeoutSeconds));
        // The environment goes with the invocation: whatever it was doing, it is not trusted to have stopped.
        guest.signal('SIGKILL');
      });
      waiting = {
        requestId,
        settle: (outcome) => {
          timer.stop();
          resolve(outcome);
        },
      };
      guest.send({ requestId, event, deadlineMs, functionArn: record.arn });
    });

  const startedAtMs = context.clock.now();
  return {
    revisionId: record.revisionId,
    startedAtMs,
    alive: guest.alive,
    ready: async () => {
      await ready;
      return context.clock.now() - startedAtMs;
    },
    logs,
    tail: () => tail.join('\n').slice(-TAIL_BYTES),
    memoryMiB: () => Math.ceil((guest.usage()?.residentBytes ?? 0) / 1024 / 1024),
    invoke: async (requestId, event) => {
      tail = [];
      const first = await ready;
      if (first.kind === 'init-error') return { ok: false, payload: JSON.stringify(first.error) };
      if (!guest.alive())
        return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited while idle`);
      const outcome = await settled(requestId, event);
      waiting = undefined;
      return outcome;
    },
    end: () => endOf(guest, logs),
  };
}

async function endOf(guest: Guest, logs: LogStream): Promise<void> {
  // AWS ends an idle environment without a word to the function (no extension asked for one).
  await guest.stop(0);
  await logs.close();
}

function outcomeOf(answer: Answer): Outcome {
  return answer.kind === 'result'
    ? { ok: true, payload: answer.payload ?? 'null' }
    : { ok: false, payload: JSON.stringify(answer.error) };
}

function timedOut(requestId: string, seconds: number): Outcome {
  return failure(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

/** `2026/11/23/[$LATEST]` and 32 hexadecimal digits. */
function streamName(nowMs: number): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

function variables(
  context: ServiceContext,
  record: FunctionRecord,
  folder: string,
  stream: string,
): Readonly<Record<string, string>> {
  const role = record.role.slice(record.role.lastIndexOf('/') + 1);
  const session = `arn:aws:sts::${context.account}:assumed-role/${role}/${record.name}`;
  const credentials = context.identity.issue(session, CREDENTIAL_SECONDS);
  return withPreload(context.guestEnvironment(credentials), {
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    ...record.environment,
    _HANDLER: record.handler,
    TZ: 'UTC',
    LAMBDA_TASK_ROOT: folder,
    AWS_EXECUTION_ENV: `AWS_Lambda_${record.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memoryMiB),
    AWS_LAMBDA_LOG_GROUP_NAME: record.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_LOG_FORMAT: record.logFormat,
  });
}

/**
 * A guest's output as a CloudWatch Logs stream, in batches. A log service that is slow or away never blocks
 * the guest: the buffer is bounded, and the oldest lines are dropped and counted (the awslogs driver's
 * non-blocking mode; ECS Developer Guide, “awslogs log driver”).
 */
import type { Clock } from '../time/clock.ts';

export interface LogStream {
  readonly group: string;
  readonly stream: string;
  write(line: string): void;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

interface Line {
  readonly timestamp: number;
  readonly message: string;
}

const BATCH_LINES = 100;
const BATCH_MS = 1000;
const BUFFERED_LINES = 5000;
const CLOSE_ATTEMPTS = 2;

export interface LogPlace {
  readonly group: string;
  readonly stream: string;
  readonly createGroup: boolean;
}

/** As much of a service's context as a log stream needs. */
export interface LogWay {
  readonly clock: Clock;
  invoke<I, O>(service: string, operation: string, input: I): Promise<O>;
}

/** Makes the stream; rejects when the group is not there, which keeps the task from starting, as on AWS. */
export async function openLogStream(context: LogWay, place: LogPlace): Promise<LogStream> {
  const names = { logGroupName: place.group, logStreamName: place.stream };
  if (place.createGroup)
    await allowing('ResourceAlreadyExistsException', () =>
      context.invoke('logs', 'CreateLogGroup', { logGroupName: place.group }),
    );
  await allowing('ResourceAlreadyExistsException', () => context.invoke('logs', 'CreateLogStream', names));
  let buffer: Line[] = [];
  let dropped = 0;
  let sending: Promise<boolean> | undefined;
  let timer: { stop(): void } | undefined;

  const send = (): Promise<boolean> => {
    timer?.stop();
    timer = undefined;
    sending ??= deliver().finally(() => {
      sending = undefined;
      if (buffer.length > 0) plan();
    });
    return sending;
  };
  const deliver = async (): Promise<boolean> => {
    if (dropped > 0)
      buffer.unshift({
        timestamp: context.clock.now(),
        message: `[awslogs] ${dropped} lines dropped: the log service did not keep up`,
      });
    dropped = 0;
    const batch = buffer.slice(0, BATCH_LINES * 10);
    if (batch.length === 0) return true;
    buffer = buffer.slice(batch.length);
    try {
      await context.invoke('logs', 'PutLogEvents', { ...names, logEvents: batch });
      return true;
    } catch {
      buffer = [...batch, ...buffer];
      trim();
      return false;
    }
  };
  const trim = (): void => {
    const surplus = buffer.length - BUFFERED_LINES;
    if (surplus <= 0) return;
    buffer.splice(0, surplus);
    dropped += surplus;
  };
  const plan = (): void => {
    timer ??= context.clock.after(BATCH_MS, () => void send());
  };

  return {
    group: place.group,
    stream: place.stream,
    write: (line) => {
      // CloudWatch Logs refuses empty messages; an empty line says nothing.
      if (line.trim() === '') return;
      buffer.push({ timestamp: Math.floor(context.clock.now()), message: line });
      trim();
      if (buffer.length >= BATCH_LINES && !sending) void send();
      else plan();
    },
    close: async () => {
      for (let attempt = 0; attempt < CLOSE_ATTEMPTS && buffer.length > 0; attempt++) {
        await sending;
        await send();
      }
      timer?.stop();
      buffer = [];
    },
  };
}

async function allowing(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error && error.name === code)) throw error;
  }
}

/**
 * The awslogs log driver: lines of a task to a CloudWatch Logs stream, in batches. A log service that is slow
 * or away never blocks the task: the buffer is bounded, and the oldest lines are dropped and counted
 * (the driver's non-blocking mode; ECS Developer Guide, “awslogs log driver”).
 */
import type { LogConfiguration } from '@aws-sdk/client-ecs';
import type { ServiceContext } from '../contract.ts';

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

/** Undefined: this container logs nowhere. Other drivers are left out, and said. */
export function logPlace(
  configuration: LogConfiguration | undefined,
  containerName: string,
  taskId: string,
): LogPlace | undefined {
  if (configuration?.logDriver !== 'awslogs') return undefined;
  const options = configuration.options ?? {};
  const group = options['awslogs-group'];
  if (!group) throw new Error('the awslogs driver needs the option awslogs-group');
  const prefix = options['awslogs-stream-prefix'] ?? 'ecs';
  return {
    group,
    stream: `${prefix}/${containerName}/${taskId}`,
    createGroup: options['awslogs-create-group'] === 'true',
  };
}

/** Makes the stream; rejects when the group is not there, which keeps the task from starting, as on AWS. */
export async function openLogStream(context: ServiceContext, place: LogPlace): Promise<LogStream> {
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

/**
 * The guest's side of an execution environment, Lambda's Node runtime in small: loads the handler, runs one
 * invocation at a time, and answers over the channel it was started with. Imports nothing but Node.
 * Lambda Developer Guide, “Define Lambda function handler in Node.js” and “Lambda runtime environment”.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly event: unknown;
  readonly deadlineMs: number;
}

type Handler = (
  event: unknown,
  context: object,
  callback: (error: unknown, value?: unknown) => void,
) => unknown;

const environment = process.env;
const json = environment['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';
let requestId = '';

function speak(level: string, parameters: readonly unknown[]): void {
  const time = new Date().toISOString();
  const [first] = parameters;
  if (json) {
    const message =
      parameters.length === 1 && typeof first === 'object' ? plain(first) : format(...parameters);
    process.stdout.write(`${JSON.stringify({ timestamp: time, level, requestId, message })}\n`);
    return;
  }
  // One event a message: Lambda's runtime, too, keeps line breaks inside by carriage returns.
  const text = format(...parameters).replaceAll('\n', '\r');
  process.stdout.write(`${time}\t${requestId}\t${level}\t${text}\n`);
}

function plain(value: unknown): unknown {
  return value instanceof Error ? describe(value) : value;
}

for (const [method, level] of [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['debug', 'DEBUG'],
  ['trace', 'TRACE'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
] as const)
  console[method] = (...parameters: unknown[]) => speak(level, parameters);

function describe(error: unknown): { errorType: string; errorMessage: string; stackTrace?: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return {
    errorType: error.name,
    errorMessage: error.message,
    stackTrace: (error.stack ?? '').split('\n').map((line) => line.trim()),
  };
}

class InitError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

async function loadHandler(): Promise<Handler> {
  const written = environment['_HANDLER'] ?? '';
  const root = environment['LAMBDA_TASK_ROOT'] ?? process.cwd();
  const slash = written.lastIndexOf('/');
  const dot = written.indexOf('.', slash + 1);
  if (dot < 0) throw new InitError('Runtime.MalformedHandlerName', `Bad handler: ${written}`);
  const base = join(root, written.slice(0, dot));
  const file = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (!file)
    throw new InitError(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${written.slice(0, dot)}' in ${root}`,
    );
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const find = (from: unknown): unknown =>
    written
      .slice(dot + 1)
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], from);
  const handler = find(loaded) ?? find(loaded['default']);
  if (typeof handler !== 'function')
    throw new InitError('Runtime.HandlerNotFound', `${written} is undefined or not exported`);
  return handler as Handler;
}

function contextOf(invocation: Invocation, settle: (error: unknown, value?: unknown) => void): object {
  return {
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadlineMs - Date.now()),
    done: settle,
    succeed: (value: unknown) => settle(null, value),
    fail: (error: unknown) => settle(error ?? new Error('handled')),
  };
}

function run(handler: Handler, invocation: Invocation): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, value?: unknown): void => (error ? reject(error) : resolve(value));
    const answer = handler(invocation.event, contextOf(invocation, settle), settle);
    // A handler with a callback parameter that returns nothing answers through the callback.
    if (answer !== undefined || handler.length < 3) Promise.resolve(answer).then(resolve, reject);
  });
}

function tell(message: object): void {
  process.send?.(message);
}

let handler: Handler;
try {
  handler = await loadHandler();
} catch (error) {
  speak('ERROR', ['Uncaught Exception', JSON.stringify(describe(error))]);
  process.send?.({ kind: 'init-error', error: describe(error) }, () => process.exit(1));
  await new Promise(() => {});
}

process.on('message', (invocation: Invocation) => {
  requestId = invocation.requestId;
  Promise.resolve()
    .then(() => run(handler, invocation))
    .then(
      (value) =>
        tell({ kind: 'result', requestId: invocation.requestId, payload: JSON.stringify(value) ?? 'null' }),
      (error) => {
        speak('ERROR', ['Invoke Error', JSON.stringify(describe(error))]);
        tell({ kind: 'error', requestId: invocation.requestId, error: describe(error) });
      },
    );
});
// The region's end of the channel is gone: so is the region.
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => {
  speak('ERROR', ['Uncaught Exception', JSON.stringify(describe(error))]);
  process.exit(1);
});
tell({ kind: 'ready' });

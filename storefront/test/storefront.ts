// A storefront task for tests: the same command as the Dockerfile's, as a process, with a region, two
// database endpoints, and the requests that the tests make.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoints } from './endpoints.ts';
import { credentials } from './mariadb.ts';
import { until } from './until.ts';

const folder = join(import.meta.dirname, '..');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Storefront {
  readonly url: string;
  readonly process: ChildProcess;
  readonly logLines: () => readonly Record<string, unknown>[];
  readonly get: (path: string) => Promise<Answer>;
  readonly order: (key?: string, body?: unknown) => Promise<Answer>;
  readonly stop: () => Promise<number | null>;
}

export const someOrder = { customer: 'Eve', items: [{ productId: 'ghost-light', quantity: 2 }] };

export function dockerCommand(): readonly string[] {
  const line = readFileSync(join(folder, 'Dockerfile'), 'utf8').match(/^CMD (\[.*\])$/m)?.[1];
  return JSON.parse(line ?? '[]') as string[];
}

export interface StorefrontOptions {
  readonly region?: string;
  readonly endpoints: Endpoints;
  readonly env?: Readonly<Record<string, string>>;
}

export function launch(env: Readonly<Record<string, string>>): ChildProcess {
  const [, ...command] = dockerCommand();
  return spawn(process.execPath, command, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function startStorefront(options: StorefrontOptions): Promise<Storefront> {
  const child = launch({
    PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: options.region ?? 'us-east-1',
    DB_WRITER_HOST: options.endpoints.writer.host,
    DB_READER_HOST: options.endpoints.reader.host,
    DB_PORT: String(options.endpoints.port),
    DB_NAME: credentials.database,
    DB_USERNAME: credentials.user,
    DB_PASSWORD: credentials.password,
    PROBE_INTERVAL_MS: '200',
    ...options.env,
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const logLines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const url = await until('the storefront listens', 15_000, () => {
    if (child.exitCode !== null) throw new Error(`it exited with ${child.exitCode}: ${output}`);
    return logLines().find((line) => line['msg'] === 'listening')?.['address'] as string | undefined;
  });
  if (url === undefined) throw new Error('no address');
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, { redirect: 'manual', ...init });
    const text = await response.text();
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, headers: response.headers, body };
  };
  return {
    url,
    process: child,
    logLines,
    get: (path) => ask(path),
    order: (key = randomUUID(), body = someOrder) =>
      ask('/api/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      }),
    stop: () => stopProcess(child),
  };
}

export async function stopProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}

/** Speaking to the control API of the system that runs in a directory. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import type { LinkState } from '../network/links.ts';
import type { ProcessStatus } from '../region/messages.ts';
import type { SystemSummary } from './control.ts';
import type { NumberedRecord } from './journal-store.ts';
import { isAlive } from './process-table.ts';
import { stateDirectory } from './state-directory.ts';
import type { FaultAction, MemberView } from './system.ts';

export interface StatusReport {
  readonly system: SystemSummary;
  readonly members: readonly MemberView[];
  readonly links: readonly LinkState[];
  readonly processes: Readonly<Record<string, ProcessStatus | { readonly unavailable: string }>>;
}

export interface ControlledSystem {
  readonly directory: string;
  /** The console's page. The token is in the fragment, which a browser sends nowhere. */
  readonly consoleUrl: string;
  system(): Promise<SystemSummary>;
  status(): Promise<StatusReport>;
  credentials(): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>;
  events(after?: number, limit?: number): Promise<{ events: readonly NumberedRecord[]; lastId: number }>;
  /** Calls with every record after the number, then with each new one, until aborted or the system is gone. */
  follow(after: number, each: (record: NumberedRecord) => void, signal?: AbortSignal): Promise<void>;
  fault(action: FaultAction, target: string): Promise<{ done: string; awsNowMs: number }>;
  /** An operation in a region, in process, as a service would call it. */
  invoke<O>(region: string, service: string, operation: string, input: unknown): Promise<O>;
  stop(): Promise<void>;
}

export class NotRunning extends Error {
  constructor(directory: string) {
    super(`no system runs in ${directory}; start one with npm start (or understudy up)`);
    this.name = 'NotRunning';
  }
}

export function connect(directoryPath: string): ControlledSystem {
  const directory = resolve(directoryPath);
  const run = stateDirectory(directory).run();
  if (!run || !isAlive(run.pid, run.startTicks)) throw new NotRunning(directory);
  const { controlToken } = JSON.parse(readFileSync(join(directory, 'identity.json'), 'utf8')) as {
    controlToken: string;
  };
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  const headers = { authorization: `Bearer ${controlToken}` };

  const call = async <O>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<O> => {
    const answer = await request(`${run.controlUrl}${path}`, {
      method,
      dispatcher: agent,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const value = (await answer.body.json()) as { error?: string };
    if (answer.statusCode >= 400)
      throw new Error(value.error ?? `the control API answered ${answer.statusCode}`);
    return value as O;
  };

  return {
    directory,
    consoleUrl: `${run.controlUrl}/#token=${controlToken}`,
    system: () => call('GET', '/api/system'),
    status: () => call('GET', '/api/status'),
    credentials: () => call('GET', '/api/credentials'),
    events: (after = 0, limit = 1000) => call('GET', `/api/events?after=${after}&limit=${limit}`),
    follow: async (after, each, signal) => {
      const answer = await request(`${run.controlUrl}/api/stream?after=${after}`, {
        dispatcher: agent,
        headers,
        ...(signal && { signal }),
      });
      let rest = '';
      for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          const data = /^data: (.*)$/m.exec(frame)?.[1];
          if (data !== undefined) each(JSON.parse(data) as NumberedRecord);
        }
      }
    },
    fault: (action, target) => call('POST', '/api/faults', { action, target }),
    invoke: async <O>(region: string, service: string, operation: string, input: unknown): Promise<O> =>
      (await call<{ output: O }>('POST', '/api/invoke', { region, service, operation, input })).output,
    stop: async () => {
      await call('POST', '/api/stop');
      const deadline = Date.now() + 45_000;
      while (isAlive(run.pid, run.startTicks)) {
        if (Date.now() > deadline) throw new Error(`process ${run.pid} has not stopped for 45 s`);
        await new Promise((done) => setTimeout(done, 100));
      }
    },
  };
}

/** A control API over a fake system, for tests: real HTTP on an address of the test blocks, no child processes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InvokeRequest } from '../region/messages.ts';
import { createClock } from '../time/clock.ts';
import { createConsole } from './console-parts.ts';
import { serveControl } from './control.ts';
import type { DrillCommand } from './drill-runs.ts';
import { type JournalStore, openJournal } from './journal-store.ts';
import type { System } from './system.ts';
import { parseTarget } from './targets.ts';

export const TEST_REGIONS = ['us-east-1', 'us-west-2'];
export const TEST_TOKEN = 'the-token';

export interface TestControl extends AsyncDisposable {
  readonly url: string;
  readonly directory: string;
  readonly journal: JournalStore;
  readonly invoked: readonly { readonly region: string; readonly request: InvokeRequest }[];
  /** With the token; `headers` may take it away. */
  ask(path: string, more?: { headers?: Record<string, string>; body?: unknown }): Promise<Response>;
}

export interface TestWorld {
  readonly status?: unknown;
  readonly drills?: DrillCommand;
  invoke?(region: string, request: InvokeRequest): unknown;
}

let nextHost = 1;

export async function testControl(world: TestWorld = {}): Promise<TestControl> {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-control-'));
  const page = join(directory, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  mkdirSync(join(directory, 'logs'));
  writeFileSync(join(directory, 'identity.json'), 'a secret');
  writeFileSync(join(page, 'index.html'), '<title>console</title>');
  writeFileSync(join(page, 'assets', 'index-abc.js'), 'void 0');
  const clock = createClock({ realOriginMs: Date.now(), awsOriginMs: 1_000_000, speed: 1 });
  const journal = openJournal(join(directory, 'journal.sqlite'));
  const invoked: { region: string; request: InvokeRequest }[] = [];
  const members = [...TEST_REGIONS, 'global'].map((name) => ({
    ...{ name, state: 'running' as const, because: 'started', sinceMs: 0 },
  }));
  const system = {
    clock,
    regions: TEST_REGIONS,
    members: () => members,
    links: () => [],
    status: async () => world.status ?? {},
    member: () => ({ state: () => 'running', request: async () => [] }),
    fault: async (action: string, target: string) => `${action} ${parseTarget(target, TEST_REGIONS).kind}`,
    invoke: async (region: string, request: InvokeRequest) => {
      invoked.push({ region, request });
      return world.invoke?.(region, request) ?? { Messages: [] };
    },
  } as unknown as System;
  const console = createConsole({
    ...{ directory, system, journal, drills: world.drills, regionOf: () => undefined },
    summary: () => ({ phase: 'up', speed: 1, awsNowMs: clock.now(), regions: TEST_REGIONS }),
  });
  const host = `127.${224 + 10}.${process.pid % 250}.${nextHost++}`;
  const control = await serveControl({
    ...{ host, token: TEST_TOKEN, system, page },
    console: console.parts,
    summary: () => ({ phase: 'up', because: '<b>', site: [], speed: 1, awsNowMs: 0 }) as never,
    credentials: () => ({ accessKeyId: 'A', secretAccessKey: 'B' }),
    stop: () => {},
  });
  return {
    ...{ url: control.url, directory, journal, invoked },
    ask: (path, { headers = {}, body } = {}) =>
      fetch(`${control.url}${path}`, {
        headers: {
          authorization: `Bearer ${TEST_TOKEN}`,
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: async () => {
      console.end();
      await control.close();
      journal.close();
      console.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

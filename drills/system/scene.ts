/**
 * The stage of the tests in this folder: the project's own app, up in a state directory of its own, real
 * processes and all; and what a test needs at hand: the way in that users have, AWS's SDK, DNS. Closing it
 * stops the system, whatever became of the test.
 */

import { Resolver } from 'node:dns/promises';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledSystem, type Launched, launch } from '@understudy/engine/client';
import { Agent, request } from 'undici';
import { assemblyOf } from '../../cli/project.ts';
import { type AwsTime, awsTimeOf } from '../aws-time.ts';
import { type FrontDoor, openFrontDoor } from '../front-door.ts';

export const DOMAIN = 'storefront.example';
export const PRIMARY = 'us-east-1';
export const STANDBY = 'us-west-2';
export const ACCOUNT = '000000000000';

/** AWS seconds per second, where a test has to wait as AWS would. */
export const SPEED = 10;
const UP_DEADLINE_MS = 120_000;

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** What AWS's SDK clients are made with. */
export interface AwsConfiguration {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

export interface Scene {
  readonly directory: string;
  readonly launched: Launched;
  readonly system: ControlledSystem;
  readonly time: AwsTime;
  readonly door: FrontDoor;
  /** Supervisors that died and were started again, in words. */
  readonly restarts: readonly string[];
  readonly resolver: Resolver;
  aws(region: string): Promise<AwsConfiguration>;
  /** A GET over TLS with the system's authority: of that name, at that address. */
  get(hostName: string, address: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `understudy-${name}-`));
}

/** The assembly of the project's own app, made anew if its sources changed. */
export async function ownAssembly(): Promise<string> {
  return (await assemblyOf(undefined, () => {})).directory;
}

export async function openScene(name: string): Promise<Scene> {
  const assembly = await ownAssembly();
  const directory = temporaryDirectory(name);
  const restarts: string[] = [];
  let reached = 'nothing';
  const launched = launch(
    { directory, assembly, speed: SPEED, timing: 'aws' },
    {
      phase: (phase, because) => {
        reached = `${phase}: ${because}`;
      },
      restarted: (because) => void restarts.push(because),
    },
  );
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const system = await inTime('the system to be up', launched.up, UP_DEADLINE_MS);
    const { trustFile, nameServer } = await system.system();
    const door = await openFrontDoor(system);
    const ca = readFileSync(trustFile, 'utf8');
    const agents: Agent[] = [];
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    resolver.setServers([`${nameServer.host}:${nameServer.port}`]);
    return {
      directory,
      launched,
      system,
      time: await awsTimeOf(system),
      door,
      restarts,
      resolver,
      aws: async (region) => ({
        region,
        endpoint: (await system.system()).endpointUrl,
        credentials: await system.credentials(),
        maxAttempts: 1,
      }),
      get: async (hostName, address, path, headers = {}) => {
        const agent = new Agent({ connect: { ca, servername: hostName } });
        agents.push(agent);
        const answer = await request(`https://${address}${path}`, {
          dispatcher: agent,
          headers: { host: hostName, ...headers },
          signal: AbortSignal.timeout(10_000),
        });
        return {
          status: answer.statusCode,
          header: (one) => answer.headers[one]?.toString(),
          text: await answer.body.text(),
        };
      },
      close: async () => {
        await Promise.all(agents.map((agent) => agent.destroy()));
        await door.close();
        await launched.stop();
        remove();
      },
    };
  } catch (error) {
    const log = lastLines(join(directory, 'logs', 'supervisor.log'));
    const trouble = `${(error as Error).message}; it has reached “${reached}”`;
    await launched.stop();
    remove();
    throw new Error(`${trouble}${log && `\nthe supervisor's last words:\n${log}`}`);
  }
}

export function lastLines(file: string, count = 10): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/** Rejects when the promise has not settled within so many real milliseconds. */
export async function inTime<T>(what: string, promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadlineMs / 1000} s for ${what}`)), deadlineMs);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks until there is an answer; rejects with the last trouble after so many real milliseconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  deadlineMs: number,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let trouble = '';
    try {
      const found = await ask();
      if (found !== undefined) return found;
    } catch (error) {
      trouble = `: ${(error as Error).message}`;
    }
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs / 1000} s for ${what}${trouble}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Who this task is: its zone, its id and its own address, from the ECS task metadata endpoint v4
// (Amazon ECS Developer Guide, "Task metadata endpoint version 4"). Outside ECS all three are unknown.

import { get } from 'node:http';

export interface TaskIdentity {
  readonly zone: string | null;
  readonly task: string | null;
  readonly address: string | null;
}

export const unknownTask: TaskIdentity = { zone: null, task: null, address: null };

const timeoutMs = 1_500;
const attempts = 3;

export async function readTaskIdentity(metadataUri: string | null): Promise<TaskIdentity> {
  if (metadataUri === null) return unknownTask;
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const identity = await fetchJson(`${metadataUri}/task`).then(parseTask, () => null);
    if (identity !== null) return identity;
  }
  return fetchJson(`${metadataUri}/task`).then(parseTask, () => unknownTask);
}

export function parseTask(document: unknown): TaskIdentity {
  const arn = text(field(document, 'TaskARN'));
  const container = first(field(document, 'Containers'));
  const network = first(field(container, 'Networks'));
  return {
    zone: text(field(document, 'AvailabilityZone')),
    // arn:aws:ecs:<region>:<account>:task/<cluster>/<id>
    task: arn?.split('/').at(-1) ?? null,
    address: text(first(field(network, 'IPv4Addresses'))),
  };
}

function fetchJson(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = get(address, { timeout: timeoutMs, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
          resolve(JSON.parse(body));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.on('error', reject);
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

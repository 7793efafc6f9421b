/**
 * The task metadata endpoint (version 4) and the credentials endpoint, one small server a region. A task
 * reaches only what belongs to it: the path holds an id that nobody else is told, credentials need a token
 * besides. ECS Developer Guide, “Task metadata endpoint version 4” and “Task IAM role”.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceContext } from '../contract.ts';
import { hexId } from './model.ts';

export interface TaskFacts {
  /** Of `${URI}/task`; its first container is `${URI}`. */
  task(): { readonly Containers: readonly object[] } & Readonly<Record<string, unknown>>;
  stats(): object;
  readonly role?: { readonly arn: string; readonly sessionArn: string };
}

export interface TaskEndpoints {
  /** Variables that lead the task to its endpoints. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
}

export interface MetadataServer {
  listen(): Promise<void>;
  add(taskId: string, facts: TaskFacts): TaskEndpoints;
  close(): Promise<void>;
}

const PORT = 4571;
const ROLE_SECONDS = 6 * 3600;

interface Entry {
  readonly taskId: string;
  readonly token: string;
  readonly facts: TaskFacts;
}

export function createMetadataServer(context: ServiceContext): MetadataServer {
  const host = new URL(context.network.endpoint).hostname;
  const entries = new Map<string, Entry>();
  const server = createServer((request, response) => answer(context, entries, request, response));
  return {
    listen: async () => {
      // Another system's endpoint may hold the port (tests share addresses): any port does, tasks are told.
      await bind(server, host, PORT).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        return bind(server, host, 0);
      });
      server.unref();
    },
    add: (taskId, facts) => {
      const id = hexId();
      const token = hexId(24);
      entries.set(id, { taskId, token, facts });
      const base = `http://${host}:${(server.address() as AddressInfo).port}`;
      return {
        environment: {
          ECS_CONTAINER_METADATA_URI_V4: `${base}/v4/${id}`,
          ...(facts.role
            ? {
                AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/v2/credentials/${id}`,
                AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
              }
            : {}),
        },
        close: () => void entries.delete(id),
      };
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed);
      ready();
    });
  });
}

function answer(
  context: ServiceContext,
  entries: ReadonlyMap<string, Entry>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const send = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const match = /^\/(v4|v2\/credentials)\/([0-9a-f]+)(\/[A-Za-z/]*)?$/.exec(
    (request.url ?? '').split('?')[0] ?? '',
  );
  const entry = match && entries.get(match[2]!);
  if (!entry || request.method !== 'GET') {
    send(404, { code: 'NotFound', message: 'no running task has this path' });
    return;
  }
  const task = entry.facts.task();
  if (match[1] !== 'v4') {
    credentials(context, entry, request, send);
    return;
  }
  const document = documentAt(match[3] ?? '', task, entry.facts);
  if (document) send(200, document);
  else send(404, { code: 'NotFound', message: 'paths are "", /task, /taskWithTags, /stats, /task/stats' });
}

function documentAt(path: string, task: ReturnType<TaskFacts['task']>, facts: TaskFacts): object | undefined {
  const container = (task.Containers[0] ?? {}) as { readonly DockerId?: string };
  switch (path) {
    case '':
    case '/':
      return container;
    case '/task':
    case '/taskWithTags':
      return task;
    case '/stats':
      return facts.stats();
    case '/task/stats':
      return { [String(container.DockerId)]: facts.stats() };
    default:
      return undefined;
  }
}

function credentials(
  context: ServiceContext,
  entry: Entry,
  request: IncomingMessage,
  send: (status: number, body: object) => void,
): void {
  const { role } = entry.facts;
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(entry.token);
  if (!role || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    send(403, { code: 'AccessDenied', message: 'the authorization token is not that of the task' });
    return;
  }
  const issued = context.identity.issue(role.sessionArn, ROLE_SECONDS);
  const expiration = issued.expiration ?? new Date(context.clock.now() + ROLE_SECONDS * 1000);
  send(200, {
    RoleArn: role.arn,
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    Token: issued.sessionToken ?? '',
    Expiration: expiration.toISOString().replace(/\.\d{3}Z$/, 'Z'),
  });
}

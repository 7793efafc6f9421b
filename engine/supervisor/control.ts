/**
 * The control API and the console's page, on loopback. The API needs the system's token; Host and Origin are
 * checked so that no page of another site reaches it through the user's browser (DNS rebinding, CSRF). The
 * CLI and the page use the same calls; what the page alone asks for is in console-routes.ts.
 */
import { timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import type { InvokeRequest } from '../region/messages.ts';
import type { ClockSetting } from '../time/clock.ts';
import { type ConsoleParts, isAskersMistake, serveConsole } from './console-routes.ts';
import { PAGE_HEADERS, pageAnswer } from './page.ts';
import { statusPage } from './status-page.ts';
import type { FaultAction, System } from './system.ts';
import { TargetError } from './targets.ts';

export const CONTROL_PORT = 4600;

export interface SystemSummary {
  readonly phase: 'starting' | 'deploying' | 'up' | 'failed' | 'stopping';
  readonly because: string;
  readonly speed: number;
  readonly timing: string;
  readonly regions: readonly string[];
  readonly awsNowMs: number;
  /** What every process goes by: AWS time from real time. */
  readonly clock: ClockSetting;
  readonly directory: string;
  readonly site: readonly string[];
  readonly controlUrl: string;
  readonly endpointUrl: string;
  readonly nameServer: { readonly host: string; readonly port: number };
  readonly trustFile: string;
}

export interface ControlOptions {
  readonly host: string;
  readonly token: string;
  readonly system: System;
  readonly console: ConsoleParts;
  /** The folder of the page's build. */
  readonly page: string;
  summary(): SystemSummary;
  credentials(): { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): void;
}

const ACTIONS: readonly FaultAction[] = ['lose', 'freeze', 'restore'];

export async function serveControl(
  options: ControlOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { host, system } = options;
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 64 * 1024 });
  const url = `http://${host}:${CONTROL_PORT}`;
  guard(app, options.token, [`${host}:${CONTROL_PORT}`], url);

  serveConsole(app, options.console);
  app.get('/api/system', async () => options.summary());
  app.get('/api/status', async () => ({
    system: options.summary(),
    members: system.members(),
    links: system.links(),
    processes: await system.status(),
  }));
  app.get('/api/credentials', async () => options.credentials());
  app.post('/api/faults', async (request, reply) => {
    const { action, target } = (request.body ?? {}) as { action?: FaultAction; target?: string };
    if (!action || !ACTIONS.includes(action) || typeof target !== 'string')
      return reply.code(400).send({ error: `a fault needs an action (${ACTIONS.join(', ')}) and a target` });
    const done = await system.fault(action, target);
    options.console.observer.look();
    return { done, awsNowMs: system.clock.now() };
  });
  app.post('/api/invoke', async (request) => {
    const { region, ...call } = (request.body ?? {}) as InvokeRequest & { region: string };
    return { output: (await system.invoke(region, call)) ?? null };
  });
  app.post('/api/stop', async () => {
    setImmediate(options.stop);
    return { done: 'stopping' };
  });
  app.setErrorHandler((error: Error & { code?: string }, _request, reply) => {
    const mistake = error instanceof TargetError || isAskersMistake(error);
    const status = mistake ? 400 : ((error as { statusCode?: number }).statusCode ?? 500);
    void reply.code(status).send({ error: error.message, ...(error.code && { code: error.code }) });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path = '/'] = request.url.split('?', 1);
    if (path.startsWith('/api/') || request.method !== 'GET')
      return reply.code(404).send({ error: `there is no ${request.method} ${path}` });
    const file = await pageAnswer(options.page, path);
    if (file) return reply.code(file.status).headers(file.headers).send(file.body);
    if (path !== '/') return reply.code(404).send({ error: `there is no ${path}` });
    return reply
      .headers({ ...PAGE_HEADERS, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(statusPage(options.summary(), system.members()));
  });
  await app.listen({ host, port: CONTROL_PORT });
  return { url, close: () => app.close() };
}

/** The page itself may be opened without a token; everything that tells or changes something may not. */
function guard(app: FastifyInstance, token: string, hosts: readonly string[], origin: string): void {
  const expected = Buffer.from(`Bearer ${token}`);
  app.addHook('onRequest', async (request, reply) => {
    if (!hosts.includes(request.headers.host ?? ''))
      return reply.code(421).send({ error: `this address answers as ${hosts.join(', ')} only` });
    if (request.headers.origin !== undefined && request.headers.origin !== origin)
      return reply.code(403).send({ error: `requests from ${request.headers.origin} are not accepted` });
    if (!request.url.startsWith('/api/')) return;
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return reply
        .code(401)
        .send({ error: 'the control API needs the token from identity.json of the state directory' });
  });
}

// The HTTP side: routes, their schemas, and what every answer carries. Each handler asks a room and returns
// a value; problems become problem+json in one place.

import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Endpoint } from './database.ts';
import { databaseErrorKind } from './database-error.ts';
import type { Health } from './health.ts';
import { idempotencyKey, type OrderRequest } from './idempotency.ts';
import type { RequestCounts } from './metrics.ts';
import { findOrder, placeOrder } from './orders.ts';
import { Problem, problemAnswer } from './problem.ts';
import { findProduct, listProducts, type ReadOrder, readFrom } from './products.ts';
import { schemas } from './server-schemas.ts';
import { type SheddingLimits, shedLoad } from './shedding.ts';
import type { TaskIdentity } from './task.ts';

export interface ServerParts {
  readonly region: string;
  readonly identity: TaskIdentity;
  readonly writer: Endpoint;
  readonly reader: Endpoint;
  readonly health: Health;
  readonly log: Logger;
  readonly counts: () => RequestCounts;
  readonly shedding: SheddingLimits;
  readonly stopping: () => boolean;
}

/**
 * An answer from the catalogue may be five seconds old, and an edge may show it for ten minutes more while
 * the region cannot be reached (RFC 5861).
 */
const catalogueCaching = 'public, max-age=5, stale-while-revalidate=10, stale-if-error=600';

export function buildServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Longer than the load balancer's idle timeout of 60 s, or it would sometimes send a request on a
    // connection that is being closed here, and answer 502.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 64 },
    // While stopping, what arrives is still served.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  });
  app.server.headersTimeout = 80_000;

  const servedBy = [parts.region, parts.identity.zone ?? '-', parts.identity.task?.slice(0, 8) ?? '-'].join(
    '/',
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-served-by', servedBy);
    if (parts.stopping()) reply.header('connection', 'close');
  });
  const shedding = shedLoad(app, parts.shedding, (reason, load) => {
    const now = parts.counts();
    now.requestsShed += 1;
    // Once a reading, not once a request: a flood of lines is load too.
    if (now.requestsShed === 1) parts.log.warn({ reason, ...load }, 'shedding load');
  });
  app.addHook('onResponse', async (request, reply) => {
    count(parts, request, reply, shedding.wasShed(request));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal') parts.log.error({ err: error, url: request.url }, 'request failed');
    return sendProblem(reply, problem, request.url);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem('not-found', `No ${request.method} here.`), request.url),
  );

  addHealthRoutes(app, parts);
  addCatalogueRoutes(app, readOrder(parts));
  addOrderRoutes(app, parts);
  return app;
}

function addHealthRoutes(app: FastifyInstance, { health, region, identity }: ServerParts): void {
  app.get('/', (_request, reply) => reply.redirect('/index.html', 302));

  app.get('/health', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  app.get('/health/region', { schema: schemas.verdict }, (_request, reply) => {
    const verdict = health.verdict();
    return reply
      .code(verdict.healthy ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(verdict);
  });

  app.get('/api/region', (_request, reply) => {
    const seen = health.observation();
    return reply.header('cache-control', 'no-store').send({
      region,
      zone: identity.zone,
      task: identity.task,
      role: seen.role,
      writer: seen.writer === 'writable' ? region : (seen.lag.newest?.region ?? null),
      acceptsOrders: seen.writer === 'writable',
    });
  });
}

function addCatalogueRoutes(app: FastifyInstance, order: ReadOrder): void {
  app.get('/api/products', { schema: schemas.products }, async (_request, reply) => {
    const products = await listProducts(order);
    return reply.header('cache-control', catalogueCaching).send({ products });
  });

  app.get<{ Params: { id: string } }>(
    '/api/products/:id',
    { schema: schemas.product },
    async (request, reply) => {
      const product = await findProduct(order, request.params.id);
      return reply.header('cache-control', catalogueCaching).send(product);
    },
  );
}

function addOrderRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.post<{ Body: OrderRequest }>(
    '/api/orders',
    {
      schema: schemas.placeOrder,
      // Before the body is read: without a key nothing else about the request matters.
      onRequest: async (request) => void idempotencyKey(request.headers['idempotency-key']),
    },
    async (request, reply) => {
      const key = idempotencyKey(request.headers['idempotency-key']);
      const { order, replayed } = await placeOrder(parts.writer, parts.region, key, request.body);
      if (replayed) reply.header('idempotency-replayed', 'true');
      parts.counts()[replayed ? 'ordersReplayed' : 'ordersAccepted'] += 1;
      return reply
        .code(201)
        .header('location', `/api/orders/${order.id}`)
        .header('cache-control', 'no-store')
        .send(order);
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/orders/:id',
    { schema: schemas.order },
    async (request, reply) => {
      const { id } = request.params;
      const order = await findOrderSomewhere(parts, id);
      if (order === null) throw new Problem('order-not-found', `There is no order '${id}'.`);
      return reply.header('cache-control', 'no-store').send(order);
    },
  );
}

/** A reader that lags does not know the newest orders yet; the writer does. */
async function findOrderSomewhere(parts: ServerParts, id: string) {
  const found = await readFrom(readOrder(parts), (db) => findOrder(db, id));
  if (found !== null) return found;
  return findOrder(parts.writer.db, id).catch((error: unknown) => {
    if (databaseErrorKind(error) === 'defect') throw error;
    throw new Problem('reads-unavailable', 'Only a reader answers, and it does not know this order (yet).');
  });
}

/** The reader first, unless the probe has just found it silent: then nobody should wait for it. */
function readOrder({ reader, writer, health }: ServerParts): ReadOrder {
  return () => (health.observation().readerAnswers ? [reader.db, writer.db] : [writer.db, reader.db]);
}

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error;
  if (error.validation !== undefined) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      pointer: instancePath,
      detail: message ?? 'is not valid',
    }));
    return new Problem('invalid-request', error.message, errors);
  }
  switch (error.statusCode) {
    case 413:
      return new Problem('body-too-large', 'At most 64 KiB are read.');
    case 415:
      return new Problem('media-type-unsupported', 'Send the order as application/json.');
    case 400:
      return new Problem('invalid-request', error.message);
    default:
      return new Problem('internal', 'The fault has been logged. Trying again may help.');
  }
}

function sendProblem(reply: FastifyReply, problem: Problem, url: string) {
  const { status, headers, body } = problemAnswer(problem, url);
  return reply
    .code(status)
    .headers(headers)
    .serializer((text: string) => text)
    .send(body);
}

function count(
  { counts, log }: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  shed: boolean,
): void {
  const { method, url } = request;
  if (url.startsWith('/health')) return;
  const now = counts();
  const status = reply.statusCode;
  now.requests += 1;
  if (!shed) now.latenciesMs.push(reply.elapsedTime);
  if (status >= 500) now.errors5xx += 1;
  if (status >= 400 && method === 'POST' && url === '/api/orders') now.ordersRefused += 1;
  if (status >= 500 && !shed) {
    log.warn({ method, url, status, ms: Math.round(reply.elapsedTime) }, 'answered');
  }
}

/** The part of the control API that the console's page asks for; the guard in control.ts stands before it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ConsoleApi, EventRange } from '../console/api.ts';
import { atMost } from '../console/samples.ts';
import { logsOf } from './box-logs.ts';
import { askController, readControllerAsk } from './controller-ask.ts';
import type { ControllerWords } from './controller-words.ts';
import type { DrillRuns } from './drill-runs.ts';
import { AskError, numberOf, readEventAsk, textOf } from './journal-range.ts';
import type { JournalStore } from './journal-store.ts';
import { metricsOf } from './metric-series.ts';
import type { Observer } from './observer.ts';
import { REPORT_HEADERS } from './page.ts';
import { createRegionQuestions } from './region-questions.ts';
import type { Reports } from './reports.ts';
import { readStreamAsk, stream } from './stream.ts';
import type { System } from './system.ts';

export interface ConsoleParts {
  readonly directory: string;
  readonly system: System;
  readonly journal: JournalStore;
  readonly observer: Observer;
  readonly controllers: ControllerWords;
  readonly drills: DrillRuns;
  readonly reports: Reports;
}

type Query = Readonly<Record<string, string | undefined>>;
type Answer<Route extends keyof ConsoleApi> = Promise<ConsoleApi[Route]>;

const HOUR_MS = 3_600_000;
const MOST_POINTS = 5000;

export function serveConsole(app: FastifyInstance, parts: ConsoleParts): void {
  const { system, journal, observer, directory, controllers, drills, reports } = parts;
  const questions = createRegionQuestions(system);

  app.get('/api/picture', async (): Answer<'GET /api/picture'> => await observer.picture());
  app.get('/api/samples', async (request): Answer<'GET /api/samples'> => {
    const query = request.query as Query;
    const toMs = numberOf(query, 'toMs') ?? system.clock.now();
    const fromMs = numberOf(query, 'fromMs') ?? toMs - HOUR_MS;
    const points = Math.min(Math.max(2, numberOf(query, 'points') ?? MOST_POINTS), MOST_POINTS);
    return atMost(observer.samples(fromMs, toMs), points);
  });
  app.get('/api/events', async (request): Promise<EventRange> => {
    const range = journal.range(readEventAsk(request.query as Query));
    return { ...range, lastId: journal.lastId() };
  });
  app.get('/api/stream', (request, reply) => {
    const ask = readStreamAsk(request.query as Query, request.headers, journal.lastId());
    reply.hijack();
    stream(journal, observer, ask, reply.raw);
  });
  app.get('/api/resources', async (): Answer<'GET /api/resources'> => await questions.resources());
  app.get('/api/mail', async (): Answer<'GET /api/mail'> => await questions.mail());
  app.get('/api/alarms', async (request): Answer<'GET /api/alarms'> => {
    const region = textOf(request.query as Query, 'region');
    const alarms = await questions.alarms();
    return alarms.filter((alarm) => region === undefined || alarm.region === region);
  });
  app.get('/api/metrics', async (request): Answer<'GET /api/metrics'> => {
    const query = request.query as Query;
    const ask = { region: textOf(query, 'region') ?? '', box: textOf(query, 'box') ?? '' };
    return await metricsOf(system, await observer.picture(), { ...ask, fromMs: numberOf(query, 'fromMs') });
  });
  app.get('/api/logs', async (request, reply) => {
    const query = request.query as Query;
    const [region = '', box = ''] = [textOf(query, 'region'), textOf(query, 'box')];
    const places = { directory, controllerGroup: controllers.group };
    const lines = logsOf(places, await observer.picture(), region, box);
    return lines ?? missing(reply, `there is no ${box || 'box'} in ${region || 'no region'}`);
  });
  app.post(
    '/api/controller',
    async (request): Answer<'POST /api/controller'> =>
      await askController(system, readControllerAsk(request.body, system.regions)),
  );
  app.get('/api/drills', async (): Answer<'GET /api/drills'> => drills.catalogue());
  app.post('/api/drills', async (request, reply) => {
    const { drill, options } = (request.body ?? {}) as Readonly<Record<string, unknown>>;
    const started = drills.start(drill, options);
    if (started.kind === 'busy') return reply.code(409).send({ error: started.because });
    return started.progress;
  });
  app.post('/api/drills/stop', async (): Answer<'POST /api/drills/stop'> => ({ done: drills.stop() }));
  app.get('/api/reports', async (): Answer<'GET /api/reports'> => await reports.list());
  app.get('/api/reports/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const result = await reports.result(id);
    return result === undefined
      ? missing(reply, `there is no report ${id}`)
      : reply.type('application/json').send(result);
  });
  app.get('/api/reports/:id/page', async (request, reply) => {
    const { id } = request.params as { id: string };
    const page = await reports.page(id);
    if (page === undefined) return missing(reply, `there is no report ${id}`);
    return reply.headers(REPORT_HEADERS).type('text/html; charset=utf-8').send(page);
  });
}

function missing(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(404).send({ error });
}

/** A mistake of the asker's; anything else is ours. */
export function isAskersMistake(error: unknown): boolean {
  return error instanceof AskError;
}

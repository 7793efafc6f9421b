// One task of the storefront: reads its configuration, opens both database endpoints, starts the probe, and
// listens. It starts whether or not a database answers: a standby, or a region whose database is coming up,
// must have its tasks standing when it is needed.

import pino from 'pino';
import { type Config, ConfigError, readConfig } from './config.ts';
import { databaseTls, type EndpointLimits, openEndpoint } from './database.ts';
import { startHealth } from './health.ts';
import { emfLine, metricsIntervalMs, noCounts } from './metrics.ts';
import { buildServer } from './server.ts';
import { loopDelayLimitMs } from './shedding.ts';
import { stopLimits, stopOnSignal } from './stop.ts';
import { readTaskIdentity, type TaskIdentity } from './task.ts';

const writerLimits: EndpointLimits = {
  connections: 10,
  connectTimeoutMs: 3_000,
  acquireTimeoutMs: 3_000,
  queryTimeoutMs: 5_000,
};

/** Shorter, because the writer endpoint is asked next, and the edge waits ten seconds for both. */
const readerLimits: EndpointLimits = {
  connections: 10,
  connectTimeoutMs: 2_000,
  acquireTimeoutMs: 2_000,
  queryTimeoutMs: 2_500,
};

/** How long the first probe may hold up listening, so that a new task does not answer before it knows. */
const firstProbeWaitMs = 3_000;

async function main(config: Config): Promise<void> {
  const output = pino.destination({ fd: 1, sync: true });
  // Whoever read our output may be gone; that is no reason to stop serving.
  output.on('error', () => {});
  const log = pino({ level: config.logLevel, base: { region: config.region } }, output);
  const identity = await readTaskIdentity(config.metadataUri);
  const tls = await databaseTls(config);
  const writer = openEndpoint(config.writer, config, tls, writerLimits);
  const reader = openEndpoint(config.reader, config, tls, readerLimits);
  const health = startHealth(config.region, config.health, writer, reader, log);
  let counts = noCounts();

  let open = 0;
  let lastMovedAtMs = performance.now();
  const moved = (change: number) => {
    open += change;
    lastMovedAtMs = performance.now();
  };

  const close = async () => {
    health.stop();
    clearInterval(reporting);
    await app.close();
    report();
    await Promise.race([Promise.all([writer.close(), reader.close()]), pause(2_000)]);
  };
  const stop = stopOnSignal({ traffic: () => ({ open, lastMovedAtMs }), close }, stopLimits, log);

  const { region } = config;
  const parts = {
    region,
    identity,
    writer,
    reader,
    health,
    log,
    counts: () => counts,
    shedding: { maxInFlight: config.maxInFlight, loopDelayLimitMs },
    stopping: stop.stopping,
  };
  const app = buildServer(parts);
  // A health check is no reason to stay.
  app.server.on('request', (request, response) => {
    if (request.url?.startsWith('/health')) return;
    moved(1);
    response.once('close', () => moved(-1));
  });

  const report = () => {
    const verdict = health.verdict();
    const gauges = {
      region,
      task: identity.task,
      writerRole: verdict.role === 'writer',
      lagMs: verdict.lagMs,
    };
    output.write(`${emfLine(counts, gauges, Date.now())}\n`);
    counts = noCounts();
  };
  const reporting = setInterval(report, metricsIntervalMs);

  await Promise.race([health.firstProbe, pause(firstProbeWaitMs)]);
  if (stop.stopping()) return;
  const address = await app.listen({ host: listenHost(config, identity), port: config.port });
  log.info({ address, zone: identity.zone, task: identity.task }, 'listening');
}

/** On ECS the address of the task's own network interface; elsewhere loopback, unless HOST says otherwise. */
function listenHost(config: Config, identity: TaskIdentity): string {
  return config.host ?? identity.address ?? '127.0.0.1';
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

// `--check` loads every module and leaves: the image is built with it, which fills Node's compile cache.
try {
  if (!process.argv.includes('--check')) await main(readConfig(process.env));
} catch (error) {
  process.stderr.write(`storefront: ${reasonToStop(error)}\n`);
  process.exit(1);
}

/** A stack only where the fault is ours: not for a configuration or an address that cannot be had. */
function reasonToStop(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? `could not listen: ${error.message}` : `could not start: ${error.stack}`;
}

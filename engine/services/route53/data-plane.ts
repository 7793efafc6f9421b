/**
 * Route 53's data plane: the name servers and the health checkers. It lives on what was published and kept,
 * so it answers and fails over while no region is there.
 */
import type { DataPlane, GlobalContext, Json } from '../contract.ts';
import { addressesOf, type World } from './alias.ts';
import { type Answer, answer } from './answer.ts';
import { createAnswerWatch } from './answer-watch.ts';
import { createHealthBoard, type VerdictChange } from './health-board.ts';
import { statusAnswer, statusOf } from './health-status.ts';
import { publishMetrics } from './metrics.ts';
import type { HealthCheckDocument, NameDocument, ZoneDocument } from './model.ts';
import { type NameServer, serveNames } from './name-server.ts';
import { parentOf, plainName } from './names.ts';
import { compileZone, type Zone } from './zone-data.ts';

const DNS_PORT = 53;
export const NAME_SERVERS = 4;
const METRICS_MS = 60_000;
const PREFIX = {
  zone: 'route53/zone/',
  check: 'route53/health-check/',
  name: 'route53/name/',
} as const;

export function createRoute53DataPlane(context: GlobalContext): DataPlane {
  const { clock, random, network } = context;
  const names = new Map<string, NameDocument>();
  /** By id; and by name for lookups, where the zone created first wins. */
  const zones = new Map<string, Zone>();
  const zonesByName = new Map<string, Zone>();
  const addresses = Array.from({ length: NAME_SERVERS }, (_, n) => network.address('name-server', n));
  let server: NameServer | undefined;
  const timers: { stop(): void }[] = [];

  const world: World = {
    published: (name) => names.get(name),
    healthCheck: (id) => {
      const verdict = board.verdict(id);
      const name = board.state(id)?.document.name ?? id;
      const word = verdict.healthy ? 'healthy' : 'unhealthy';
      return { healthy: verdict.healthy, because: `health check “${name}” is ${word} (${verdict.because})` };
    },
  };
  const zoneOf = (name: string): Zone | undefined => {
    for (let at = name; at !== ''; at = parentOf(at)) {
      const zone = zonesByName.get(at);
      if (zone) return zone;
    }
    return undefined;
  };
  const respond = (name: string, type: string): Answer => answer(world, zoneOf, { name, type }, random);
  const resolve = (name: string): readonly string[] =>
    respond(plainName(name), 'A').answers.flatMap((record) => (record.type === 'A' ? [record.data] : []));

  const answers = createAnswerWatch(context, world, () => zonesByName.values());
  let reviewing = false;
  const changed = (): void => {
    server?.changed();
    if (reviewing) return;
    reviewing = true;
    // Documents of one batch (a whole zone, say) are one change.
    setImmediate(() => {
      reviewing = false;
      answers.review();
    });
  };
  const board = createHealthBoard(context, { clock, random, port: network.port, resolve }, (changes) => {
    for (const change of changes) context.journal.record(changeEntry(change));
    changed();
  });

  const takeZone = (key: string, document: Json | null): void => {
    const id = key.slice(PREFIX.zone.length);
    if (document === null) zones.delete(id);
    else zones.set(id, compileZone(document as unknown as ZoneDocument));
    zonesByName.clear();
    for (const zone of zones.values()) if (!zonesByName.has(zone.name)) zonesByName.set(zone.name, zone);
    if (document !== null) nameTheServers((document as unknown as ZoneDocument).nameServers);
    changed();
  };
  /** The zone's name servers have names of their own, in AWS's zones. */
  const nameTheServers = (servers: readonly string[]): void => {
    for (const [n, name] of servers.entries()) {
      const address = addresses[n % addresses.length]!;
      names.set(plainName(name), {
        type: 'A',
        ttlSeconds: 172_800,
        targets: [{ address, healthy: true }],
        healthy: true,
      });
    }
  };
  const takeCheck = (key: string, document: Json | null): void => {
    if (document === null) board.remove(key.slice(PREFIX.check.length));
    else board.put(document as unknown as HealthCheckDocument);
    changed();
  };
  const takeName = (key: string, document: Json | null): void => {
    const name = plainName(key.slice(PREFIX.name.length));
    if (document === null) names.delete(name);
    else names.set(name, document as unknown as NameDocument);
    changed();
  };

  return {
    start: async () => {
      // Names and verdicts before zones: a zone's answers rest on them.
      context.watch(PREFIX.name, takeName);
      context.watch(PREFIX.check, takeCheck);
      context.watch(PREFIX.zone, takeZone);
      server = await serveNames({
        addresses,
        port: network.port(DNS_PORT),
        answer: ({ name, type }) => respond(name, type),
      });
      timers.push(clock.every(METRICS_MS, () => void publishMetrics(context, board).catch(() => {})));
    },
    stop: async () => {
      for (const timer of timers) timer.stop();
      board.stop();
      await server?.close();
    },
    answers: {
      'health-check-status': (input) => statusAnswer(board, (input as { readonly id: string }).id),
      resolve: (input) => [...resolve((input as { readonly name: string }).name)],
    },
    status: () => ({
      nameServers: (server?.places ?? []).map(({ host, port }) => `${host}:${port}`),
      queries: server?.queries ?? 0,
      names: [...names].map(([name, document]) => ({ name, addresses: [...addressesOf(document)] })),
      zones: [...zones.values()].map((zone) => ({
        id: zone.id,
        name: zone.name,
        names: zone.nodes.size,
        failover: answers.present
          .filter((present) => zone.nodes.has(present.name))
          .map((present) => ({ ...present, values: [...present.values] })),
      })),
      healthChecks: board.ids.map((id) => statusOf(board, id)),
    }),
  };
}

function changeEntry({ document, verdict, endpoint }: VerdictChange): {
  event: string;
  subject: string;
  because: string;
  data: { [key: string]: Json };
} {
  const failures = new Set(
    (endpoint?.checkers ?? []).flatMap((checker) =>
      checker.last && !checker.last.ok ? [checker.last.because] : [],
    ),
  );
  const why = !verdict.healthy && failures.size > 0 ? `; last failures: ${[...failures].join(', ')}` : '';
  return {
    event: 'health-check.changed',
    subject: document.name ?? document.id,
    because: `${verdict.healthy ? 'healthy' : 'unhealthy'}: ${verdict.because}${why}`,
    data: {
      id: document.id,
      type: document.config.Type ?? '',
      healthy: verdict.healthy,
      ...(endpoint && {
        healthyCheckers: endpoint.checkers.filter((checker) => checker.healthy).length,
        checkers: endpoint.checkers.length,
      }),
    },
  };
}

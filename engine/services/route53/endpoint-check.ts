/**
 * An endpoint health check at work: its sixteen checkers, each with a phase of its own, resolving the name
 * afresh each time and probing. Uncoordinated, as Route 53's are.
 */
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import type { Clock, Timer } from '../../time/clock.ts';
import { type Checker, NEW_CHECKER, observe, vantages } from './checker.ts';
import type { HealthCheckDocument } from './model.ts';
import { type ProbeTarget, probe } from './probe.ts';

export interface EndpointCheck {
  readonly checkers: readonly Checker[];
  readonly regions: readonly string[];
  stop(): void;
}

export interface EndpointCheckWorld {
  readonly clock: Clock;
  readonly random: () => number;
  /** The port that stands for a well-known one. */
  port(standard: number): number;
  /** Addresses of a name by our own DNS data. */
  resolve(name: string): readonly string[];
}

const CONNECT_MS = 4000;
const TCP_CONNECT_MS = 10_000;
const RESPONSE_MS = 2000;
/** Real time: a probe is real work, which an accelerated clock does not make faster. */
const FLOOR_REAL_MS = 1000;

const DEFAULT_FAILURE_THRESHOLD = 3;
const DEFAULT_INTERVAL_SECONDS = 30;

export function startEndpointCheck(
  world: EndpointCheckWorld,
  document: HealthCheckDocument,
  /** Verdicts of the checkers as they were before a restart; empty for a new check. */
  before: readonly boolean[],
  changed: () => void,
): EndpointCheck {
  const { config } = document;
  const regions = vantages(config.Regions);
  const threshold = config.FailureThreshold ?? DEFAULT_FAILURE_THRESHOLD;
  const intervalMs = (config.RequestInterval ?? DEFAULT_INTERVAL_SECONDS) * 1000;
  const checkers: Checker[] = regions.map((_, n) => ({ ...NEW_CHECKER, healthy: before[n] ?? true }));
  const timers = new Map<number, Timer>();
  const running = new Set<number>();
  let stopped = false;

  const look = async (n: number): Promise<void> => {
    if (running.has(n)) return;
    running.add(n);
    const result = await observeOnce(world, document);
    running.delete(n);
    if (stopped) return;
    const previous = checkers[n]!;
    checkers[n] = observe(previous, { ...result, atMs: world.clock.now() }, threshold);
    if (checkers[n].healthy !== previous.healthy) changed();
  };
  for (const n of checkers.keys()) {
    const phaseMs = world.random() * intervalMs;
    timers.set(
      n,
      world.clock.after(phaseMs, () => {
        void look(n);
        timers.set(
          n,
          world.clock.every(intervalMs, () => void look(n)),
        );
      }),
    );
  }
  return {
    checkers,
    regions,
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) timer.stop();
    },
  };
}

async function observeOnce(
  world: EndpointCheckWorld,
  document: HealthCheckDocument,
): Promise<{ readonly ok: boolean; readonly because: string }> {
  const { config, id } = document;
  const addresses = config.IPAddress
    ? [config.IPAddress]
    : world.resolve(config.FullyQualifiedDomainName ?? '');
  const address = addresses[Math.floor(world.random() * addresses.length)];
  if (address === undefined)
    return { ok: false, because: `${config.FullyQualifiedDomainName} has no address` };
  if (!address.startsWith('127.'))
    return { ok: false, because: `${address} is not an address of this machine` };
  const target = targetOf(world, config, id, address);
  const real = (ms: number): number => Math.max(FLOOR_REAL_MS, world.clock.real(ms));
  return await probe(target, {
    connectMs: real(target.kind === 'TCP' ? TCP_CONNECT_MS : CONNECT_MS),
    responseMs: real(RESPONSE_MS),
  });
}

function targetOf(
  world: EndpointCheckWorld,
  config: HealthCheckConfig,
  healthCheckId: string,
  address: string,
): ProbeTarget {
  const type = config.Type ?? 'HTTP';
  const kind = type.startsWith('HTTPS') ? 'HTTPS' : type === 'TCP' ? 'TCP' : 'HTTP';
  const port = config.Port ?? (kind === 'HTTPS' ? 443 : 80);
  const name = config.FullyQualifiedDomainName ?? address;
  const usual = kind === 'HTTPS' ? 443 : 80;
  return {
    kind,
    address,
    port: world.port(port),
    path: config.ResourcePath || '/',
    // “If you specify a value other than 80 or 443, Route 53 passes FullyQualifiedDomainName:port”.
    host: port === usual ? name : `${name}:${port}`,
    serverName: kind === 'HTTPS' && (config.EnableSNI ?? true) ? config.FullyQualifiedDomainName : undefined,
    searchString: config.SearchString,
    healthCheckId,
  };
}

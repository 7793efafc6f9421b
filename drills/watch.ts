/**
 * Watching a system from outside while a drill runs: what DNS answers, which region writes, how far the
 * standby is behind, how many tasks run, and the journal as it is written.
 */
import { promises as dns } from 'node:dns';
import type { ControlledSystem, NumberedRecord } from '@understudy/engine/client';
import type { AwsTime } from './aws-time.ts';

export interface Seen {
  readonly atMs: number;
  readonly dnsActive: string;
  readonly writer: string;
  readonly lagMs: number | null;
  readonly tasks: Readonly<Record<string, number>>;
}

export interface Watch {
  readonly seen: readonly Seen[];
  readonly records: readonly NumberedRecord[];
  /** What DNS says right now; `none` when it says nothing. */
  active(): Promise<string>;
  stop(): void;
}

const EVERY_MS = 1000;
/** The system's status is asked for less often: it costs every process something. */
const STATUS_EVERY = 3;

export async function watch(
  system: ControlledSystem,
  time: AwsTime,
  domain: string,
  each: (record: NumberedRecord) => void,
): Promise<Watch> {
  const { nameServer } = await system.system();
  const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`${nameServer.host}:${nameServer.port}`]);
  const records: NumberedRecord[] = [];
  const seen: Seen[] = [];
  const ending = new AbortController();
  const { lastId } = await system.events(0, 1);
  system
    .follow(
      lastId,
      (record) => {
        records.push(record);
        each(record);
      },
      ending.signal,
    )
    .catch(() => {});
  const active = async (): Promise<string> => {
    try {
      return (await resolver.resolveTxt(`active.${domain}`))[0]?.join('') ?? 'none';
    } catch {
      return 'none';
    }
  };
  let facts: Pick<Seen, 'writer' | 'lagMs' | 'tasks'> = { writer: 'unknown', lagMs: null, tasks: {} };
  const loop = async (): Promise<void> => {
    for (let n = 0; !ending.signal.aborted; n++) {
      const atMs = time.now();
      if (n % STATUS_EVERY === 0) facts = await factsOf(system).catch(() => facts);
      seen.push({ atMs, dnsActive: await active(), ...facts });
      await time.wait(EVERY_MS, ending.signal);
    }
  };
  void loop();
  return { seen, records, active, stop: () => ending.abort() };
}

interface RdsFacts {
  readonly clusters?: readonly {
    readonly role?: string;
    readonly instances?: readonly { readonly lagMs: number | null }[];
  }[];
}

async function factsOf(system: ControlledSystem): Promise<Pick<Seen, 'writer' | 'lagMs' | 'tasks'>> {
  const { processes, system: summary } = await system.status();
  const tasks: Record<string, number> = {};
  const writers: string[] = [];
  let lagMs: number | null = null;
  for (const region of summary.regions) {
    const answer = processes[region];
    tasks[region] = 0;
    if (!answer || !('services' in answer)) continue;
    tasks[region] = answer.guests.filter((guest) => guest.kind === 'task').length;
    for (const cluster of (answer.services['rds'] as RdsFacts | undefined)?.clusters ?? []) {
      if (cluster.role === 'writer') writers.push(region);
      else lagMs = worst(cluster.instances?.map((instance) => instance.lagMs) ?? []);
    }
  }
  return { writer: writers.join(' and ') || 'none', lagMs, tasks };
}

function worst(lags: readonly (number | null)[]): number | null {
  const known = lags.filter((lag) => lag !== null);
  return known.length ? Math.max(...known) : null;
}

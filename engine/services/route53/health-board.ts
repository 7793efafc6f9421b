/**
 * What every health check says now. Checks come and go with their documents; verdicts and the checkers' own
 * states are kept on disk, so that a restart of the data plane goes on with them instead of beginning healthy.
 */
import type { Clock } from '../../time/clock.ts';
import type { GlobalContext, Table } from '../contract.ts';
import { type EndpointCheck, type EndpointCheckWorld, startEndpointCheck } from './endpoint-check.ts';
import { type MetricCheck, startMetricCheck } from './metric-check.ts';
import type { HealthCheckDocument } from './model.ts';
import {
  calculatedVerdict,
  endpointVerdict,
  finalVerdict,
  lastKnownAfter,
  metricVerdict,
  type Verdict,
} from './verdict.ts';

export interface HealthBoard {
  put(document: HealthCheckDocument): void;
  remove(id: string): void;
  /** Unknown checks count as healthy: nothing speaks against them yet. */
  verdict(id: string): Verdict;
  readonly ids: readonly string[];
  state(id: string): CheckState | undefined;
  stop(): void;
}

export interface CheckState {
  readonly document: HealthCheckDocument;
  readonly verdict: Verdict;
  readonly sinceMs: number;
  readonly endpoint: EndpointCheck | undefined;
  readonly children: readonly { readonly id: string; readonly healthy: boolean }[];
}

export interface VerdictChange {
  readonly document: HealthCheckDocument;
  readonly verdict: Verdict;
  readonly endpoint: EndpointCheck | undefined;
}

/** On disk. */
interface KeptState {
  readonly healthy: boolean;
  readonly sinceMs: number;
  readonly checkers?: readonly boolean[];
  /** Of a metric check: the last status that rested on data. */
  readonly lastKnown?: boolean;
}

interface Entry {
  readonly document: HealthCheckDocument;
  readonly endpoint?: EndpointCheck;
  readonly metric?: MetricCheck;
}

/** How deep calculated checks may rest on one another. */
const MAX_DEPTH = 8;

export function createHealthBoard(
  context: Pick<GlobalContext, 'invoke' | 'store'> & { readonly clock: Clock },
  world: EndpointCheckWorld,
  onChange: (changes: readonly VerdictChange[]) => void,
): HealthBoard {
  const kept: Table<KeptState> = context.store.table<KeptState>('verdicts');
  const entries = new Map<string, Entry>();
  let stopped = false;

  const seen = (id: string, entry: Entry, depth: number): Verdict => {
    const { config } = entry.document;
    if (entry.endpoint) {
      const { checkers } = entry.endpoint;
      return endpointVerdict(checkers.filter((checker) => checker.healthy).length, checkers.length);
    }
    if (entry.metric) {
      const { settled, outcome } = entry.metric;
      return metricVerdict(config, settled, outcome, kept.get(id)?.lastKnown);
    }
    return calculatedVerdict(childrenOf(entry.document, depth), config.HealthThreshold ?? 0);
  };
  const verdictOf = (id: string, depth = 0): Verdict => {
    const entry = entries.get(id);
    if (!entry || depth > MAX_DEPTH) return { healthy: true, because: `health check ${id} is not known` };
    return finalVerdict(entry.document.config, seen(id, entry, depth));
  };
  const childrenOf = (
    document: HealthCheckDocument,
    depth: number,
  ): { id: string; name: string; healthy: boolean }[] =>
    (document.config.ChildHealthChecks ?? []).map((id) => ({
      id,
      name: entries.get(id)?.document.name ?? id,
      healthy: verdictOf(id, depth + 1).healthy,
    }));

  /** Writes down what is new and tells of verdicts that turned. */
  const review = (): void => {
    if (stopped) return;
    const changes: VerdictChange[] = [];
    for (const [id, entry] of entries) {
      const before = kept.get(id);
      const lastKnown = entry.metric && lastKnownAfter(entry.metric.outcome, before?.lastKnown);
      if (lastKnown !== undefined && lastKnown !== before?.lastKnown)
        kept.put(id, { healthy: true, sinceMs: context.clock.now(), ...before, lastKnown });
      const verdict = verdictOf(id);
      const checkers = entry.endpoint?.checkers.map((checker) => checker.healthy);
      const turned = (before?.healthy ?? true) !== verdict.healthy;
      if (turned || !before || JSON.stringify(before?.checkers) !== JSON.stringify(checkers))
        kept.put(id, {
          ...kept.get(id),
          healthy: verdict.healthy,
          sinceMs: turned || !before ? context.clock.now() : before.sinceMs,
          ...(checkers && { checkers }),
        });
      if (turned) changes.push({ document: entry.document, verdict, endpoint: entry.endpoint });
    }
    if (changes.length > 0) onChange(changes);
  };

  const start = (document: HealthCheckDocument): Entry => {
    const before = kept.get(document.id);
    switch (document.config.Type) {
      case 'CALCULATED':
        return { document };
      case 'CLOUDWATCH_METRIC':
        return { document, metric: startMetricCheck(context, document, review) };
      default:
        if (document.config.Disabled) return { document };
        return { document, endpoint: startEndpointCheck(world, document, before?.checkers ?? [], review) };
    }
  };
  const stop = (entry: Entry | undefined): void => {
    entry?.endpoint?.stop();
    entry?.metric?.stop();
  };
  return {
    put: (document) => {
      const before = entries.get(document.id);
      const same = before && before.document.version === document.version;
      if (!same) stop(before);
      // Tags are not part of the version: another name does not begin the check anew.
      entries.set(document.id, same ? { ...before, document } : start(document));
      review();
    },
    remove: (id) => {
      stop(entries.get(id));
      entries.delete(id);
      kept.delete(id);
      review();
    },
    verdict: (id) => verdictOf(id),
    get ids() {
      return [...entries.keys()];
    },
    state: (id) => {
      const entry = entries.get(id);
      if (!entry) return undefined;
      const sinceMs = kept.get(id)?.sinceMs ?? context.clock.now();
      const children = childrenOf(entry.document, 0).map(({ id: child, healthy }) => ({
        id: child,
        healthy,
      }));
      return {
        document: entry.document,
        verdict: verdictOf(id),
        sinceMs,
        endpoint: entry.endpoint,
        children,
      };
    },
    stop: () => {
      stopped = true;
      for (const entry of entries.values()) stop(entry);
    },
  };
}

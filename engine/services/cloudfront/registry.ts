/**
 * The distributions that the edges know, ready for requests: behaviours compiled, origins by id, and which of
 * them a Host belongs to.
 */
import { isIP } from 'node:net';
import { type BehaviorTable, behaviorTable } from './behavior-match.ts';
import type { Behavior, DistributionDocument, ErrorResponse } from './model.ts';
import type { Target } from './origin-fetch.ts';

export interface Distribution {
  readonly document: DistributionDocument;
  readonly behaviors: BehaviorTable;
  readonly targets: ReadonlyMap<string, Target>;
  readonly errors: ReadonlyMap<number, ErrorResponse>;
  readonly counters: Counters;
  /** Rises with each invalidation: what was asked before it is not kept. */
  readonly validity: { epoch: number };
}

/** Since the last minute's metrics. */
export interface Counters {
  requests: number;
  bytes: number;
  clientErrors: number;
  serverErrors: number;
}

export interface Chosen {
  readonly distribution: Distribution;
  /** Addressed as a person with a browser does, by IP address or localhost, not by a name of its own. */
  readonly direct: boolean;
}

export interface Registry {
  put(document: DistributionDocument): void;
  remove(id: string): void;
  choose(host: string | undefined): Chosen | undefined;
  get(id: string): Distribution | undefined;
  readonly all: readonly Distribution[];
}

export function createRegistry(): Registry {
  const byId = new Map<string, Distribution>();
  const byHost = new Map<string, Chosen>();
  const wildcards: [suffix: string, chosen: Chosen][] = [];
  let direct: Chosen | undefined;

  const index = (): void => {
    byHost.clear();
    wildcards.length = 0;
    const enabled = [...byId.values()].filter((one) => one.document.enabled);
    for (const distribution of enabled) {
      const chosen: Chosen = { distribution, direct: false };
      byHost.set(distribution.document.domainName.toLowerCase(), chosen);
      for (const alias of distribution.document.aliases)
        if (alias.startsWith('*.')) wildcards.push([alias.slice(1).toLowerCase(), chosen]);
        else byHost.set(alias.toLowerCase(), chosen);
    }
    const [only] = enabled;
    direct = only && enabled.length === 1 ? { distribution: only, direct: true } : undefined;
  };
  return {
    put: (document) => {
      const before = byId.get(document.id);
      byId.set(document.id, compiled(document, before));
      index();
    },
    remove: (id) => {
      byId.delete(id);
      index();
    },
    choose: (host) => {
      if (host === undefined) return direct;
      // The usual spelling first: it costs one look-up.
      const exact = byHost.get(host);
      if (exact) return exact;
      const bare = host.replace(/:\d+$/, '').toLowerCase();
      const named = byHost.get(bare) ?? wildcards.find(([suffix]) => bare.endsWith(suffix))?.[1];
      if (named) return named;
      return isIP(bare) || bare === 'localhost' || bare.endsWith('.localhost') ? direct : undefined;
    },
    get: (id) => byId.get(id),
    get all() {
      return [...byId.values()];
    },
  };
}

function compiled(document: DistributionDocument, before: Distribution | undefined): Distribution {
  const origins = new Map(document.origins.map((origin) => [origin.id, origin]));
  const targets = new Map<string, Target>();
  for (const origin of document.origins) targets.set(origin.id, { kind: 'origin', origin });
  for (const group of document.originGroups) {
    const primary = origins.get(group.primary);
    const secondary = origins.get(group.secondary);
    if (primary && secondary) targets.set(group.id, { kind: 'group', group, primary, secondary });
  }
  return {
    document,
    behaviors: behaviorTable(document.behaviors),
    targets,
    errors: new Map(document.errorResponses.map((response) => [response.code, response])),
    counters: before?.counters ?? { requests: 0, bytes: 0, clientErrors: 0, serverErrors: 0 },
    // The same one after a change of configuration: requests under way still hold the former.
    validity: before?.validity ?? { epoch: 0 },
  };
}

export function targetOf(distribution: Distribution, behavior: Behavior): Target {
  const target = distribution.targets.get(behavior.target);
  if (!target) throw new Error(`distribution ${distribution.document.id} has no origin ${behavior.target}`);
  return target;
}

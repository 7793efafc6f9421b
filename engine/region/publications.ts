/**
 * What a region hands to the global data planes. The last value under a key wins; it is sent until the global
 * process has taken it, in order, and again when that process came back without it. A version (the region's
 * clock, then a counter) keeps a late sending from overwriting a newer one.
 */
import type { Json } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';
import type { InnerCaller } from './inner-call.ts';

export interface Publication {
  readonly key: string;
  readonly document: Json | null;
  readonly region: string;
  readonly version: number;
}

export interface Publications {
  publish(key: string, document: Json | null): void;
  /** Resolves when everything published so far has been taken. */
  settled(): Promise<void>;
  stop(): void;
}

const RETRY_MS = 250;
/** How often everything is offered again, for a global process that lost its disk. AWS time. */
const REPEAT_MS = 60_000;

export function createPublications(options: {
  readonly region: string;
  readonly globalBase: string;
  readonly caller: InnerCaller;
  readonly clock: Clock;
}): Publications {
  const { region, globalBase, caller, clock } = options;
  const latest = new Map<string, Publication>();
  const unsent = new Set<string>();
  let counter = 0;
  let stopped = false;
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (unsent.size && !stopped) {
      const batch = [...unsent].map((key) => latest.get(key)!);
      try {
        await caller.call(globalBase, 'publish', batch);
        for (const sent of batch) if (latest.get(sent.key) === sent) unsent.delete(sent.key);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  };
  const kick = (): void => {
    running ??= drain().finally(() => {
      running = undefined;
      if (unsent.size && !stopped) kick();
    });
  };
  const repeat = clock.every(REPEAT_MS, () => {
    for (const key of latest.keys()) unsent.add(key);
    kick();
  });
  return {
    publish: (key, document) => {
      counter += 1;
      latest.set(key, { key, document, region, version: Date.now() * 1000 + (counter % 1000) });
      unsent.add(key);
      kick();
    },
    settled: async () => {
      while (running) await running;
    },
    stop: () => {
      stopped = true;
      repeat.stop();
    },
  };
}

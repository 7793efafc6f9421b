/**
 * The documents that the global data planes go by: published by regions, kept on this process's own disk so
 * that DNS answers and edges work while every region is away.
 */
import type { GlobalContext, Json, Store } from '../services/contract.ts';
import type { Publication } from './publications.ts';

export interface Documents {
  take(publications: readonly Publication[]): void;
  readonly watch: GlobalContext['watch'];
  readonly publish: GlobalContext['publish'];
}

interface Kept {
  readonly document: Json | null;
  readonly region: string;
  readonly version: number;
}

export function createDocuments(store: Store): Documents {
  const kept = store.table<Kept>('documents');
  const watchers: { readonly prefix: string; changed(key: string, document: Json | null): void }[] = [];
  const tell = (key: string, document: Json | null): void => {
    for (const watcher of watchers) if (key.startsWith(watcher.prefix)) watcher.changed(key, document);
  };
  const inner = new Map<string, Json | null>();
  return {
    take: (publications) => {
      const changed: Publication[] = [];
      store.transaction(() => {
        for (const publication of publications) {
          const { key, document, region, version } = publication;
          const before = kept.get(key);
          if (before && before.version >= version) continue;
          // A withdrawn document (null) is kept with its version: a late sending must not bring it back.
          kept.put(key, { document, region, version });
          if (JSON.stringify(before?.document ?? null) !== JSON.stringify(document))
            changed.push(publication);
        }
      });
      for (const { key, document } of changed) tell(key, document);
    },
    watch: (prefix, changed) => {
      watchers.push({ prefix, changed });
      for (const [key, { document }] of kept.entries())
        if (document !== null && key.startsWith(prefix)) changed(key, document);
      for (const [key, document] of inner)
        if (document !== null && key.startsWith(prefix)) changed(key, document);
    },
    publish: (key, document) => {
      inner.set(key, document);
      tell(key, document);
    },
  };
}

/**
 * What clients were told, and whether the databases keep it: an acknowledged write is in the writer's history,
 * or in the rescue file of an old writer because data loss was allowed meanwhile. Pure.
 */

export interface Acknowledged {
  readonly id: number;
  readonly atMs: number;
  readonly region: string;
  /** What the region took for the epoch before the write was sent. */
  readonly epoch: number;
}

export interface StaleRead {
  readonly id: number;
  readonly atMs: number;
  readonly region: string;
}

/** A row of the ledger; the counter it moved, and to what, if it did. */
export interface LedgerRow {
  readonly id: number;
  readonly counter: number | null;
  readonly value: number | null;
}

export interface Rescue {
  readonly file: string;
  readonly region: string;
  readonly epoch: number;
  readonly ids: ReadonlySet<number>;
}

export interface Evidence {
  readonly acknowledged: ReadonlyMap<number, Acknowledged>;
  /** Reads at a writer that did not find what had been acknowledged before, in the same region. */
  readonly staleReads: readonly StaleRead[];
  readonly rows: readonly LedgerRow[];
  readonly counters: ReadonlyMap<number, number>;
  readonly rescues: readonly Rescue[];
  readonly promotions: readonly { readonly epoch: number; readonly planned: boolean }[];
}

export interface Verdict {
  readonly kept: number;
  readonly explainedLosses: number;
  readonly unexplainedLosses: number;
  readonly explainedStaleReads: number;
  /** Sentences; none if every promise was kept. */
  readonly violations: readonly string[];
}

export function judge(evidence: Evidence): Verdict {
  const found = new Set(evidence.rows.map((row) => row.id));
  const missing = [...evidence.acknowledged.values()].filter((write) => !found.has(write.id));
  const lost = missing.map((write) => ({ write, why: whyLost(write, evidence) }));
  const explained = new Set(lost.filter(({ why }) => why === undefined).map(({ write }) => write.id));
  const stale = evidence.staleReads.filter((read) => !explained.has(read.id));
  return {
    kept: evidence.acknowledged.size - missing.length,
    explainedLosses: explained.size,
    unexplainedLosses: missing.length - explained.size,
    explainedStaleReads: evidence.staleReads.length - stale.length,
    violations: [
      ...lost.flatMap(({ why }) => (why === undefined ? [] : [why])),
      ...stale.map(
        (read) => `stale read: the writer in ${read.region} did not show ${read.id}, acknowledged before`,
      ),
      ...keptAndSetAside(evidence, found),
      ...duplicates(evidence.rows),
      ...counterViolations(evidence),
    ],
  };
}

/** Undefined: an old writer had it when a move was allowed to lose data, and it was set aside. */
function whyLost(write: Acknowledged, { rescues, promotions }: Evidence): string | undefined {
  const what = `${write.id}, acknowledged in ${write.region} at epoch ${write.epoch}`;
  const rescue = rescues.find(({ ids, region }) => region === write.region && ids.has(write.id));
  if (!rescue) return `lost: ${what}, is in no rescue file of ${write.region}`;
  const next = promotions
    .filter(({ epoch }) => epoch > write.epoch)
    .reduce((a, b) => (b.epoch < a.epoch ? b : a), {
      epoch: Number.POSITIVE_INFINITY,
      planned: true,
    });
  if (next.planned)
    return `lost: ${what}, was set aside (${rescue.file}), and no move was allowed to lose it`;
  return undefined;
}

function keptAndSetAside({ rescues }: Evidence, found: ReadonlySet<number>): readonly string[] {
  return rescues.flatMap(({ file, ids }) => {
    const both = [...ids].filter((id) => found.has(id));
    return both.length
      ? [`${file} has set aside ${both.length} writes that were kept, ${both[0]} first`]
      : [];
  });
}

function duplicates(rows: readonly LedgerRow[]): readonly string[] {
  const seen = new Set<number>();
  return rows.flatMap(({ id }) => {
    if (seen.has(id)) return [`twice: ${id}`];
    seen.add(id);
    return [];
  });
}

/** Each move of a counter is a row of the ledger, from 1 to what the counter says, without a gap or a double. */
function counterViolations({ rows, counters }: Evidence): readonly string[] {
  const moves = new Map<number, number[]>();
  for (const { counter, value } of rows)
    if (counter !== null && value !== null) {
      const values = moves.get(counter);
      if (values) values.push(value);
      else moves.set(counter, [value]);
    }
  return [...counters].flatMap(([counter, value]) => {
    const values = (moves.get(counter) ?? []).sort((a, b) => a - b);
    const wrong = values.findIndex((moved, n) => moved !== n + 1);
    if (wrong >= 0) return [`lost update: counter ${counter} moved to ${values[wrong]} as move ${wrong + 1}`];
    return values.length === value
      ? []
      : [`lost update: counter ${counter} says ${value} after ${values.length} moves`];
  });
}

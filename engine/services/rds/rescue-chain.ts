/**
 * What would become of rescued rows at the present writer. The changes of one row form a chain of states;
 * wherever the row stands on it today, the changes before that are there already and those after it apply.
 * A row that stands nowhere on it was changed by someone else since, and is left alone. Pure.
 */
import type { Column, RescuedRow, RescueFile, Values } from './rescue-rows.ts';
import { columnsOf, keyColumns } from './rescue-sql.ts';

export interface Chain {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Positions among the file's changes; change n leads from state n to state n + 1. */
  readonly changes: readonly number[];
  /** null: there is no such row. */
  readonly states: readonly (Values | null)[];
}

export type Verdict = 'applies' | 'same' | 'missing' | 'conflict' | 'by-hand';

export interface Finding {
  readonly verdict: Verdict;
  readonly because: string;
}

export interface Chains {
  readonly chains: readonly Chain[];
  /** Changes of which no statement can be made, by position. */
  readonly byHand: ReadonlyMap<number, Finding>;
}

export function chainsOf(file: RescueFile): Chains {
  const chains: {
    table: string;
    columns: readonly Column[];
    changes: number[];
    states: (Values | null)[];
  }[] = [];
  const byHand = new Map<number, Finding>();
  const current = new Map<string, (typeof chains)[number]>();
  for (const [n, change] of file.changes.entries()) {
    if (change.operation === 'statement') {
      byHand.set(n, { verdict: 'by-hand', because: 'a definition is for a person to run' });
      continue;
    }
    const columns = columnsOf(file, change);
    if ('byHand' in columns) {
      byHand.set(n, { verdict: 'by-hand', because: columns.byHand });
      continue;
    }
    const [from, to] = [change.before ?? change.after!, change.after ?? change.before!].map((values) =>
      identityOf(change.table, values, columns),
    ) as [string, string];
    let chain = current.get(from);
    if (!chain) {
      chain = { table: change.table, columns, changes: [], states: [change.before] };
      chains.push(chain);
    }
    chain.changes.push(n);
    chain.states.push(change.after);
    // An update of the key: the row goes on under another name.
    if (from !== to) current.delete(from);
    current.set(to, chain);
  }
  return { chains, byHand };
}

/** `standsAt`: the latest state that the row has today; undefined if none. `present`: a row with the key exists. */
export function findingsOf(chain: Chain, standsAt: number | undefined, present: boolean): readonly Finding[] {
  return chain.changes.map((_, n): Finding => {
    if (standsAt === undefined)
      return present
        ? { verdict: 'conflict', because: 'the row is another one by now; it is left alone' }
        : { verdict: 'missing', because: 'the row that was changed is not there' };
    if (n < standsAt) return { verdict: 'same', because: 'it is so already' };
    if (n > standsAt) return { verdict: 'applies', because: 'after the change before it' };
    return chain.states[n] === null
      ? { verdict: 'applies', because: 'there is no such row' }
      : { verdict: 'applies', because: 'the row is as it was before the change' };
  });
}

function identityOf(table: string, values: Values, columns: readonly Column[]): string {
  return JSON.stringify([table, ...keyColumns(columns).map(({ name }) => values[name] ?? null)]);
}

/** The key of a row, for people; every column where the table's shape is not known or has no key. */
export function keyOf(file: RescueFile, row: RescuedRow): Values {
  const values = row.before ?? row.after ?? {};
  const keys = (file.tables?.[row.table] ?? []).filter(({ key }) => key);
  if (keys.length === 0) return values;
  return Object.fromEntries(keys.map(({ name }) => [name, values[name] ?? null]));
}

/**
 * The play that is cut off in crash tests: a stack is created, changed in every way at once, and asked for a
 * change that fails. Each act is repeated until it has ended; the store remembers the act.
 */
import type { JsonObject, Store } from '../services/contract.ts';
import { createWorld, templateOf, type World, type WorldOptions } from './test-world.ts';

const FIRST = templateOf(
  {
    Net: { Name: 'net' },
    Db: { Name: 'db', Net: { Ref: 'Net' }, Size: 1 },
    Web: { Db: { 'Fn::GetAtt': ['Db', 'Arn'] }, Size: 1 },
    Old: { Net: { Ref: 'Net' } },
  },
  {},
  { Outputs: { Web: { Value: { Ref: 'Web' }, Export: { Name: 'web' } } } },
);
const SECOND = templateOf(
  {
    Net: { Name: 'net' },
    Db: { Name: 'db2', Net: { Ref: 'Net' }, Size: 1 },
    Web: { Db: { 'Fn::GetAtt': ['Db', 'Arn'] }, Size: 2 },
    New: { Web: { Ref: 'Web' } },
  },
  {},
  { Outputs: { Web: { Value: { Ref: 'Web' }, Export: { Name: 'web' } } } },
);
const FAILING = templateOf({
  Net: { Name: 'net3' },
  Db: { Name: 'db2', Net: { Ref: 'Net' }, Size: 3 },
  Web: { Db: { 'Fn::GetAtt': ['Db', 'Arn'] }, Size: 2 },
  Extra: {},
  Bad: { Web: { Ref: 'Web' }, Extra: { Ref: 'Extra' } },
});

export const ACTS: readonly { readonly template: JsonObject; readonly ends: string }[] = [
  { template: FIRST, ends: 'CREATE_COMPLETE' },
  { template: SECOND, ends: 'UPDATE_COMPLETE' },
  { template: FAILING, ends: 'UPDATE_ROLLBACK_COMPLETE' },
  { template: SECOND, ends: 'UPDATE_ROLLBACK_COMPLETE' },
];

/** Plays what is left of the play, or of its first acts; returns the world at its end. */
export async function play(store: Store, options: WorldOptions, acts = ACTS.length): Promise<World> {
  const script = store.table<number>('script');
  const world = createWorld(store, options);
  world.failing.add('create Bad');
  for (let act = script.get('act') ?? 0; act < acts; act++) {
    const { template, ends } = ACTS[act] as (typeof ACTS)[number];
    const result = await world.provisioner.deploy({ stackName: 'web', templateFile: 'web.json', template });
    if (result.status !== ends)
      throw new Error(`act ${act} ended with ${result.status}: ${JSON.stringify(result)}`);
    script.put('act', act + 1);
  }
  return world;
}

/** Calls `instant` before and after everything that becomes durable: the moments at which a process may end. */
export function watched(store: Store, instant: () => void): Store {
  let inside = false;
  const around = <T>(work: () => T): T => {
    if (inside) return work();
    instant();
    inside = true;
    try {
      return work();
    } finally {
      inside = false;
      instant();
    }
  };
  return {
    table: (name) => {
      const table = store.table<never>(name);
      return {
        ...table,
        put: (id, value) => around(() => table.put(id, value as never)),
        delete: (id) => around(() => table.delete(id)),
      };
    },
    transaction: (work) => around(() => store.transaction(work)),
  };
}

/**
 * A little cloud for tests of provisioning: things with a name, a size and links to other things. Its
 * handlers call no one; what exists is kept in a store, so that it survives its process like a real service's
 * state, and every creation is found again by its client token. What another thing refers to is not deleted.
 */
import type {
  Fate,
  Journal,
  Json,
  JsonObject,
  PropertyFates,
  ResourceHandler,
  Store,
} from '../services/contract.ts';
import { createProvisioner, type Provisioner, type ProvisionerOptions } from './provisioner.ts';
import type { RegisteredHandler } from './steps.ts';

export interface Thing {
  readonly id: string;
  readonly token: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
}

export interface World {
  readonly provisioner: Provisioner;
  /** What exists now, by logical id. */
  things(): readonly Thing[];
  /** Every call of a handler: `create Web`, `update Web`, `delete Web`. */
  readonly calls: string[];
  /** Calls that fail from now on, in the words of `calls`. */
  readonly failing: Set<string>;
  readonly journal: string[];
}

export interface WorldOptions {
  /** Called in the middle of every handler call, before and after its effect. */
  readonly pause?: () => Promise<void>;
  readonly override?: Partial<ProvisionerOptions>;
  /** What becomes of the properties of things. */
  readonly properties?: PropertyFates;
}

export function createWorld(store: Store, options: WorldOptions = {}): World {
  const existing = store.table<Thing>('things');
  const pause = options.pause ?? (async () => {});
  const calls: string[] = [];
  const failing = new Set<string>();
  const journal: string[] = [];
  const call = async (text: string): Promise<void> => {
    calls.push(text);
    await pause();
    if (failing.has(text)) throw new Error(`the world refuses to ${text}`);
  };
  const made = (thing: Thing) => ({
    physicalId: thing.id,
    attributes: { Arn: `arn:thing/${thing.id}`, Size: (thing.properties['Size'] ?? null) as Json },
  });
  const handler: ResourceHandler = {
    create: async ({ logicalId, clientToken, properties }) => {
      await call(`create ${logicalId}`);
      const before = existing.values().find(({ token }) => token === clientToken);
      const id = `${logicalId.toLowerCase()}-${clientToken.slice(0, 6)}`;
      const thing = before ?? { id, token: clientToken, logicalId, properties };
      existing.put(thing.id, thing);
      await pause();
      return made(thing);
    },
    update: async ({ logicalId, properties, existing: { physicalId } }) => {
      await call(`update ${logicalId}`);
      const thing = existing.get(physicalId);
      if (!thing) throw new Error(`${physicalId} does not exist`);
      existing.put(physicalId, { ...thing, properties });
      await pause();
      return made({ ...thing, properties });
    },
    delete: async ({ logicalId, existing: { physicalId } }) => {
      await call(`delete ${logicalId}`);
      const user = existing
        .values()
        .find(({ id, properties }) => id !== physicalId && refersTo(properties, physicalId));
      if (user) throw new Error(`${physicalId} is still in use by ${user.id}`);
      existing.delete(physicalId);
      await pause();
    },
  };
  const fate: Fate = options.properties ? { fate: 'runs', properties: options.properties } : { fate: 'runs' };
  const fixed: ResourceHandler = { create: handler.create, delete: handler.delete };
  const registered = (each: ResourceHandler): RegisteredHandler => ({
    handler: each,
    serviceName: 'world',
    fate,
  });
  const log: Journal = {
    record: ({ event, subject, because }) => journal.push(`${event} ${subject}: ${because}`),
  };
  const provisioner = createProvisioner({
    store,
    handlers: new Map([
      ['Test::World::Thing', registered({ ...handler, replaceOn: ['Name'] })],
      ['Test::World::Fixed', registered(fixed)],
    ]),
    account: '000000000000',
    region: 'us-east-1',
    clock: { now: () => 1_700_000_000_000 },
    journal: log,
    schema: {},
    resolveSsm: async (name) => (name === '/size' ? '7' : undefined),
    resolveSecret: async ({ secretId, jsonKey }) => `${secretId}/${jsonKey}`,
    ...options.override,
  });
  const things = (): readonly Thing[] =>
    [...existing.values()].sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
  return { provisioner, things, calls, failing, journal };
}

function refersTo(properties: JsonObject, physicalId: string): boolean {
  return JSON.stringify(properties).includes(physicalId);
}

/** A template of things: logical id → properties; `DependsOn`, policies and types by `extra`. */
export function templateOf(
  properties: Readonly<Record<string, JsonObject>>,
  extra: Readonly<Record<string, JsonObject>> = {},
  sections: JsonObject = {},
): JsonObject {
  return {
    ...sections,
    Resources: Object.fromEntries(
      Object.entries(properties).map(([id, each]) => [
        id,
        { Type: 'Test::World::Thing', Properties: each, ...extra[id] },
      ]),
    ),
  };
}

/**
 * One region, composed: a context for each service, the wire in front of their operations, the provisioner
 * behind their resources. It knows services only by their contract.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Assembly, assetResolver, readAssembly } from '../assembly/index.ts';
import type { LinkState } from '../network/links.ts';
import { serveRegionResolver } from '../network/region-resolver.ts';
import { createResolver } from '../network/resolver.ts';
import type { Provisioner, RegisteredHandler } from '../provision/index.ts';
import { createCloudFormation } from '../services/cloudformation/index.ts';
import type {
  JournalRecord,
  Json,
  ResourceHandler,
  Service,
  ServiceContext,
  ServiceDefinition,
} from '../services/contract.ts';
import { services } from '../services/index.ts';
import { createClock } from '../time/clock.ts';
import { delays } from '../time/delays.ts';
import { createIdentity } from '../wire/identity.ts';
import { createWire } from '../wire/index.ts';
import { forwardTo, serveEndpoint } from './endpoint.ts';
import { guestEnvironment } from './guest-environment.ts';
import { createInnerCaller, serveInnerCalls } from './inner-call.ts';
import { journalFor } from './journal.ts';
import type {
  DeployAnswer,
  InvokeRequest,
  ProcessStatus,
  ProgressNotice,
  RegionSetting,
  TypeOwner,
} from './messages.ts';
import { createRegionNetwork } from './network.ts';
import { createPublications } from './publications.ts';
import { seededRandom } from './random.ts';
import { createRegionStacks } from './stacks.ts';
import { type OpenStore, openStore } from './store.ts';

export interface Region {
  /** Resource types and what becomes of them, by service. */
  types(): readonly TypeOwner[];
  deploy(artifactId: string): Promise<DeployAnswer>;
  destroy(stackName: string): Promise<DeployAnswer>;
  stacks(): ReturnType<Provisioner['describe']>;
  status(): ProcessStatus;
  invoke(request: InvokeRequest): Promise<unknown>;
  /** The system is up: from here on, what AWS needs time for takes time. */
  settle(): void;
  link(state: LinkState): void;
  stop(): Promise<void>;
}

export interface RegionEvents {
  journal(record: JournalRecord): void;
  progress(notice: ProgressNotice): void;
}

interface Running {
  readonly definition: ServiceDefinition;
  readonly service: Service;
}

/** The region whose process holds the control planes of global services. */
const CONTROL_REGION = 'us-east-1';

export async function startRegion(setting: RegionSetting, events: RegionEvents): Promise<Region> {
  const { region, regions, account } = setting;
  const clock = createClock(setting.clock);
  const { book, links, network, nameServer, globalBase } = createRegionNetwork(setting, clock);
  const identity = createIdentity(Buffer.from(setting.secret, 'hex'), account, clock);
  const caller = createInnerCaller(setting.secret);
  const publications = createPublications({ region, globalBase, caller, clock });
  const assembly: Assembly = readAssembly(setting.assembly);
  const assets = assetResolver(assembly.assets, { account, region });
  const stores: OpenStore[] = [];
  let settled = setting.settled;
  // CloudFormation is the one service that looks at the provisioner; it reads it when it is asked.
  const view = (): Provisioner => stacks.provisioner();
  const definitions: readonly ServiceDefinition[] = [
    ...services,
    createCloudFormation({
      describe: () => view().describe(),
      stack: (nameOrId) => view().stack(nameOrId),
      exports: () => view().exports(),
      events: (stackName) => view().events(stackName),
    }),
  ];
  const home = regions.includes(CONTROL_REGION) ? CONTROL_REGION : regions[0]!;

  const isHere = (definition: ServiceDefinition): boolean =>
    definition.controlPlane === 'regional' || region === home;
  const running = new Map<string, Running>();

  const invoke = async <I, O>(name: string, operation: string, input: I, from = 'understudy'): Promise<O> => {
    const found = running.get(name);
    if (found) {
      const call = found.service.operations[operation];
      if (!call) throw new Error(`${name} has no operation ${operation}`);
      const caller = {
        requestId: `${region}-inner`,
        principal: `${from}.amazonaws.com`,
        via: 'service' as const,
      };
      return (await call(input, caller)) as O;
    }
    if (!definitions.some((definition) => definition.name === name))
      throw new Error(`there is no service ${name}`);
    return await caller.call<O>(await network.endpointOf(home), 'invoke', {
      service: name,
      operation,
      input,
    });
  };

  const contextOf = (definition: ServiceDefinition): ServiceContext => {
    const directory = join(setting.directory, definition.name);
    // Records hold secrets' values and private keys: the region's folder is its owner's alone.
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const store = openStore(join(directory, 'records.sqlite'));
    stores.push(store);
    const journal = journalFor(definition.name, region, clock, events.journal);
    return {
      account,
      region,
      regions,
      clock,
      journal,
      random: seededRandom(setting.seed, `${region}/${definition.name}`),
      store,
      directory,
      network,
      identity,
      assets,
      delay: async (name, signal) => {
        if (settled && setting.timing === 'aws') await clock.sleep(delays[name].typicalMs, signal);
      },
      invoke: (service, operation, input) => invoke(service, operation, input, definition.name),
      publish: publications.publish,
      ask: (service, question, input) => caller.call<Json>(globalBase, 'ask', { service, question, input }),
      guestEnvironment: (credentials) =>
        guestEnvironment({
          region,
          network,
          clock: setting.clock,
          directory: join(setting.directory, 'guest'),
          ...(credentials && { credentials }),
        }),
    };
  };

  for (const definition of definitions.filter(isHere))
    running.set(definition.name, { definition, service: await definition.create(contextOf(definition)) });

  const handlers = new Map<string, RegisteredHandler>();
  for (const { name, types } of definitions)
    for (const [type, fate] of Object.entries(types)) {
      const here = running.get(name)?.service.resources[type];
      handlers.set(type, { handler: here ?? elsewhere(type), serviceName: name, fate });
    }

  /** A resource of a global service, declared in this region and made where its control plane lives. */
  function elsewhere(type: string): ResourceHandler {
    const carry =
      (action: 'create' | 'update' | 'delete') =>
      async ({ progress: _progress, ...request }: Parameters<ResourceHandler['create']>[0]): Promise<never> =>
        await caller.call<never>(
          await network.endpointOf(home),
          'resource',
          { type, action, request },
          120_000,
        );
    return { create: carry('create'), update: carry('update'), delete: carry('delete') };
  }

  const stacks = createRegionStacks({
    setting,
    assembly,
    clock,
    handlers,
    journal: journalFor('cloudformation', region, clock, events.journal),
    open: (file) => {
      const store = openStore(join(setting.directory, file));
      stores.push(store);
      return store;
    },
    invoke,
    progress: events.progress,
  });

  const wire = createWire({
    region,
    account,
    clock,
    regions,
    verifier: identity,
    // Also those whose control plane is elsewhere: the wire forwards their requests there.
    services: definitions.map((definition) => running.get(definition.name) ?? { definition }),
    forward: (other, request, response) => {
      network.endpointOf(other).then(
        (base) => forwardTo(base, request, response),
        (error: Error) =>
          response
            .writeHead(503, { 'content-type': 'text/plain' })
            .end(`no way to ${other}: ${error.message}\n`),
      );
    },
    failed: ({ requestId, operation, cause }) =>
      journalFor('wire', region, clock, events.journal).record({
        event: 'operation.failed',
        subject: operation,
        because: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
        data: { requestId },
      }),
  });
  const resolver = createResolver({ server: nameServer, clock });
  const regionResolver = await serveRegionResolver({
    region,
    listen: network.resolver,
    resolver,
    links,
    port: network.port,
    regionOf: book.regionOf,
    discover: async (name) => {
      if (!running.has('servicediscovery')) return undefined;
      const found = await invoke<{ name: string }, { addresses?: readonly string[] }>(
        'servicediscovery',
        'ResolveName',
        { name },
      );
      return found.addresses?.map((address) => network.address(address));
    },
  });
  const inner = serveInnerCalls(setting.secret, {
    invoke: ({ service, operation, input }: InvokeRequest) => invoke(service, operation, input),
    resource: async (call: {
      type: string;
      action: 'create' | 'update' | 'delete';
      request: Parameters<ResourceHandler['create']>[0];
    }) => {
      const handler = handlers.get(call.type)?.handler[call.action] as ResourceHandler['create'] | undefined;
      if (!handler) throw new Error(`${call.type} cannot be ${call.action}d here`);
      return await handler({ ...call.request, progress: () => {} });
    },
  });
  const endpoint = await serveEndpoint(book.endpointOf(region), [
    inner,
    (request, response) => {
      wire.handle(request, response);
      return true;
    },
  ]);
  await Promise.all([...running.values()].map(({ service }) => service.start()));

  return {
    types: () => definitions.map(({ name, types }) => ({ name, types })),
    deploy: stacks.deploy,
    destroy: stacks.destroy,
    stacks: () => stacks.provisioner().describe(),
    status: () => ({
      pid: process.pid,
      guests: [...running.values()].flatMap(({ service }) => service.processes?.() ?? []),
      services: Object.fromEntries(
        [...running].flatMap(([name, { service }]) => (service.status ? [[name, service.status()]] : [])),
      ),
    }),
    invoke: ({ service, operation, input }) => invoke(service, operation, input),
    settle: () => {
      settled = true;
    },
    link: links.set,
    stop: async () => {
      publications.stop();
      await Promise.allSettled([...running.values()].map(({ service }) => service.stop()));
      await endpoint.close();
      regionResolver.close();
      resolver.close();
      links.close();
      for (const store of stores) store.close();
    },
  };
}

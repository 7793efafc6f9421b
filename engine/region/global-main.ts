/**
 * The global process: data planes that belong to no region. It takes what the control planes publish, keeps
 * it on its own disk, and goes on when every region is gone.
 */

import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { addressBook, portMap } from '../network/addresses.ts';
import type { DataPlane, GlobalContext, Json } from '../services/contract.ts';
import { services as definitions } from '../services/index.ts';
import { createClock } from '../time/clock.ts';
import { createIdentity } from '../wire/identity.ts';
import { createChannel } from './channel.ts';
import { createDocuments } from './documents.ts';
import { API_PORT } from './endpoint.ts';
import { createInnerCaller, serveInnerCalls } from './inner-call.ts';
import { journalFor } from './journal.ts';
import type { GlobalSetting, InvokeRequest, ProcessStatus } from './messages.ts';
import { GLOBAL_PORT } from './network.ts';
import type { Publication } from './publications.ts';
import { seededRandom } from './random.ts';
import { openStore } from './store.ts';

const channel = createChannel(process, 'the supervisor');
const planes = new Map<string, DataPlane>();

async function start(setting: GlobalSetting): Promise<null> {
  const { account, regions } = setting;
  const clock = createClock(setting.clock);
  const book = addressBook(setting.block, regions);
  const caller = createInnerCaller(setting.secret);
  const identity = createIdentity(Buffer.from(setting.secret, 'hex'), account, clock);
  mkdirSync(setting.directory, { recursive: true, mode: 0o700 });
  const documents = createDocuments(openStore(join(setting.directory, 'documents.sqlite')));
  const endpointOf = (region: string): string => `http://${book.endpointOf(region)}:${API_PORT}`;

  for (const definition of definitions) {
    if (!definition.createDataPlane) continue;
    const directory = join(setting.directory, definition.name);
    mkdirSync(directory, { recursive: true });
    const context: GlobalContext = {
      account,
      regions,
      clock,
      journal: journalFor(definition.name, 'global', clock, (record) => channel.notify('journal', record)),
      random: seededRandom(setting.seed, `global/${definition.name}`),
      store: openStore(join(directory, 'records.sqlite')),
      directory,
      identity,
      network: {
        address: book.global,
        port: portMap(setting.mayBindLow),
        endpointOf,
        trustFile: setting.trustFile,
      },
      watch: documents.watch,
      publish: documents.publish,
      invoke: (region, service, operation, input) =>
        caller.call(endpointOf(region), 'invoke', { service, operation, input } satisfies InvokeRequest),
    };
    planes.set(definition.name, await definition.createDataPlane(context));
  }
  const inner = serveInnerCalls(setting.secret, {
    publish: (publications: readonly Publication[]) => {
      documents.take(publications);
      return null;
    },
    ask: (input: { service: string; question: string; input: Json }) => ask(input),
  });
  const server = createServer((request, response) => {
    if (!inner(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(GLOBAL_PORT, book.global('control', 1), resolve);
  });
  await Promise.all([...planes.values()].map((plane) => plane.start()));
  return null;
}

async function ask(input: { service: string; question: string; input: Json }): Promise<Json> {
  const answer = planes.get(input.service)?.answers?.[input.question];
  if (!answer)
    throw new Error(`the global data plane of ${input.service} has no answer to ${input.question}`);
  return await answer(input.input);
}

async function stop(): Promise<void> {
  await Promise.allSettled([...planes.values()].map((plane) => plane.stop()));
}

channel.serve({
  start,
  ask,
  settled: () => null,
  link: () => null,
  status: (): ProcessStatus => ({
    pid: process.pid,
    guests: [],
    services: Object.fromEntries(
      [...planes].flatMap(([name, plane]) => (plane.status ? [[name, plane.status()]] : [])),
    ),
  }),
  stop: async () => {
    await stop();
    setImmediate(() => process.exit(0));
    return null;
  },
});
channel.onClose(() => {
  void stop().finally(() => process.exit(1));
  setTimeout(() => process.exit(1), 3000).unref();
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

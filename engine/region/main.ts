/**
 * A region's process. It composes the services, provisions the region's stacks, and answers the region's AWS
 * APIs. Its tasks, databases and functions are its children in one process group: the supervisor loses the
 * region by killing the group, and nothing in here knows about that.
 */
import { createChannel } from './channel.ts';
import type { DeployRequest, RegionSetting } from './messages.ts';
import { type Region, startRegion } from './region.ts';

const channel = createChannel(process, 'the supervisor');
let region: Region | undefined;

function running(): Region {
  if (!region) throw new Error('the region is not configured yet');
  return region;
}

channel.serve({
  start: async (setting: RegionSetting) => {
    region = await startRegion(setting, {
      journal: (record) => channel.notify('journal', record),
      progress: (notice) => channel.notify('progress', notice),
    });
    return null;
  },
  types: () => running().types(),
  deploy: ({ artifactId }: DeployRequest) => running().deploy(artifactId),
  destroy: (input: { stackName: string }) => running().destroy(input.stackName),
  stacks: () => running().stacks(),
  status: () => running().status(),
  invoke: (input: { service: string; operation: string; input: unknown }) => running().invoke(input),
  settled: () => running().settle(),
  link: (state: Parameters<Region['link']>[0]) => running().link(state),
  stop: async () => {
    await region?.stop();
    setImmediate(() => process.exit(0));
    return null;
  },
});

// Without a supervisor nobody could stop this region any more: it goes, and its children with it.
channel.onClose(() => {
  void (region?.stop() ?? Promise.resolve()).finally(() => process.kill(-process.pid, 'SIGKILL'));
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 8_000).unref();
});

// Ctrl-C in a terminal reaches the whole session; the supervisor decides what happens then.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

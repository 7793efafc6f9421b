// What is still missing before the system is as it should be, by name. The second phase of a run waits for this list
// to be empty; what is on it when the time is up is what the run reports.

import { peerOf } from './faults.ts';
import { isWriterRegion } from './model/cluster.ts';
import type { RegionState, World } from './model/state.ts';

/** Fewer successes than this are not “serving”. */
const WELL = 0.99;

export function missingIn(world: World): readonly string[] {
  const missing: string[] = [];
  const { regions, clients, options, dns } = world;
  const writers = regions.filter(({ writable }) => writable);
  if (writers.length === 0) missing.push('no region accepts writes');
  if (writers.length > 1) missing.push('two regions accept writes');
  const succeed = (fails: (edge: (typeof clients.edges)[number]) => number): number =>
    1 - clients.edges.reduce((sum, edge) => sum + edge.share * fails(edge), 0);
  if (succeed((edge) => edge.writeFails + edge.writeRefused) < WELL) missing.push('writes do not succeed');
  if (succeed((edge) => edge.readFails) < WELL) missing.push('reads do not succeed');
  const [writer] = writers;
  if (writer && writers.length === 1) {
    if (dns.origin !== writer.index) missing.push(`DNS does not name ${writer.name}, which writes`);
    for (const member of writer.cluster.membership.members)
      if (member.synchronization !== 'connected' && options.core !== peerOf(writer.index))
        missing.push(`${member.region} is ${member.synchronization}`);
  }
  for (const region of regions)
    if (region.up && region.frozen === 0) missing.push(...ofRegion(world, region));
  return missing;
}

function ofRegion(world: World, region: RegionState): readonly string[] {
  const missing: string[] = [];
  const { memory } = region.controller;
  const { cluster, service } = region;
  if (cluster.resync !== 'no' && world.options.core === 'all')
    missing.push(`${region.name} is ${cluster.resync} its surplus`);
  if (cluster.move) missing.push(`${region.name} is ${cluster.move.kind}`);
  if (cluster.fence) missing.push(`${region.name} is fenced by ${cluster.fence.byRegion}`);
  if (!cluster.settled) missing.push(`${region.name} has not settled who writes`);
  if (memory === null) return [...missing, `${region.name}’s controller has no memory`];
  const rests = isWriterRegion(region)
    ? memory.phase === 'lead' || memory.phase === 'moved'
    : memory.phase === 'watch';
  if (!rests) missing.push(`${region.name}’s controller is ${memory.phase}`);
  if (memory.phase === 'watch' && memory.capacity?.former)
    missing.push(`${region.name} has not given back the capacity of its move`);
  if (memory.unsent.length > 0) missing.push(`${region.name}’s controller has something left to tell`);
  const healthy = service.tasks.filter(({ view }) => view.health.state === 'healthy').length;
  if (healthy < service.minimum)
    missing.push(`${region.name} has ${healthy} healthy tasks of ${service.minimum}`);
  return missing;
}

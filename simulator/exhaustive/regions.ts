// A world of regions small enough to enumerate: each has its copy of the record, its own history of writes, and,
// while these are not settled, what it knew before. The rules are the engine's; only what they rule over is modelled:
// a history is a list of writes, and beside the rules the model knows which write belongs to which branch.

import {
  adoption,
  failoverRefusal,
  promotionRefusal,
  switchoverRefusal,
} from '@understudy/engine/rds/global-rules';
import type { GtidPosition } from '@understudy/engine/rds/gtid';
import { afterEvent, type Membership, surplusAfter } from '@understudy/engine/rds/membership';

/** The epoch is not in a GTID: it tells a write from the one of the same number that was set aside before. */
export interface Write {
  readonly server: number;
  readonly sequence: number;
  readonly epoch: number;
}

export type History = readonly Write[];

export interface RegionState {
  readonly name: string;
  readonly record: Membership | null;
  /** What it knew before it heard of another writer, until its history is compared with that writer's. */
  readonly doubt: Membership | null;
  readonly history: History;
}

export interface Regions {
  readonly all: readonly RegionState[];
  /** What each writer of each epoch has written upon: the truth that surplus is held against. */
  readonly branches: Readonly<Record<string, History>>;
  /** At most one message under way, as it was sent: it may arrive late, or never. */
  readonly underway: { readonly to: number; readonly record: Membership } | null;
}

export class Broken extends Error {}

const branchOf = (record: Membership): string => `${record.epoch} ${record.writerRegion}`;
const last = (history: History): string => {
  const write = history.at(-1);
  return write === undefined ? '' : `0-${write.server}-${write.sequence}`;
};
const positionOf = (history: History): GtidPosition => {
  const write = history.at(-1);
  return write === undefined ? [] : [{ domain: 0, server: write.server, sequence: write.sequence }];
};
const sameWrite = (a: Write | undefined, b: Write | undefined): boolean =>
  a?.server === b?.server && a?.sequence === b?.sequence && a?.epoch === b?.epoch;
export const isPrefix = (short: History, long: History): boolean =>
  short.length <= long.length && short.every((write, index) => sameWrite(write, long[index]));

function change(world: Regions, at: number, state: Partial<RegionState>): Regions {
  return { ...world, all: world.all.map((one, index) => (index === at ? { ...one, ...state } : one)) };
}

export function writes({ record, name }: RegionState): boolean {
  return record?.writerRegion === name;
}

/** A client's write in a region that believes it is the writer's. */
export function write(world: Regions, at: number): Regions | null {
  const region = world.all[at]!;
  if (region.record === null || !writes(region)) return null;
  const sequence = (region.history.at(-1)?.sequence ?? 0) + 1;
  const history = [...region.history, { server: at + 1, sequence, epoch: region.record.epoch }];
  const branches = { ...world.branches, [branchOf(region.record)]: history };
  return change({ ...world, branches }, at, { history });
}

/** A record is heard, now or late. Epochs never fall by it. */
export function hear(world: Regions, at: number, theirs: Membership): Regions {
  const region = world.all[at]!;
  if (region.record === null) return world;
  const heard = adoption(region.name, region.record, theirs);
  if (!heard.changed) return world;
  if (heard.membership.epoch < region.record.epoch) throw new Broken(`${region.name}: the epoch falls`);
  const doubt = heard.historyInDoubt ? (region.doubt ?? region.record) : region.doubt;
  return change(world, at, { record: heard.membership, doubt });
}

export function tell(world: Regions, from: number, to: number): Regions | null {
  const { record } = world.all[from]!;
  return record === null ? null : hear(world, to, record);
}

/** Compares what the rule calls surplus with what is not in the winner's branch; the surplus is set aside. */
export function settleHistory(world: Regions, at: number): Regions {
  const { name, record, doubt, history } = world.all[at]!;
  if (record === null || doubt === null || record.writerRegion === name) return world;
  const winner = world.branches[branchOf(record)] ?? [];
  const kept = history.findIndex((write, index) => !sameWrite(write, winner[index]));
  const surplus = kept < 0 ? [] : history.slice(kept);
  const said = surplusAfter(doubt, record, name, positionOf(history));
  const words = `${name} at ${last(history) || 'the beginning'}, ${surplus.length} beyond the branch ${branchOf(record)}`;
  if ((said?.transactions ?? 0) !== surplus.length)
    throw new Broken(`${words}: the rule says ${said?.transactions ?? 'none'}`);
  const common = history.slice(0, history.length - surplus.length);
  if (said !== undefined && said.from !== last(common))
    throw new Broken(`${words}: the rule says from ${said.from || 'the beginning'}, it is ${last(common)}`);
  return change(world, at, { doubt: null, history: common });
}

/** A secondary receives what its writer has. It may only follow a history that contains its own. */
export function replicate(before: Regions, at: number): Regions | null {
  const world = settleHistory(before, at);
  const region = world.all[at]!;
  const source = world.all.find(({ name }) => name === region.record?.writerRegion);
  if (!source || source === region || !writes(source) || source.record?.epoch !== region.record?.epoch)
    return null;
  if (!isPrefix(region.history, source.history))
    throw new Broken(`${region.name} follows ${source.name} with writes that ${source.name} never had`);
  return change(world, at, { history: source.history });
}

/** FailoverGlobalCluster with data loss, in the region itself. */
export function failOver(world: Regions, at: number): Regions | null {
  const { name, record, doubt } = world.all[at]!;
  if (record === null) return null;
  const historyInDoubt = doubt !== null;
  const facts = {
    membership: record,
    region: name,
    operation: undefined,
    historyInDoubt,
    availableInstances: 1,
  };
  return failoverRefusal(facts) === undefined ? promote(world, at, false) : null;
}

function promote(world: Regions, at: number, planned: boolean): Regions {
  const { name, record, history } = world.all[at]!;
  const event = { kind: 'promoted', region: name, gtid: last(history), atMs: 0, planned } as const;
  const raised = afterEvent(record!, event);
  if (raised.epoch <= record!.epoch) throw new Broken(`${name}: a promotion does not raise the epoch`);
  const branches = { ...world.branches, [branchOf(raised)]: history };
  return change({ ...world, branches }, at, { record: raised });
}

/** SwitchoverGlobalCluster: the target has everything, raises the epoch, and its answer arrives or is lost. */
export function switchOver(world: Regions, from: number, to: number, answered: boolean): Regions | null {
  const conductor = world.all[from]!;
  const target = world.all[to]!;
  if (conductor.record === null || target.record === null || !writes(conductor)) return null;
  const refused = switchoverRefusal({
    membership: conductor.record,
    to: target.name,
    operation: undefined,
    target: { following: true, lagMs: 0, able: true, silentMs: 0 },
  });
  if (refused !== undefined || target.doubt !== null) return null;
  if (promotionRefusal(target.record, target.name, conductor.record.epoch + 1) !== undefined) return null;
  if (target.record.writerRegion !== conductor.name || !isPrefix(target.history, conductor.history))
    return null;
  const moved = promote(change(world, to, { history: conductor.history }), to, true);
  return answered ? tell(moved, to, from) : moved;
}

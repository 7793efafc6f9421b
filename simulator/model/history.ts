// What was written, as histories that fork. A branch is what one region wrote in one epoch; it begins where its parent
// was cut. Positions are counts of transactions from the very first one, as the sequence numbers of GTIDs are, and a
// branch's timeline says which position it had reached when: hence what a follower has at a lag, and how old a lost
// write was, are questions with exact answers.

import type { GtidPosition } from '@understudy/engine/rds/gtid';

export interface Branch {
  readonly id: number;
  readonly region: 0 | 1;
  readonly epoch: number;
  readonly parent: number;
  readonly forkAt: number;
  /** Breakpoints: between two of them writes came at an even rate. */
  readonly timesMs: number[];
  readonly positions: number[];
  /** Acknowledged now, per millisecond. */
  rate: number;
}

/** A branch and how much of it. */
export interface Head {
  readonly branch: number;
  readonly position: number;
}

export interface Rescued {
  readonly branch: number;
  readonly from: number;
  readonly to: number;
}

export interface Histories {
  readonly branches: Branch[];
  readonly rescued: Rescued[];
}

export function createHistories(): Histories {
  return { branches: [], rescued: [] };
}

export function openBranch(
  histories: Histories,
  region: 0 | 1,
  epoch: number,
  parent: Head | undefined,
  nowMs: number,
): Head {
  const id = histories.branches.length;
  const forkAt = parent?.position ?? 0;
  const branch: Branch = {
    id,
    region,
    epoch,
    parent: parent?.branch ?? -1,
    forkAt,
    timesMs: [nowMs],
    positions: [forkAt],
    rate: 0,
  };
  histories.branches.push(branch);
  return { branch: id, position: forkAt };
}

/** The present position: breakpoints are only set when the rate changes. */
export function endOf(branch: Branch, nowMs: number): number {
  const last = branch.timesMs.length - 1;
  return branch.positions[last]! + branch.rate * (nowMs - branch.timesMs[last]!);
}

export function setRate(branch: Branch, rate: number, nowMs: number): void {
  if (branch.rate === rate) return;
  const position = endOf(branch, nowMs);
  branch.timesMs.push(nowMs);
  branch.positions.push(position);
  branch.rate = rate;
}

function positionAt(branch: Branch, atMs: number): number {
  const { timesMs, positions } = branch;
  let low = 0;
  let high = timesMs.length - 1;
  if (atMs >= timesMs[high]!) return positions[high]! + branch.rate * (atMs - timesMs[high]!);
  if (atMs <= timesMs[0]!) return branch.forkAt;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (timesMs[middle]! <= atMs) low = middle;
    else high = middle;
  }
  const span = timesMs[high]! - timesMs[low]!;
  return positions[low]! + ((positions[high]! - positions[low]!) * (atMs - timesMs[low]!)) / span;
}

/** What stood at the end of this history at a moment in the past; never more than `head` has. */
export function headAt(histories: Histories, head: Head, atMs: number): Head {
  let { branch: id, position } = head;
  for (;;) {
    const branch = histories.branches[id]!;
    if (atMs >= branch.timesMs[0]! || branch.parent < 0)
      return { branch: id, position: Math.min(position, positionAt(branch, atMs)) };
    position = branch.forkAt;
    id = branch.parent;
  }
}

/** When the branch reached a position. */
export function timeOf(branch: Branch, position: number): number {
  const { timesMs, positions } = branch;
  for (let n = 1; n < timesMs.length; n++) {
    if (positions[n]! < position) continue;
    const rise = positions[n]! - positions[n - 1]!;
    if (rise === 0) return timesMs[n - 1]!;
    return timesMs[n - 1]! + ((timesMs[n]! - timesMs[n - 1]!) * (position - positions[n - 1]!)) / rise;
  }
  const last = timesMs.length - 1;
  return branch.rate === 0 ? timesMs[last]! : timesMs[last]! + (position - positions[last]!) / branch.rate;
}

/** How much of a branch a history has; undefined: none of it. */
export function shareOf(histories: Histories, head: Head, branch: number): number | undefined {
  let { branch: id, position } = head;
  while (id >= 0) {
    if (id === branch) return position;
    const { parent, forkAt } = histories.branches[id]!;
    position = forkAt;
    id = parent;
  }
  return undefined;
}

/** Is everything in `part` in `whole` too? Whole transactions count: half a one has not been written. */
export function contains(histories: Histories, whole: Head, part: Head): boolean {
  const share = shareOf(histories, whole, part.branch);
  return share !== undefined && Math.floor(share) >= Math.floor(part.position);
}

export interface Missing {
  readonly transactions: number;
  /** The oldest of them: on which branch, at which position. */
  readonly branch: number;
  readonly from: number;
  readonly to: number;
}

/** What `part` has and `whole` has not: the tail of one history, one entry a branch. */
export function missingFrom(histories: Histories, whole: Head, part: Head): readonly Missing[] {
  const missing: Missing[] = [];
  let { branch: id, position } = part;
  while (id >= 0) {
    const branch = histories.branches[id]!;
    const share = shareOf(histories, whole, id);
    const from = share === undefined ? branch.forkAt : Math.min(share, position);
    const transactions = Math.floor(position) - Math.floor(from);
    if (transactions > 0) missing.push({ transactions, branch: id, from, to: position });
    if (share !== undefined) break;
    position = branch.forkAt;
    id = branch.parent;
  }
  return missing;
}

/** As MariaDB would say it: one server a branch, so that forks show. */
export function gtidOf(head: Head): GtidPosition {
  return [{ domain: 0, server: 10_001 + head.branch, sequence: Math.floor(head.position) }];
}

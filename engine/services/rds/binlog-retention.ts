/**
 * Which binary logs of a server may go: those that every follower has received, be it a reader of the region
 * or another region. A follower that is away keeps what it lacks until it has been away for a day or lacks
 * more than a gigabyte; after that it comes back by a copy instead of by catching up. Pure; positions are
 * sequence numbers of domain 0 (see `gtid.ts`), files come oldest first, times are AWS milliseconds.
 */
export interface BinlogFile {
  readonly name: string;
  readonly bytes: number;
  /** The last transaction before its first one. */
  readonly startsAfter: number;
}

export interface Follower {
  readonly name: string;
  /** What it is known to have; undefined: nothing is known, it may lack everything. */
  readonly has: number | undefined;
  /** Since it was last seen to follow; 0: it does now. */
  readonly silentMs: number;
}

export interface Retention {
  /** The oldest file to keep. */
  readonly from: string;
  readonly purgedFiles: number;
  readonly purgedBytes: number;
  /** Followers that lack something of what goes: they come back by a copy. */
  readonly givenUp: readonly string[];
}

/** A link that stutters makes nobody absent. */
export const PRESENT_WITHIN_MS = 60_000;
export const KEPT_FOR_ABSENT_MS = 24 * 3_600_000;
export const KEPT_FOR_ABSENT_BYTES = 1024 ** 3;

/** Undefined: every file is needed. The newest file, which is being written, always stays. */
export function retention(
  files: readonly BinlogFile[],
  followers: readonly Follower[],
): Retention | undefined {
  const waitedFor = followers.filter((follower) => !isGivenUp(files, follower));
  const from = Math.min(files.length - 1, ...waitedFor.map((follower) => firstNeeded(files, follower)));
  if (from <= 0) return undefined;
  return {
    from: files[from]!.name,
    purgedFiles: from,
    purgedBytes: bytesOf(files.slice(0, from)),
    givenUp: followers
      .filter((follower) => firstNeeded(files, follower) < from)
      .map((follower) => follower.name),
  };
}

/** The last file that begins with what the follower has: older ones hold nothing that it lacks. */
function firstNeeded(files: readonly BinlogFile[], follower: Follower): number {
  const { has } = follower;
  return has === undefined
    ? 0
    : Math.max(
        0,
        files.findLastIndex((file) => file.startsAfter <= has),
      );
}

function isGivenUp(files: readonly BinlogFile[], follower: Follower): boolean {
  if (follower.silentMs <= PRESENT_WITHIN_MS) return false;
  if (follower.silentMs > KEPT_FOR_ABSENT_MS) return true;
  return bytesOf(files.slice(firstNeeded(files, follower))) > KEPT_FOR_ABSENT_BYTES;
}

function bytesOf(files: readonly BinlogFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

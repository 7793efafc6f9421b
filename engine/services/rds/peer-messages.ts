/**
 * What regions say to each other about a global cluster. Aurora's own protocol between regions is not
 * public; this one is JSON over HTTP on each region's own address, for these processes alone.
 */
import type { Member } from './membership.ts';
import type { GlobalRecord, MemberReport, MoveRecord } from './records.ts';

/** One port of each region's own address. */
export const PEER_PORT = 4570;
export const TOKEN_HEADER = 'x-understudy-peer-token';
/** AWS time after which nobody waits for the answer: a cut link delivers late, and a late order must not be obeyed. */
export const VALID_UNTIL_HEADER = 'x-understudy-valid-until';

/** A member about itself, now. */
export interface MemberState extends MemberReport {
  readonly clusterIdentifier: string;
  /** Where its leader stands. */
  readonly position: string;
  /** It receives from the writer's region and has nothing left to hand over. */
  readonly following: boolean;
  readonly lagMs: number | null;
  /** It has a server that could be promoted. */
  readonly able: boolean;
}

/** A member's state as kept by another region. */
export interface MemberNews {
  readonly state: MemberState | null;
  readonly move: MoveRecord | null;
  readonly atMs: number;
}

/** Sent both ways, about every two seconds and at every change. */
export interface Exchange {
  readonly region: string;
  readonly identifier: string;
  readonly record: GlobalRecord | null;
  readonly state: MemberState | null;
  readonly move: MoveRecord | null;
}

export interface Questions {
  /** Tells and asks the membership record. */
  membership: { input: Exchange; output: Exchange };
  /** To the writer's region (or the global cluster's, while nobody writes): let this cluster in. */
  join: { input: { identifier: string; member: Member }; output: Exchange };
  /** To the writer's region: this member has gone. */
  leave: { input: { identifier: string; region: string }; output: Exchange };
  /** To a member: leave, and stand alone. */
  detach: { input: { identifier: string }; output: { detached: boolean } };
  /** To the writer's region: stop writing, this region takes over. */
  fence: {
    input: { identifier: string; byRegion: string; epoch: number };
    output: { fenced: boolean; position: string };
  };
  /** To the writer's region: begin a planned move. */
  switchover: {
    input: { identifier: string; to: string };
    output: { accepted: boolean; code?: string; because?: string };
  };
  /** To the target of a planned move: nobody writes, you have everything up to `position`; write. */
  promote: {
    input: { identifier: string; epoch: number; position: string; beganMs: number };
    output: { promoted: boolean; because?: string; exchange: Exchange };
  };
  /** To the target of a planned move that was asked and not heard: say how it ended, and obey no late question. */
  withdraw: { input: { identifier: string; beganMs: number }; output: Exchange };
}

export type Question = keyof Questions;
export type PeerHandlers = {
  readonly [Q in Question]: (input: Questions[Q]['input']) => Promise<Questions[Q]['output']>;
};

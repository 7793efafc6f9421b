/**
 * Which instance becomes the writer. Inside a region nothing that was acknowledged may be lost: a reader may
 * take over only if every reader that acknowledged commits can be asked, and then it is the one that has
 * received most. Else the failed writer is restarted in place, since its disk has everything. Pure.
 */
import { type GtidPosition, sequenceOf } from './gtid.ts';

export interface Candidate {
  readonly identifier: string;
  /** Its server answers. */
  readonly available: boolean;
  /** The writer waited for this reader's acknowledgement until the moment it failed. */
  readonly acknowledging: boolean;
  /** What it has received, applied or not. */
  readonly received: GtidPosition;
  /** AWS's promotion tier: 0 first, 15 last. */
  readonly promotionTier: number;
}

export type PromotionChoice =
  | { readonly kind: 'promote'; readonly identifier: string; readonly because: string }
  | { readonly kind: 'restart'; readonly because: string };

/** The writer of a region failed: a reader, or itself again? */
export function chooseWriter(candidates: readonly Candidate[]): PromotionChoice {
  const acknowledging = candidates.filter((candidate) => candidate.acknowledging);
  if (acknowledging.length === 0)
    return { kind: 'restart', because: 'no reader had acknowledged the last commits' };
  const silent = acknowledging.filter((candidate) => !candidate.available);
  if (silent.length > 0)
    return {
      kind: 'restart',
      because: `${silent.map((candidate) => candidate.identifier).join(', ')} may hold the last acknowledged commits and cannot be asked`,
    };
  const best = mostAdvanced(acknowledging)!;
  return {
    kind: 'promote',
    identifier: best.identifier,
    because: `it acknowledged commits, has received most and stands in tier ${best.promotionTier}`,
  };
}

/** The first to be fed, or to be promoted with possible loss: whoever has received most. Tier, then name, decide between equals. */
export function mostAdvanced(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates
    .filter((candidate) => candidate.available)
    .toSorted(
      (a, b) =>
        sequenceOf(b.received) - sequenceOf(a.received) ||
        a.promotionTier - b.promotionTier ||
        (a.identifier < b.identifier ? -1 : 1),
    )[0];
}

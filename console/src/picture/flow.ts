/**
 * How a rate looks: dots that pass a place at a pace in proportion to it, on a line that is thicker the more there
 * is. In steps, so that a rate that only trembles changes nothing. Pure.
 */

/** Marks that pass a place in a second; a trickle is still seen to move, a flood still to consist of requests. */
export function marksPerSecond(perSecond: number): number {
  if (perSecond < 0.05) return 0;
  return Math.min(8, Math.max(0.4, stepped(perSecond) / 4));
}

/** Width of the line in pixels. */
export const widthOf = (perSecond: number): number =>
  perSecond < 0.05 ? 1.5 : Math.min(6, 2 + Math.log2(1 + stepped(perSecond)) * 0.6);

/** The nearest power of the square root of two. */
function stepped(perSecond: number): number {
  return 2 ** (Math.round(Math.log2(perSecond) * 2) / 2);
}

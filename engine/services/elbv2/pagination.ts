/** Pages of a listing: the marker is the position of the next item. Pure. */
import { invalid } from './attributes.ts';

export function page<T>(
  all: readonly T[],
  marker: string | undefined,
  size: number | undefined,
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const from = marker === undefined ? 0 : Number(marker);
  if (!Number.isInteger(from) || from < 0) throw invalid(`Marker '${marker}' is not one that was returned`);
  const to = from + (size ?? 400);
  return { items: all.slice(from, to), next: to < all.length ? String(to) : undefined };
}

/**
 * Listing: entries in order, those that share a prefix up to the delimiter rolled up into one common prefix,
 * a page at a time. Entries come from `page`, which seeks in an ordered store; a common prefix is stepped over
 * by one seek, not by reading what is under it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export interface Listing<E, P> {
  readonly entries: readonly E[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page begins; undefined at the end. */
  readonly next: { readonly position: P; readonly last: LastListed<E> } | undefined;
}

export type LastListed<E> =
  | { readonly kind: 'entry'; readonly entry: E }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ListingRequest<E, P> {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Entries and common prefixes together. */
  readonly limit: number;
  readonly start: P;
  /** The common prefix that the page before ended with (or that a marker names): not listed again. */
  readonly listedPrefix?: string | undefined;
  keyOf(entry: E): string;
  /** Up to `limit` entries at and behind a position. */
  page(position: P, limit: number): readonly E[];
  after(entry: E): P;
  /** The first position behind every key that begins so, or before the last of them (see `behindPrefix`). */
  behind(prefix: string): P;
}

/**
 * No key that begins with `prefix` sorts behind this one, except those that go on with U+10FFFF: a listing
 * skips these one by one.
 */
export function behindPrefix(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

export function list<E, P>(request: ListingRequest<E, P>): Listing<E, P> {
  const { prefix, limit, keyOf } = request;
  const entries: E[] = [];
  const commonPrefixes: string[] = [];
  let last: LastListed<E> | undefined =
    request.listedPrefix === undefined ? undefined : { kind: 'prefix', prefix: request.listedPrefix };
  let position = request.start;
  const pageSize = Math.max(1, Math.min(limit + 1, 256));
  for (;;) {
    const page = request.page(position, pageSize);
    let skipped = false;
    for (const entry of page) {
      const key = keyOf(entry);
      if (!key.startsWith(prefix)) return { entries, commonPrefixes, next: undefined };
      const common = commonPrefixOf(key, prefix, request.delimiter);
      if (common !== undefined && last?.kind === 'prefix' && last.prefix === common) {
        position = request.after(entry);
        continue;
      }
      if (entries.length + commonPrefixes.length >= limit)
        return { entries, commonPrefixes, next: limit > 0 && last ? { position, last } : undefined };
      if (common === undefined) {
        entries.push(entry);
        last = { kind: 'entry', entry };
        position = request.after(entry);
      } else {
        commonPrefixes.push(common);
        last = { kind: 'prefix', prefix: common };
        position = request.behind(common);
        skipped = true;
        break;
      }
    }
    if (!skipped && page.length < pageSize) return { entries, commonPrefixes, next: undefined };
  }
}

/** `photos/2024/` of `photos/2024/a.jpg` under the prefix `photos/`. */
export function commonPrefixOf(
  key: string,
  prefix: string,
  delimiter: string | undefined,
): string | undefined {
  if (!delimiter) return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}

/** One byte range of a stored object (RFC 9110 §14.1.2). Several ranges are answered with the whole. Pure. */
export type RangeChoice =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

/** `end` of a part is exclusive. */
export function byteRange(header: string | undefined, length: number): RangeChoice {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replace(/\s+/g, '') ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (!match || (from === '' && to === '')) return { kind: 'whole' };
  if (from === '') {
    const suffix = Number(to);
    if (suffix === 0 || length === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, length - suffix), end: length };
  }
  const start = Number(from);
  const end = to === '' ? length : Math.min(Number(to) + 1, length);
  if (to !== '' && Number(to) < start) return { kind: 'whole' };
  return start >= length ? { kind: 'unsatisfiable' } : { kind: 'part', start, end };
}

/** If-None-Match (weak comparison), else If-Modified-Since: whether the viewer has it already. */
export function viewerHasIt(
  object: { readonly etag: string | undefined; readonly lastModified: string | undefined },
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
): boolean {
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
    return (
      object.etag !== undefined && ifNoneMatch.split(',').some((tag) => bare(tag) === bare(object.etag!))
    );
  }
  if (ifModifiedSince === undefined || object.lastModified === undefined) return false;
  const since = Date.parse(ifModifiedSince);
  return !Number.isNaN(since) && Date.parse(object.lastModified) <= since;
}

/**
 * The Range header as S3 reads it (RFC 9110 section 14): one range of bytes, open or from the end. Several
 * ranges, another unit or nonsense are ignored and the whole object is sent; a range behind the end is 416.
 */
export type RangeVerdict =
  | { readonly range: 'whole' }
  /** From `start` up to and without `end`. */
  | { readonly range: 'part'; readonly start: number; readonly end: number }
  | { readonly range: 'unsatisfiable' };

export function readRange(header: string | undefined, size: number): RangeVerdict {
  const found = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '');
  if (!found) return { range: 'whole' };
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return { range: 'whole' };
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return { range: 'whole' };
  return start < size ? { range: 'part', start, end } : { range: 'unsatisfiable' };
}

function suffix(length: number, size: number): RangeVerdict {
  if (length === 0 || size === 0) return { range: 'unsatisfiable' };
  return { range: 'part', start: Math.max(size - length, 0), end: size };
}

/** `bytes 0-4/11` */
export function contentRange(start: number, end: number, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

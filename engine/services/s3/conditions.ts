/**
 * Conditional requests. Reads: RFC 9110 section 13.2.2, as S3 documents the pairs: If-Match wins over
 * If-Unmodified-Since, If-None-Match over If-Modified-Since. Writes: If-None-Match: * creates only, If-Match
 * replaces only that version.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

export interface Validators {
  readonly etag: string;
  readonly lastModifiedMs: number;
}

export type ReadVerdict =
  | { readonly verdict: 'send' }
  | { readonly verdict: 'not-modified' }
  | { readonly verdict: 'failed'; readonly condition: string };

export function readVerdict(conditions: ReadConditions, object: Validators): ReadVerdict {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) return { verdict: 'failed', condition: 'If-Match' };
  } else if (ifUnmodifiedSince !== undefined && modifiedSince(object, ifUnmodifiedSince))
    return { verdict: 'failed', condition: 'If-Unmodified-Since' };
  if (ifNoneMatch !== undefined)
    return matches(ifNoneMatch, object.etag) ? { verdict: 'not-modified' } : { verdict: 'send' };
  if (ifModifiedSince !== undefined && !modifiedSince(object, ifModifiedSince))
    return { verdict: 'not-modified' };
  return { verdict: 'send' };
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export type WriteVerdict =
  | { readonly verdict: 'write' }
  /** 412 */
  | { readonly verdict: 'failed'; readonly condition: 'If-Match' | 'If-None-Match' }
  /** 404: If-Match of what is not there */
  | { readonly verdict: 'absent' }
  /** 409: what the condition was about was deleted while the body came in */
  | { readonly verdict: 'conflict' };

/** `object` is the current object as it is now, `before` as it was when the request began; undefined = none. */
export function writeVerdict(
  { ifMatch, ifNoneMatch }: WriteConditions,
  object: { readonly etag: string } | undefined,
  before: { readonly etag: string } | undefined,
): WriteVerdict {
  if (ifNoneMatch !== undefined && object) return { verdict: 'failed', condition: 'If-None-Match' };
  if (ifMatch === undefined) return { verdict: 'write' };
  if (!object) return before ? { verdict: 'conflict' } : { verdict: 'absent' };
  return matches(ifMatch, object.etag) ? { verdict: 'write' } : { verdict: 'failed', condition: 'If-Match' };
}

/** `etag` is bare; the header holds `*`, one tag or a list, with or without quotes (the AWS CLI sends both). */
function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((tag) =>
      tag
        .trim()
        .replace(/^W\//, '')
        .replace(/^"(.*)"$/, '$1'),
    )
    .some((tag) => tag === '*' || tag === etag);
}

/** HTTP dates have whole seconds, so an object is no newer than the second it was written in. */
function modifiedSince({ lastModifiedMs }: Validators, date: Date): boolean {
  return Math.floor(lastModifiedMs / 1000) > Math.floor(date.getTime() / 1000);
}

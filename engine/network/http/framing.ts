/**
 * How a body is framed, from the head alone (RFC 9112 §6). Pure. Wherever two readings are possible the
 * message is refused instead of repaired: two servers that disagree about where a request ends is what
 * request smuggling is.
 */
import type { Refusal } from './failure.ts';

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** The fields that decide, gathered while the head is read. */
export interface FramingFields {
  readonly minor: 0 | 1;
  /** Every Content-Length value; undefined if there is none. */
  readonly contentLength: string | undefined;
  /** Every Transfer-Encoding value, joined by commas; undefined if there is none. */
  readonly transferEncoding: string | undefined;
}

export const NO_BODY: Framing = { kind: 'none' };
export const CHUNKED: Framing = { kind: 'chunked' };
export const UNTIL_CLOSE: Framing = { kind: 'until-close' };

export function requestFraming(fields: FramingFields): Framing | Refusal {
  if (fields.transferEncoding === undefined && fields.contentLength === undefined) return NO_BODY;
  const declared = declaredFraming(fields);
  if ('status' in declared) return declared;
  return declared.kind === 'length' && declared.length === 0 ? NO_BODY : declared;
}

/** RFC 9112 §6.3: answers to HEAD, 1xx, 204 and 304 have no body whatever their fields say. */
export function responseFraming(fields: FramingFields, method: string, status: number): Framing | Refusal {
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  if (fields.transferEncoding === undefined && fields.contentLength === undefined)
    return bodiless ? NO_BODY : UNTIL_CLOSE;
  const declared = declaredFraming(fields);
  if ('status' in declared) return declared;
  return bodiless ? NO_BODY : declared;
}

function declaredFraming(fields: FramingFields): Framing | Refusal {
  const { transferEncoding, contentLength } = fields;
  if (transferEncoding === undefined) return lengthFraming(contentLength ?? '');
  if (contentLength !== undefined) return refuse(400, 'both Transfer-Encoding and Content-Length');
  if (fields.minor === 0) return refuse(400, 'Transfer-Encoding in an HTTP/1.0 message');
  if (transferEncoding.toLowerCase() === 'chunked') return CHUNKED;
  const codings = transferEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.some((coding) => coding === '') || codings.filter((coding) => coding === 'chunked').length > 1)
    return refuse(400, `Transfer-Encoding ${JSON.stringify(transferEncoding)} is no list of codings`);
  return {
    kind: 'transfer-coding-unknown',
    status: 501,
    because: `Transfer-Encoding ${JSON.stringify(transferEncoding)}; only chunked is known here`,
  };
}

/** Equal repetitions are one length (RFC 9110 §8.6); anything else than digits is refused. */
function lengthFraming(contentLength: string): Framing | Refusal {
  let value = contentLength;
  if (contentLength.includes(',')) {
    const values = new Set(contentLength.split(',').map((member) => member.trim()));
    if (values.size > 1) return refuse(400, `differing Content-Length ${JSON.stringify(contentLength)}`);
    value = [...values][0] ?? '';
  }
  if (!/^\d{1,15}$/.test(value)) return refuse(400, `Content-Length ${JSON.stringify(contentLength)}`);
  return { kind: 'length', length: Number(value) };
}

function refuse(status: number, because: string): Refusal {
  return { kind: 'malformed', status, because };
}

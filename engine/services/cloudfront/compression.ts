/**
 * Compressing at the edge: which responses (type, size, what the viewer accepts) and how.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { headerOf, type RawHeaders, withoutHeaders } from '../../network/http/index.ts';
import type { Encoding } from './cache-key.ts';

export const COMPRESSED_BYTES = { from: 1_000, to: 10_000_000 } as const;
/** A quality that costs milliseconds, not seconds, for the sizes above. */
const BROTLI_QUALITY = 5;

const TYPES = new Set([
  'application/dash+xml',
  'application/eot',
  'application/font',
  'application/font-sfnt',
  'application/javascript',
  'application/json',
  'application/opentype',
  'application/otf',
  'application/pdf',
  'application/pkcs7-mime',
  'application/protobuf',
  'application/rss+xml',
  'application/truetype',
  'application/ttf',
  'application/vnd.apple.mpegurl',
  'application/vnd.mapbox-vector-tile',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/xhtml+xml',
  'application/xml',
  'application/x-font-opentype',
  'application/x-font-truetype',
  'application/x-font-ttf',
  'application/x-httpd-cgi',
  'application/x-javascript',
  'application/x-mpegurl',
  'application/x-opentype',
  'application/x-otf',
  'application/x-perl',
  'application/x-ttf',
  'font/eot',
  'font/opentype',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/js',
  'text/plain',
  'text/richtext',
  'text/tab-separated-values',
  'text/xml',
  'text/x-component',
  'text/x-java-source',
  'text/x-script',
]);

export interface Compressed {
  readonly headers: string[];
  readonly body: Buffer;
}

/** The length must be known and within bounds, and the origin must not have compressed already. */
export function isCompressible(
  status: number,
  headers: RawHeaders,
  length: number | undefined,
  encoding: Encoding,
): boolean {
  if (encoding === '' || status !== 200 || length === undefined) return false;
  if (length < COMPRESSED_BYTES.from || length > COMPRESSED_BYTES.to) return false;
  if (headerOf(headers, 'content-encoding') !== undefined) return false;
  const type = headerOf(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return TYPES.has(type);
}

/** A strong ETag becomes weak: the octets are others. */
export async function compress(headers: RawHeaders, body: Buffer, encoding: Encoding): Promise<Compressed> {
  const coding = encoding.startsWith('br') ? 'br' : 'gzip';
  const compressed =
    coding === 'br'
      ? await promisify(brotliCompress)(body, {
          params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
        })
      : await promisify(gzip)(body);
  const kept = withoutHeaders(headers, 'accept-ranges', 'content-md5');
  for (let index = 0; index < kept.length; index += 2)
    if (kept[index]!.toLowerCase() === 'etag' && !kept[index + 1]!.startsWith('W/'))
      kept[index + 1] = `W/${kept[index + 1]}`;
  const vary = headerOf(kept, 'vary');
  const varies = vary?.toLowerCase().includes('accept-encoding') ?? false;
  kept.push('Content-Encoding', coding);
  if (!varies) kept.push('Vary', 'Accept-Encoding');
  return { headers: kept, body: compressed };
}

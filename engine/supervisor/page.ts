/**
 * The console's page: the files of its build, and nothing else of the disk. The page asks this address alone
 * (Content-Security-Policy), and nobody may frame it. Where it has not been built, a plain page says so.
 */
import { readFile, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** React Flow and uPlot place things by style attributes; scripts come from files alone. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** A report is a page of its own, without scripts; the console shows it in a frame. */
export const REPORT_HEADERS: Readonly<Record<string, string>> = {
  ...PAGE_HEADERS,
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups",
};

/** The file that a path of a URL means inside a folder; undefined when it means none, or one outside. */
export function fileOf(folder: string, urlPath: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  const file = resolve(folder, `.${sep}${path}`);
  return file.startsWith(resolve(folder) + sep) ? file : undefined;
}

/** `/` is the page; any other path is a file of the build. undefined: there is no such file. */
export async function pageAnswer(folder: string, urlPath: string): Promise<PageAnswer | undefined> {
  const isPage = urlPath === '/';
  const file = isPage ? join(folder, 'index.html') : fileOf(folder, urlPath);
  if (file === undefined) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const type = TYPES[extname(file)];
  if (type === undefined) return undefined;
  return {
    status: 200,
    headers: {
      ...PAGE_HEADERS,
      'content-type': type,
      // Vite names assets by their content.
      'cache-control': urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
    body: await readFile(file),
  };
}

/**
 * Real Chromium for the page's tests and screenshots: Debian's, put there by apt where that may be, and never
 * passed over in CI. A page that is opened records every request, so that a test can say where it went.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { TOKEN } from '../fixture-server.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/homebrew/bin/chromium',
];
export const ARTEFACTS = join(import.meta.dirname, 'artefacts');

const present = (): string | undefined =>
  [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

/** The program's path, or why there is none: for a test's `skip`. */
export function findChromium(): { readonly path: string | null; readonly skip: string | false } {
  const path = present() ?? installed();
  if (path) return { path, skip: false };
  const because =
    'NO CHROMIUM: the page was not tested in a browser. Install it (apt-get install chromium) or name it in CHROMIUM.';
  if (process.env['CI'] === 'true') throw new Error(because);
  process.stderr.write(`\n*** ${because} ***\n\n`);
  return { path: null, skip: because };
}

function installed(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  process.stderr.write('installing chromium, which the page’s tests run in\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    env,
    stdio: 'ignore',
  });
  return present();
}

export interface Opened {
  readonly page: Page;
  /** Addresses of every request that left the page's own origin. */
  readonly foreign: string[];
  /** What the page's script threw or logged as an error. */
  readonly errors: string[];
  keep(name: string): Promise<void>;
}

export const launch = (path: string): Promise<Browser> =>
  chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** Of the fixture server, or of a system that runs: its address, and the path with the token. */
export async function openPage(
  browser: Browser,
  server: { readonly url: string },
  options: { readonly scheme?: 'light' | 'dark'; readonly path?: string } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: options.scheme ?? 'light',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${server.url}/`) && !/^(data|blob|about):/.test(url)) foreign.push(url);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
      errors.push(message.text());
  });
  await page.goto(`${server.url}${options.path ?? `/#token=${TOKEN}`}`);
  return {
    page,
    foreign,
    errors,
    keep: async (name) => {
      mkdirSync(ARTEFACTS, { recursive: true });
      await page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
    },
  };
}

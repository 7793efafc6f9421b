/**
 * `npm run screenshots`: the pictures of the console in docs/, made afresh. A system of its own is brought up and
 * rehearses the loss of a region; nothing in the pictures is staged but the moment at which they are taken.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findChromium, launch } from './test/browser.ts';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'cli', 'main.ts');
const SPEED = '4';
const UP_MS = 240_000;
const DRILL_MS = 300_000;

const { path, skip } = findChromium();
if (path === null) throw new Error(String(skip));
const directory = mkdtempSync(join(tmpdir(), 'understudy-screenshots-'));
const system = spawn(process.execPath, [cli, 'up', '--speed', SPEED, '--directory', directory], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await launch(path);
try {
  await saidUp(system);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(DRILL_MS);
  const address = execFileSync(process.execPath, [cli, 'console', '--directory', directory], {
    encoding: 'utf8',
  });
  await page.goto(/http:\S+/.exec(address)![0]);
  await startDrill(page);
  await page.waitForFunction(
    () => document.querySelectorAll('.arrow .arrow-marks[data-outcome="ok"]').length >= 8,
  );
  await keep(page, 'console');
  await page.locator('.phases li[data-state="runs"]', { hasText: 'promote' }).waitFor();
  await keep(page, 'console-drill');
} finally {
  await browser.close();
  await ended(system);
  rmSync(directory, { recursive: true, force: true });
}

async function startDrill(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start a drill…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^region-loss/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start the drill' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
}

/** At rest: what changes place has arrived, and the pointer is nowhere. */
async function keep(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForFunction(() => document.getAnimations().length === 0);
  await page.screenshot({ path: join(root, 'docs', `${name}.png`) });
  process.stdout.write(`docs/${name}.png\n`);
}

function saidUp(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the system was not up after ${UP_MS / 1000} s`)), UP_MS);
    child.once('exit', (code) => reject(new Error(`the system ended with ${code} before it was up`)));
    let text = '';
    child.stdout!.on('data', (part: Buffer) => {
      text += part.toString();
      if (!/both regions are up/.test(text)) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await exit;
}

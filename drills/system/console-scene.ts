/**
 * A person at the console of a system that runs, in real Chromium, who has a keyboard and no mouse: keys go to
 * whatever has the focus, and what is seen is what the page shows.
 */
import assert from 'node:assert/strict';
import { type launch, type Opened, openPage } from '../../console/test/browser.ts';
import { type Scene, until } from './scene.ts';

export type Page = Opened['page'];
export type Locator = ReturnType<Page['locator']>;
type Browser = Awaited<ReturnType<typeof launch>>;

export interface Person extends Opened {
  /** The box of the picture, in this condition if one is given. */
  box(id: string, condition?: string): Locator;
  /** The dialog that is open. */
  readonly dialog: Locator;
  /** Tab until it has the focus; `back` with Shift. */
  tabTo(what: Locator, back?: 'back'): Promise<void>;
  press(key: string): Promise<void>;
  /** What the head says in one line. */
  says(text: string | RegExp, deadlineMs: number): Promise<void>;
}

/** More stops than the page has. */
const MAX_TABS = 90;
const SETTLE_MS = 5_000;

export async function sitDown(browser: Browser, scene: Scene, hash?: string): Promise<Person> {
  const address = new URL(scene.system.consoleUrl);
  const opened = await openPage(browser, { url: address.origin }, { path: `/${hash ?? address.hash}` });
  return personAt(opened);
}

function personAt(opened: Opened): Person {
  const { page } = opened;
  const focused = page.locator(':focus');
  return {
    ...opened,
    keep: async (name) => {
      await until(
        'what moves to another place to have arrived',
        async () => (await page.evaluate('document.getAnimations().length')) === 0 || undefined,
        SETTLE_MS,
      );
      await opened.keep(name);
    },
    box: (id, condition) =>
      page.locator(`[data-box="${id}"]${condition ? `[data-condition="${condition}"]` : ''}`),
    dialog: page.getByRole('dialog'),
    press: (key) => page.keyboard.press(key),
    tabTo: async (what, back) => {
      await what.waitFor();
      const passed: string[] = [];
      for (let stops = 0; stops < MAX_TABS; stops++) {
        await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
        if ((await what.and(focused).count()) > 0) return;
        passed.push(((await focused.allTextContents())[0] ?? 'nothing').slice(0, 30));
      }
      assert.fail(`the keyboard does not reach ${what}; it passed ${passed.join(' | ')}`);
    },
    says: async (text, deadlineMs) =>
      await page.locator('.head-summary strong').filter({ hasText: text }).waitFor({ timeout: deadlineMs }),
  };
}

/** Requests that are answered, drawn on the arrow between the switch and that region. */
export const requestsTo = (page: Page, region: string): Locator =>
  page.locator(`[data-id="dns>${region}"] .arrow-marks[data-outcome="ok"]`);

/** The mark that names the writer, come to rest over that side of the picture: 0 left, 1 right. */
export async function writerStandsAt(page: Page, side: 0 | 1, deadlineMs: number): Promise<void> {
  await until(
    `the writer's mark to stand on the ${side === 0 ? 'left' : 'right'}`,
    async () => {
      const mark = await page.locator('[data-mark="mark/writer"]').boundingBox();
      const whole = await page.locator('.picture').boundingBox();
      if (!mark || !whole) throw new Error('there is no such mark');
      const isRight = mark.x + mark.width / 2 > whole.x + whole.width / 2;
      return isRight === (side === 1) || undefined;
    },
    deadlineMs,
  );
}

/** The share of a core that the page's main thread takes, over so many real milliseconds. */
export async function mainThreadLoad(page: Page, overMs: number): Promise<number> {
  const inspector = await page.context().newCDPSession(page);
  await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
  // In thread ticks: what it works, not what it waits while others have the core.
  const worked = async (): Promise<number> => {
    const { metrics } = await inspector.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const before = await worked();
  const startedMs = performance.now();
  await page.waitForTimeout(overMs);
  const share = (((await worked()) - before) * 1000) / (performance.now() - startedMs);
  await inspector.detach();
  return share;
}

export interface Row {
  readonly id: number;
  readonly position: number;
  readonly text: string;
}

/** The timeline's rows that are in sight. */
export async function rowsInSight(page: Page): Promise<readonly Row[]> {
  return (await page.evaluate(
    `[...document.querySelectorAll('.record[data-record]')].map((row) => ({
      id: Number(row.dataset.record),
      position: Number(row.getAttribute('aria-posinset')),
      text: row.textContent,
    }))`,
  )) as readonly Row[];
}

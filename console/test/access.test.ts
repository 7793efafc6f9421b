/** The page for those who use the keyboard alone, who hear it, and who look at it in the dark. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { type Fixture, startFixture } from '../fixture-server.ts';
import { findChromium, launch, openPage } from './browser.ts';
import { buildPage } from './build.ts';

const { path, skip } = findChromium();
let browser: Browser;
const fixtures: Fixture[] = [];

before(async () => {
  if (path === null) return;
  await buildPage();
  browser = await launch(path);
});

afterEach(async () => {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

after(() => browser?.close());

async function fixture(): Promise<Fixture> {
  const one = await startFixture({ speed: 40 });
  fixtures.push(one);
  return one;
}

/** Everything that axe-core finds, as `rule: element`; its own source is the only script that is brought along. */
async function findings(page: Page): Promise<readonly string[]> {
  return page.evaluate(async (source) => {
    new Function(source)();
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    interface Violation {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }
    const { violations } = await axe.run();
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  }, axe.source);
}

for (const scheme of ['light', 'dark'] as const)
  test(`axe-core finds nothing in the ${scheme} theme, whatever the page shows`, { skip }, async () => {
    const one = await fixture();
    const { page, keep } = await openPage(browser, one, { scheme });
    await page.locator('.record').first().waitFor();
    assert.deepEqual(await findings(page), [], 'normal');
    await keep(`normal-${scheme}`);
    await page.locator('[data-box="us-west-2/database"]').click({ position: { x: 300, y: 80 } });
    await page.getByRole('heading', { name: 'Replication positions' }).waitFor();
    assert.deepEqual(await findings(page), [], 'a panel');
    one.world.change((scene) => ({
      ...scene,
      faults: { 'us-east-1': 'lost', 'task/07c4be1d92f3': 'frozen' },
      loss: { region: 'us-east-1', atMs: one.world.now() },
      drill: { id: 'drill', startedMs: one.world.now() },
    }));
    await page.locator('[data-box="us-east-1"][data-condition="lost"]').waitFor();
    await page.waitForFunction(() =>
      document.getAnimations().every((one) => !(one instanceof CSSTransition)),
    );
    assert.deepEqual(await findings(page), [], 'a region lost');
    await keep(`lost-${scheme}`);
    await page.getByRole('button', { name: 'Fail back…' }).click();
    await page.locator('.preconditions li[data-ok]').first().waitFor();
    assert.deepEqual(await findings(page), [], 'a dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Reports' }).click();
    await page.getByRole('checkbox').first().waitFor();
    assert.deepEqual(await findings(page), [], 'reports');
  });

test('by the keyboard alone: to a box, into its panel, through a dialog, and back', { skip }, async () => {
  const { page } = await openPage(browser, await fixture());
  await page.locator('.record').first().waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  const focusedBox = () => page.evaluate(() => document.activeElement?.getAttribute('data-box') ?? null);
  const order: string[] = [];
  await page.keyboard.press('Tab');
  for (let steps = 0; steps < 60 && (await focusedBox()) !== 'us-west-2'; steps++) {
    order.push((await focusedBox()) ?? '');
    await page.keyboard.press('Tab');
  }
  const places = [
    'edge/IAD89',
    'dns',
    'us-east-1',
    'us-east-1/load-balancer',
    'zone/us-east-1a',
    'task/4f8a91c07d3e',
    'us-east-1/database',
    'database/understudy-us-east-1-1',
    'us-east-1/alarms',
  ].map((id) => order.indexOf(id));
  assert.ok(
    places.every((place) => place >= 0),
    `every box is reached: ${order.join(' | ')}`,
  );
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
    'from the top to the bottom',
  );

  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'us-west-2' }).waitFor();
  assert.equal(await focused(), 'us-west-2', 'the panel’s heading has the focus');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Lose…');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  for (let steps = 0; steps < 6; steps++) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(() => {
      const active = document.activeElement;
      return active === document.body || active?.closest('dialog') !== null;
    });
    assert.ok(inside, 'the dialog holds the focus');
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await focused(), 'Lose…', 'the focus is where it was');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lose us-west-2' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('lose: us-west-2').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('.timeline').waitFor();
  assert.equal(await focusedBox(), 'us-west-2', 'the box that was chosen has the focus again');
});

test('by the keyboard alone: a failover that waits for a person’s word is approved', { skip }, async () => {
  const one = await fixture();
  one.world.change((scene) => ({
    ...scene,
    policy: 'approve',
    faults: { 'us-east-1': 'lost' },
    loss: { region: 'us-east-1', atMs: one.world.now() },
  }));
  const { page, errors, keep } = await openPage(browser, one);
  const banner = page.getByRole('alert').filter({ hasText: 'us-west-2 asks to take over.' });
  await banner.getByText('waiting for approval').waitFor();
  await page.locator('[data-box="us-west-2/controller"]').getByText('asks you').waitFor();
  assert.deepEqual(await findings(page), [], 'the banner');
  await keep('awaiting-approval');

  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  const tabTo = async (name: string, limit: number): Promise<void> => {
    for (let steps = 0; steps < limit && (await focused()) !== name; steps++)
      await page.keyboard.press('Tab');
    assert.equal(await focused(), name, `reached within ${limit} steps`);
  };
  await tabTo('Approve…', 8);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Approve the failover to us-west-2?' });
  await dialog.getByText('What the lost region had not yet sent over is lost.').waitFor();
  assert.equal(await focused(), 'Cancel', 'what does the least has the focus');
  assert.deepEqual(await findings(page), [], 'the dialog');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await focused(), 'Approve…', 'whoever thinks again is back at the question');
  assert.equal(one.world.scene().approvedMs, null, 'nothing was said to the controller');

  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await tabTo('Approve', 2);
  await page.keyboard.press('Enter');
  await dialog.getByText('under way: the global cluster is failing-over').waitFor();
  await banner.waitFor({ state: 'detached' });
  assert.deepEqual(await findings(page), [], 'the answer');
  await tabTo('Close', 3);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(
    await page.evaluate(() => document.activeElement?.className),
    'stage',
    'the question is gone: the picture has the focus',
  );
  await page.getByText('us-west-2 serves and writes').waitFor();
  assert.deepEqual(errors, []);
});

/** How many marks moved within some steps of their clock. */
const moved = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const marks = [...document.querySelectorAll<SVGPathElement>('.arrow .arrow-marks')];
    const before = marks.map(({ style }) => style.strokeDashoffset);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return marks.filter(({ style }, index) => style.strokeDashoffset !== before[index]).length;
  });

test('requests move, and for whoever asked for less motion they stand', { skip }, async () => {
  const { page } = await openPage(browser, await fixture());
  await page.locator('.arrow .arrow-marks').first().waitFor({ state: 'attached' });
  assert.ok((await moved(page)) > 3);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForFunction(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  assert.equal(await moved(page), 0);
});

test('where nothing flows nothing moves, and the page is at rest', { skip }, async () => {
  const one = await fixture();
  one.world.change((scene) => ({ ...scene, traffic: false }));
  const { page } = await openPage(browser, one);
  await page.locator('.record').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.arrow .arrow-marks').length === 0);
  await page.waitForFunction(() => document.getAnimations().length === 0);
});

/** The page in real Chromium, against the fixture server: what a person does in a rehearsal, by mouse. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Fixture, startFixture, TOKEN } from '../fixture-server.ts';
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

async function fixture(options: Parameters<typeof startFixture>[0] = { speed: 60 }): Promise<Fixture> {
  const one = await startFixture(options);
  fixtures.push(one);
  return one;
}

const box = (page: Page, id: string) => page.locator(`[data-box="${id}"]`);
const choose = (page: Page, id: string) => box(page, id).click({ position: { x: 40, y: 22 } });

test('both regions are seen, with everything that is in them, and nothing is asked of anybody else', {
  skip,
}, async () => {
  const { page, foreign, errors, keep } = await openPage(browser, await fixture());
  for (const region of ['us-east-1', 'us-west-2']) {
    await box(page, region).waitFor();
    for (const kind of ['load-balancer', 'database', 'bucket', 'alarms', 'notifications', 'controller'])
      await box(page, `${region}/${kind}`).waitFor();
    for (const zone of ['a', 'b', 'c']) await box(page, `zone/${region}${zone}`).waitFor();
  }
  assert.equal(await page.locator('[data-kind="task"]').count(), 6);
  assert.equal(await page.locator('[data-kind="instance"]').count(), 4);
  await page.getByText('us-east-1 serves and writes').waitFor();
  await page.locator('.arrow-marks[data-outcome="ok"]').first().waitFor({ state: 'attached' });
  assert.equal(new URL(page.url()).hash, '', 'the token is taken out of the address');
  await keep('normal');
  assert.deepEqual(foreign, []);
  assert.deepEqual(errors, []);
});

test('a region is lost from the page, the other takes over, and the writer fails back', {
  skip,
}, async () => {
  const { page, errors, keep } = await openPage(browser, await fixture({ speed: 40 }));
  await choose(page, 'us-east-1');
  await page.getByRole('button', { name: 'Lose…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('It serves now.').waitFor();
  await dialog.getByRole('button', { name: 'Lose us-east-1' }).click();
  await dialog.getByText('lose: us-east-1').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: '← Timeline' }).click();

  await page.locator('[data-box="us-east-1"][data-condition="lost"]').waitFor();
  assert.equal(
    await page.locator('[data-kind="task"][data-condition="lost"]').count(),
    3,
    'its tasks stay, as lost',
  );
  await page.locator('.arrow-marks[data-outcome="failed"]').first().waitFor({ state: 'attached' });
  await keep('region-lost');

  await page.getByText('us-west-2 serves and writes').waitFor();
  await page.locator('.record', { hasText: 'cluster.promoted' }).first().waitFor();
  await page
    .getByRole('status')
    .filter({ hasText: 'DNS names us-west-2 now' })
    .waitFor({ state: 'attached' });
  await page.waitForFunction(
    () => document.querySelector('[data-mark="mark/writer"]')!.getBoundingClientRect().left > 500,
  );
  await keep('taken-over');

  await page.getByRole('button', { name: 'Fail back…' }).click();
  await dialog.locator('li[data-ok="false"]', { hasText: 'peer answers' }).waitFor();
  assert.equal(
    await dialog.getByRole('button', { name: 'Not everything is met' }).getAttribute('aria-disabled'),
    'true',
  );
  await keep('failback-not-met');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await choose(page, 'us-east-1');
  await page.getByRole('button', { name: 'Restore…' }).click();
  await dialog.getByRole('button', { name: 'Restore us-east-1' }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Fail back…' }).click();
  await dialog.locator('li[data-ok="true"]', { hasText: 'peer answers' }).waitFor();
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Fail back to us-east-1' }).click();
  await dialog.getByText('failing back to us-east-1').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('us-east-1 serves and writes').waitFor();
  await keep('failed-back');
  assert.deepEqual(errors, []);
});

test('a way back that the controller does not answer for is said until the next look knows more', {
  skip,
}, async () => {
  const { page } = await openPage(browser, await fixture());
  const answer = { preconditions: [{ name: 'peer answers', ok: true, why: 'it does' }], phase: 'lead' };
  let isUnderWay = false;
  let looksSince = -1;
  await page.route('**/api/controller', async (route) => {
    const { dryRun } = route.request().postDataJSON() as { dryRun: boolean };
    if (!dryRun) {
      looksSince = 0;
      return route.fulfill({ status: 500, json: { error: 'the controller ran out of time' } });
    }
    if (looksSince >= 0) looksSince += 1;
    const [result, because] = isUnderWay
      ? ['running', 'failing back already']
      : ['refused', 'dryRun changes nothing'];
    return route.fulfill({ json: { ...answer, result, because, ready: true, missing: [] } });
  });
  await page.getByRole('button', { name: 'Fail back…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Fail back to/ }).click();
  const looks = async (count: number): Promise<void> => {
    while (looksSince < count) await page.waitForResponse('**/api/controller');
  };
  await looks(2);
  await dialog.getByRole('alert').filter({ hasText: 'the controller ran out of time' }).waitFor();
  isUnderWay = true;
  await dialog.getByText('under way: failing back already').waitFor();
  assert.equal(await dialog.getByRole('alert').count(), 0);
});

test('a drill draws its phases against the budget and says how it ended', { skip }, async () => {
  const { page, keep } = await openPage(browser, await fixture({ speed: 40 }));
  await page.getByRole('button', { name: 'Start a drill…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /region-loss/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start the drill' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  const strip = page.getByRole('region', { name: 'Drill region-loss' });
  await strip.locator('li[data-state="runs"]', { hasText: 'detect' }).waitFor();
  await strip.locator('li[data-state="done"]', { hasText: 'detect' }).waitFor();
  await keep('drill-running');
  await strip.getByText('✓ passed').waitFor();
  await strip.getByText('none lost').waitFor();
  await strip.getByText('1:52.0').waitFor();
  await keep('drill-passed');
});

test('what the system refuses is said in its words', { skip }, async () => {
  const one = await fixture();
  const { page } = await openPage(browser, one);
  await page.getByRole('button', { name: 'Start a drill…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /region-loss/ })
    .click();
  one.world.change((scene) => ({ ...scene, drill: { id: 'other', startedMs: one.world.now() } }));
  await page.getByRole('dialog').getByRole('button', { name: 'Start the drill' }).click();
  await page.getByRole('dialog').getByText('a drill is running; stop it first').waitFor();
});

test('a connection that is lost is said, and taken up again without a gap', { skip }, async () => {
  const one = await fixture();
  const { page } = await openPage(browser, one);
  await page.locator('.record').first().waitFor();
  const before = one.world.records().length;
  one.dropStreams(900);
  for (const number of [1, 2, 3])
    one.world.journal('us-east-1', 'test', 'gap.filled', `while away ${number}`, 'unheard');
  await page.getByText('Not live.').waitFor();
  await page.getByText('Not live.').waitFor({ state: 'detached' });
  for (const number of [1, 2, 3])
    await page.locator('.record', { hasText: `while away ${number}` }).waitFor();
  one.world.journal('us-east-1', 'test', 'gap.filled', 'after', 'heard');
  await page.locator('.record', { hasText: 'after' }).waitFor();
  assert.equal(await page.locator('.timeline-count').textContent(), String(before + 4), 'each is there once');
});

test('the timeline is filtered, ranged by a chart, and only what is in sight is drawn', {
  skip,
}, async () => {
  const { page } = await openPage(browser, await fixture());
  const count = page.locator('.timeline-count');
  await page.locator('.record').first().waitFor();
  assert.equal(await count.textContent(), '400');
  assert.ok((await page.locator('.record').count()) < 60);
  await page.getByRole('combobox', { name: 'Where' }).selectOption('us-west-2');
  await page.waitForFunction(() => document.querySelector('.timeline-count')?.textContent === '200');
  await page.getByRole('searchbox').fill('12 objects');
  await page.waitForFunction(() => document.querySelector('.timeline-count')?.textContent === '40');
  await page.getByRole('searchbox').fill('');
  const plot = (await page.locator('[data-chart="requests"] .u-over').boundingBox())!;
  await page.mouse.move(plot.x + plot.width * 0.4, plot.y + 20);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.6, plot.y + 30, { steps: 4 });
  await page.mouse.up();
  await page.locator('.timeline-range').waitFor();
  await page.waitForFunction(() => {
    const shown = Number(document.querySelector('.timeline-count')?.textContent);
    return shown > 0 && shown < 190;
  });
  await page.getByRole('button', { name: 'all times', exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.timeline-count')?.textContent === '200');
});

test('the newest record stays in sight until a person scrolls up', { skip }, async () => {
  const one = await fixture();
  const { page } = await openPage(browser, one);
  await page.locator('.record').first().waitFor();
  const tell = (name: string) => one.world.journal('us-east-1', 'test', 'many.told', name, 'at once');
  for (let number = 1; number <= 30; number++) tell(`first ${number}`);
  await page.locator('.record', { hasText: 'first 30' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'newest' }).count(), 0);
  await page.mouse.move(1250, 500);
  await page.mouse.wheel(0, -2000);
  await page.getByRole('button', { name: 'newest' }).waitFor();
  tell('below');
  await page.waitForFunction(() => document.querySelector('.timeline-count')?.textContent === '431');
  assert.equal(await page.locator('.record', { hasText: 'below' }).count(), 0);
  await page.getByRole('button', { name: 'newest' }).click();
  await page.locator('.record', { hasText: 'below' }).waitFor();
});

test('reports are opened in a frame that runs nothing, and two are compared', { skip }, async () => {
  const { page, errors, keep } = await openPage(browser, await fixture());
  await page.getByRole('button', { name: 'Reports' }).click();
  await page.getByRole('button', { name: /112 s/ }).click();
  await page.frameLocator('iframe').getByText('Report drill-3').waitFor();
  assert.equal(await page.locator('iframe').getAttribute('sandbox'), '');
  for (const mark of await page
    .getByRole('checkbox')
    .all()
    .then((all) => all.slice(0, 2)))
    await mark.check();
  await page.getByRole('row', { name: /RTO, writes.*318.*112.*−206/ }).waitFor();
  await keep('reports-compared');
  assert.deepEqual(errors, []);
});

test('without the token nothing is told but why, once, and how to get in', { skip }, async () => {
  const one = await fixture();
  for (const [path, why] of [
    ['/', 'the address holds no token'],
    [`/#token=not-${TOKEN}`, 'the control API needs the token of this system'],
  ] as const) {
    const { page, keep } = await openPage(browser, one, { path });
    await page.getByText(/Not let in:.*npx understudy console/).waitFor();
    await keep('not-let-in');
    assert.equal(await page.getByText(why).count(), 1, 'why is said once');
    assert.equal(await page.locator('.box, .chart, .timeline, button').count(), 0);
  }
});

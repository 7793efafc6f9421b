import { chromium } from 'playwright-core';

const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const p = await b.newPage({ viewport: { width: 1440, height: 900 } });
p.on('console', (m) => console.log('console', m.type(), m.text()));
p.on('pageerror', (e) => console.log('pageerror', e.message));
p.on('response', (r) => {
  if (r.status() >= 400) console.log(r.status(), r.url());
});
await p.goto(process.argv[2]!);
await p.waitForSelector('.box', { timeout: 20000 }).catch(() => 0);
const cdp = await p.context().newCDPSession(p);
await cdp.send('Performance.enable');
const task = async () =>
  (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration')!.value;
await p.waitForTimeout(5000);
let a = await task();
await p.waitForTimeout(10000);
console.log('idle main thread %', ((await task()) - a) * 10);
console.log('animations', await p.evaluate(() => document.getAnimations().length));
await p.click('text=Start a drill…');
await p.click('.catalogue button');
await p.click('.dialog .primary');
await p.waitForTimeout(3000);
await p.screenshot({ path: `/tmp/shots/real-drill-start.png` });
await p.click('text=Close');
for (let n = 0; n < 26; n++) {
  await p.waitForTimeout(6000);
  await p.screenshot({ path: `/tmp/shots/real-drill-${n}.png` });
  const [head, drill] = await p.evaluate(() => [
    document.querySelector('.head-summary')?.textContent,
    document.querySelector('.drill')?.textContent?.slice(0, 300),
  ]);
  if (n % 3 === 0) console.log(n, head, '|', drill);
  if (n === 4) {
    a = await task();
    await p.waitForTimeout(5000);
    console.log('busy main thread %', ((await task()) - a) * 20);
  }
}
await b.close();

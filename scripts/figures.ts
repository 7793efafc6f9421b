/**
 * `npm run figures`: what the whole system costs on this machine. A fresh system is brought up, its first
 * order placed, its idle memory read from /proc, then it is stopped and brought up again. Prints a table.
 *
 * Memory is PSS (each page divided among the processes that share it), which is what the machine really gives
 * up; RSS counts shared pages once per process and is printed beside it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assemblyOf, ROOT } from '../cli/project.ts';
import { openFrontDoor } from '../drills/front-door.ts';
import { type ControlledSystem, launch } from '../engine/supervisor/client.ts';
import { groupMembers } from '../engine/supervisor/process-table.ts';
import { stateDirectory } from '../engine/supervisor/state-directory.ts';

const IDLE_SECONDS = 60;
const MB = 1_000_000;

const began = performance.now();
const assembly = await assemblyOf(undefined, () => {});
const synthSeconds = (performance.now() - began) / 1000;
const directory = mkdtempSync(join(ROOT, '.understudy-figures-'));
const rows: [what: string, value: string][] = [
  [`synthesis${assembly.reused ? ' (sources unchanged)' : ''}`, `${synthSeconds.toFixed(1)} s`],
];

async function firstOrder(system: ControlledSystem): Promise<string> {
  const door = await openFrontDoor(system);
  const catalogue = await door.send({ edge: 0, method: 'GET', path: '/api/products', deadlineMs: 10_000 });
  const { products } = catalogue.body as { products: { id: string }[] };
  const reply = await door.send({
    edge: 0,
    method: 'POST',
    path: '/api/orders',
    headers: { 'idempotency-key': `figures-${process.pid}-${Date.now()}` },
    body: { customer: 'figures', items: [{ productId: products[0]!.id, quantity: 1 }] },
    deadlineMs: 10_000,
  });
  await door.close();
  if (reply.status !== 201) throw new Error(`the first order was answered with ${reply.status}`);
  return reply.servedBy ?? '';
}

async function once(name: string, afterwards: (system: ControlledSystem) => Promise<void>): Promise<void> {
  const from = performance.now();
  const launched = launch({ directory, assembly: assembly.directory, speed: 1, timing: 'aws' });
  try {
    const system = await launched.up;
    const upSeconds = (performance.now() - from) / 1000;
    await firstOrder(system);
    rows.push([`${name}: site answers`, `${upSeconds.toFixed(1)} s`]);
    rows.push([`${name}: first order acknowledged`, `${((performance.now() - from) / 1000).toFixed(1)} s`]);
    await afterwards(system);
  } finally {
    await launched.stop();
  }
}

/** PSS and RSS of a process in bytes, proc_pid_smaps(5); nothing of one that has ended. */
function residentBytes(pid: number): { readonly rss: number; readonly pss: number } {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return { rss: of('Rss'), pss: of('Pss') };
  } catch {
    return { rss: 0, pss: 0 };
  }
}

function memory(): void {
  const run = stateDirectory(directory).run()!;
  const groups = [{ name: 'supervisor', pids: [run.pid] as readonly number[] }].concat(
    run.groups.map(({ name, pid }) => ({ name, pids: groupMembers(pid) })),
  );
  let [allRss, allPss, count] = [0, 0, 0];
  for (const { name, pids } of groups) {
    const used = pids.map(residentBytes);
    const rss = used.reduce((sum, one) => sum + one.rss, 0);
    const pss = used.reduce((sum, one) => sum + one.pss, 0);
    rows.push([
      `idle: ${name}, ${pids.length} processes`,
      `${(pss / MB).toFixed(0)} MB (RSS ${(rss / MB).toFixed(0)} MB)`,
    ]);
    allRss += rss;
    allPss += pss;
    count += pids.length;
  }
  rows.push([
    `idle: everything, ${count} processes`,
    `${(allPss / MB).toFixed(0)} MB (RSS ${(allRss / MB).toFixed(0)} MB)`,
  ]);
}

try {
  await once('fresh', async () => {
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
    memory();
  });
  await once('again', async () => {});
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, value] of rows) process.stdout.write(`${what.padEnd(width)}  ${value}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

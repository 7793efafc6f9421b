import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { read, UsageError } from '../command.ts';
import { simulate } from './simulate.ts';

const directory = mkdtempSync(join(tmpdir(), 'understudy-simulate-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, content: unknown): string => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const call = async (...args: readonly string[]): Promise<number> => await simulate.run(read(simulate, args));

test('what is asked wrongly is answered with what is allowed, before anything runs', async () => {
  const twice = file('same.json', { label: 'same' });
  const refused: readonly [args: readonly string[], because: RegExp][] = [
    [['--runs', '0'], /^--runs must be a number from 1 to 100000000, found "0"$/],
    [['--runs', '2.5'], /^--runs must be a whole number, found 2\.5$/],
    [['--seed=-1'], /^--seed must be a number from 0 to \d+, found "-1"$/],
    [['--workers', 'many'], /^--workers must be a number from 1 to 256, found "many"$/],
    [['--schedule', 'rain'], /^--schedule must be storm or incident, found "rain"$/],
    [
      ['--faults', 'region-lost'],
      /^--faults: there is no fault "region-lost"; allowed: region-loss, .*operator, all, none$/,
    ],
    [['--policy', join(directory, 'absent.json')], /^--policy: .*absent\.json cannot be read \(ENOENT\)$/],
    [
      ['--policy', file('bad.json', { policy: { ticks: 1 } })],
      /^--policy: .*bad\.json: policy\.ticks: unknown; allowed: mode, /,
    ],
    [
      ['--policy', twice, '--policy', twice],
      /^both policies are called same; give one of them another label$/,
    ],
    [['--policy', 'a', '--policy', 'b', '--policy', 'c'], /^--policy may be given once or twice, found 3$/],
    [['--with', '[]'], /^--with needs --replay/],
    [['--replay', '1', '--with', '{'], /^--with: a schedule is a JSON list of faults/],
    [
      ['--replay', '1', '--with', '[{"kind":"quake"}]'],
      /^--with: there is no fault "quake"; allowed: region-loss/,
    ],
    [['--replay', 'x'], /^--replay must be a number from 0 to \d+, found "x"$/],
    [
      ['--replay', '1', '--policy', twice, '--policy', file('b.json', {})],
      /^--replay takes one --policy: it is one run$/,
    ],
    [['--rates', 'a.json'], /^--rates needs --availability$/],
    [['--availability', '--schedule', 'storm'], /^--availability needs runs in which a region is lost/],
    [['--availability', '--years', '1'], /^--years must be a number from 2 to/],
    [
      ['--availability', '--rates', file('rates.json', { cause: {} })],
      /^--rates .*rates\.json: the rates file has “cause”/,
    ],
  ];
  for (const [args, because] of refused)
    await assert.rejects(
      () => call(...args),
      (error: Error) => {
        assert.ok(error instanceof UsageError, `${args.join(' ')}: ${error.stack}`);
        assert.match(error.message, because);
        return true;
      },
    );
});

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(import.meta.dirname, '..', 'main.ts');
/** Not there until a report is kept. */
const state = join(directory, 'state');

const understudy = (...args: readonly string[]): Promise<Done> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, 'simulate', '--directory', state, ...args],
      { maxBuffer: 64_000_000, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

interface Spoken {
  readonly ending: string;
  readonly violatedRuns: number;
  readonly summaries: readonly { readonly label: string; readonly runs: number }[];
}

test('two hundred nights of each schedule: a summary of both, the same with one thread and two', async () => {
  const [one, two] = await Promise.all(
    ['1', '2'].map((workers) => understudy('--runs', '200', '--json', '--workers', workers)),
  );
  assert.equal(one!.stderr, '');
  const [first, second] = [one!, two!].map(({ stdout }) => JSON.parse(stdout) as Spoken);
  assert.equal(first!.ending, 'complete');
  assert.deepEqual(
    first!.summaries.map(({ label, runs }) => [label, runs]),
    [
      ['storm', 200],
      ['region-loss', 200],
    ],
  );
  assert.deepEqual(second!.summaries, first!.summaries);
  assert.equal(one!.code, first!.violatedRuns > 0 ? 1 : 0);
});

test('a replay prints the same bytes each time, and the faults it is told instead of its own', async () => {
  const faults = '[{"kind":"writer-loss","atMs":240000,"region":0}]';
  const [once, again, told] = await Promise.all([
    understudy('--replay', '7'),
    understudy('--replay', '7'),
    understudy('--replay', '7', '--with', faults, '--json'),
  ]);
  assert.match(once!.stdout, /^Run of seed 7\n/);
  assert.equal(again!.stdout, once!.stdout);
  const result = JSON.parse(told!.stdout) as {
    readonly options: { readonly faults: unknown };
    readonly trace: readonly unknown[];
  };
  assert.deepEqual(result.options.faults, JSON.parse(faults));
  assert.ok(result.trace.length > 0, 'no trace');
});

test('two policies meet the same seeds, and what they mean for a year is said of each', async () => {
  const quick = file('quick.json', { label: '10 s', healthCheck: { intervalSeconds: 10 } });
  const usual = file('usual.json', { label: '30 s' });
  const done = await understudy(
    ...['--runs', '50', '--schedule', 'incident', '--policy', usual, '--policy', quick],
    ...['--availability', '--years', '50', '--html', join(directory, 'reports', 'nights.html')],
  );
  assert.equal(done.stderr, '');
  assert.match(done.stdout, /healthCheck\.intervalSeconds +30 {2}→ {2}10/);
  assert.match(done.stdout, /30 s\nAvailability: 50 simulated years/);
  assert.match(done.stdout, /10 s\nAvailability: 50 simulated years/);
  const page = readFileSync(join(directory, 'reports', 'nights.html'), 'utf8');
  assert.match(page, /^<!doctype html>/);
  assert.match(page, /npx understudy simulate --replay \d+ --schedule incident --policy /);
  assert.match(done.stdout, /\n100 runs \(seeds 1 to 50\) in /);
});

test('Ctrl-C ends a campaign with what is done, and says so', { timeout: 30_000 }, async () => {
  const child = spawn(process.execPath, [main, 'simulate', '--directory', state, '--runs', '100000000'], {
    stdio: 'pipe',
  });
  let stdout = '';
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (interrupted || !stdout.includes('Ctrl-C ends it')) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.ok(code === 130 || code === 1, `code ${code}: ${stdout}`);
  assert.match(stdout, /\ninterrupted: these are the figures of what was done\n$/);
});

/** What the command line says to somebody who asks, mistypes, or is too early. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { understudy } from './cli-scene.ts';

const COMMANDS = [
  'up',
  'down',
  'status',
  'events',
  'lose',
  'freeze',
  'restore',
  'failback',
  'drill',
  'env',
  'mail',
  'doctor',
];

/** A user's mistake is a sentence, never a stack. */
function assertSentence(text: string): void {
  assert.match(text, /^error: \S/);
  assert.doesNotMatch(text, /^\s+at /m);
}

test('--help lists every command, and each says what it takes', async () => {
  const all = await understudy('--help');
  assert.equal(all.code, 0, all.stderr);
  for (const name of COMMANDS) assert.match(all.stdout, new RegExp(`^  ${name} `, 'm'));
  const each = await Promise.all(
    COMMANDS.map(async (name) => [name, await understudy(name, '--help')] as const),
  );
  for (const [name, { code, stdout, stderr }] of each) {
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.ok(stdout.startsWith(`understudy ${name}`), stdout);
    for (const option of ['--directory', '--json', '--help'])
      assert.ok(stdout.includes(option), `${name} ${option}`);
  }
});

test('a call that cannot be understood ends with 2 and says what is allowed', async () => {
  for (const [words, says] of [
    [['sing'], /there is no command sing; there are up, down,/],
    [['status', '--loud'], /--loud.*understudy status --help/s],
    [['lose'], /takes 1 word\(s\), found 0; usage: understudy lose TARGET/],
    [['up', '--speed', 'fast'], /--speed must be a number from 1 to 100, found "fast"/],
    [['up', '--timing', 'late'], /--timing must be aws or none, found "late"/],
    [['drill', 'applause'], /there is no drill applause; there are region-loss/],
    [['drill', '--fault', 'rain'], /--fault must be lose or freeze, found "rain"/],
  ] as const) {
    const { code, stdout, stderr } = await understudy(...words);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assertSentence(stderr);
    assert.match(stderr, says);
  }
  assert.equal((await understudy()).code, 2);
});

test('where no system runs every command that needs one says so and ends with 1', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-none-'));
  try {
    const calls = [['status'], ['down'], ['events'], ['env'], ['mail'], ['lose', 'us-east-1'], ['failback']];
    const ends = await Promise.all(calls.map((words) => understudy(...words, '-C', directory)));
    for (const { code, stderr } of ends) {
      assert.equal(code, 1);
      assertSentence(stderr);
      assert.ok(stderr.includes(`no system runs in ${directory}`), stderr);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('doctor looks at this machine', async () => {
  const { code, stdout } = await understudy('doctor', '--json');
  const findings = JSON.parse(stdout) as { check: string; verdict: string; found: string }[];
  assert.deepEqual(
    findings.filter(({ verdict }) => verdict === 'missing'),
    [],
  );
  assert.equal(code, 0);
  assert.ok(findings.some(({ check }) => check === 'MariaDB server'));
});

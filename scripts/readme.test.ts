/** What the README shows is what there is: the command's own help, npm's scripts, a picture with its words. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The fenced block that begins with this command, without it. */
function sampleOf(command: string): string {
  const begin = readme.indexOf(`\`\`\`\n$ ${command}\n`);
  assert.notEqual(begin, -1, `the README shows no ${command}`);
  const from = begin + `\`\`\`\n$ ${command}\n`.length;
  return readme.slice(from, readme.indexOf('```', from));
}

test('the README shows the commands that there are', () => {
  const help = execFileSync(process.execPath, [join(root, 'cli', 'main.ts'), '--help'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  assert.equal(sampleOf('npx understudy --help'), help);
});

test('every npm command that the README names is a script', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?(start|test|drill|docs|[a-z]+(?= -- ))/g)].map(
    ([, name]) => name!,
  );
  assert.ok(named.length >= 3);
  assert.deepEqual(
    named.filter((name) => !Object.hasOwn(scripts, name)),
    [],
  );
});

test('the picture says what it shows to those who do not see it', () => {
  const picture = readFileSync(join(root, 'docs', 'architecture.svg'), 'utf8');
  assert.match(picture, /role="img" aria-labelledby="title desc"/);
  assert.match(picture, /<title id="title">[^<]{20,}<\/title>/);
  assert.match(picture, /<desc id="desc">[^<]{100,}<\/desc>/);
  assert.doesNotMatch(picture, /<script|href="(?!#)/);
});

/** Dockerfiles as people write them, and what becomes of each. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { DockerfileError, parseDockerfile } from './dockerfile.ts';
import { programOf } from './image.ts';

test('a usual Dockerfile: folder, variables, command, and what is left out', () => {
  const image = parseDockerfile(`# syntax=docker/dockerfile:1
ARG NODE=24
FROM --platform=linux/amd64 node:\${NODE}-slim
WORKDIR /app
COPY --chown=node package.json ./
RUN npm install \\
    # a comment inside
    --omit=dev
COPY src ./src
ENV NODE_ENV=production GREETING="hello there" \\
    LEVEL=info
ENV OLD style value
USER node
EXPOSE 8000/tcp
STOPSIGNAL SIGINT
CMD ["node", "src/main.ts"]
`);
  assert.equal(image.base, 'node:24-slim');
  assert.equal(image.workingDirectory, '/app');
  assert.deepEqual(image.environment, {
    NODE_ENV: 'production',
    GREETING: 'hello there',
    LEVEL: 'info',
    OLD: 'style value',
  });
  assert.deepEqual(image.command, ['node', 'src/main.ts']);
  assert.deepEqual(image.entryPoint, []);
  assert.equal(image.stopSignal, 'SIGINT');
  assert.equal(image.user, 'node');
  assert.deepEqual(image.exposed, ['8000/tcp']);
  assert.equal(image.notes.length, 2);
  assert.match(image.notes[1]!, /^USER node is not changed to/);
  assert.match(image.notes[0]!, /^RUN npm install +--omit=dev is not run/);
});

test('only the last stage counts, and a stage may stand on an earlier one', () => {
  const image = parseDockerfile(`FROM node:24 AS base
WORKDIR /app
ENV A=1
FROM base AS build
CMD ["node", "build.js"]
FROM base
COPY --from=build /app/dist ./dist
CMD node dist/main.js --verbose "two words"`);
  assert.equal(image.base, 'node:24');
  assert.equal(image.workingDirectory, '/app');
  assert.deepEqual(image.environment, { A: '1' });
  assert.deepEqual(image.command, ['node', 'dist/main.js', '--verbose', 'two words']);
  assert.match(image.notes[0]!, /does not come from the build context/);
});

for (const command of ['npm start && echo done', 'node $(cat main)', 'echo hi > file', 'a | b'])
  test(`a command that needs a shell is refused: ${command}`, () => {
    assert.throws(
      () => parseDockerfile(`FROM x\nCMD ${command}`),
      (error: Error) => error instanceof DockerfileError && /line 2: .*exec form/.test(error.message),
    );
  });

test('mistakes name their line', () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['CMD ["x"]', /line 1: CMD before FROM/],
    ['', /no FROM/],
    ['FROM x\nFLY high', /line 2: unknown instruction FLY/],
    ['FROM x\nCMD ["x"', /line 2: exec form is a JSON array/],
    ['FROM x\nSTOPSIGNAL SIGFOO', /line 2: STOPSIGNAL is one of/],
    ['FROM x\n\nENV =1', /line 3: ENV takes name=value/],
  ];
  for (const [text, message] of mistakes) assert.throws(() => parseDockerfile(text), message);
});

test('whatever the text, the parser returns an image or says what is wrong with a line', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'FROM a',
      'FROM a AS b',
      'RUN x \\',
      'ENV a=b c',
      'CMD ["a"]',
      'CMD a $B',
      'COPY a b',
      'ARG x',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      try {
        const image = parseDockerfile(lines.join('\n'));
        assert.ok(image.workingDirectory.startsWith('/'));
      } catch (error) {
        assert.ok(error instanceof DockerfileError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

function context(files: Readonly<Record<string, string>>): { directory: string; dockerFile: string } {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-image-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return { directory, dockerFile: 'Dockerfile' };
}

test('WORKDIR stands for the folder that the COPY instructions fill it from', () => {
  const asset = context({
    Dockerfile:
      'FROM x\nWORKDIR /srv\nCOPY app/ .\nCOPY app/lib ./lib\nENTRYPOINT ["node"]\nCMD ["/srv/lib/main.js"]',
    'app/lib/main.js': '',
  });
  const program = programOf(asset, { name: 'web' });
  assert.equal(program.directory, join(asset.directory, 'app'));
  assert.deepEqual(program.argv, ['node', join(asset.directory, 'app/lib/main.js')]);
  rmSync(asset.directory, { recursive: true });
});

test('a container definition overrides command and entry point as Docker does', () => {
  const asset = context({ Dockerfile: 'FROM x\nWORKDIR /a\nCOPY . .\nENTRYPOINT ["node"]\nCMD ["a.js"]' });
  assert.deepEqual(programOf(asset, { name: 'w', command: ['b.js'] }).argv, ['node', 'b.js']);
  assert.deepEqual(programOf(asset, { name: 'w', entryPoint: ['python3'], command: ['c.py'] }).argv, [
    'python3',
    'c.py',
  ]);
  assert.throws(() => programOf(asset, { name: 'w', entryPoint: [] }), /says what to run/);
  rmSync(asset.directory, { recursive: true });
});

test('images that would rearrange or leave their context, or lack dependencies, are refused with the reason', () => {
  const rearranged = context({
    Dockerfile: 'FROM x\nWORKDIR /a\nCOPY one/ .\nCOPY two/ .\nCMD ["node", "x.js"]',
    'one/x.js': '',
    'two/y.js': '',
  });
  assert.throws(() => programOf(rearranged, { name: 'w' }), /elsewhere than they lie/);
  const escaping = context({ Dockerfile: 'FROM x\nWORKDIR /a\nCOPY ../secret .\nCMD ["node", "x.js"]' });
  assert.throws(() => programOf(escaping, { name: 'w' }), /leaves the build context/);
  assert.throws(
    () => programOf({ ...escaping, dockerFile: '../../etc/passwd' }, { name: 'w' }),
    /lies outside/,
  );
  const lacking = context({
    Dockerfile: 'FROM x\nWORKDIR /a\nCOPY . .\nCMD ["node", "x.js"]',
    'package.json': '{"dependencies":{"no-such-dependency":"1"}}',
  });
  assert.throws(
    () => programOf(lacking, { name: 'w' }),
    /no-such-dependency, which is not installed .*npm install/,
  );
  for (const one of [rearranged, escaping, lacking]) rmSync(one.directory, { recursive: true });
});

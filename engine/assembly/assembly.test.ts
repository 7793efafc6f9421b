// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CDK writes placeholders like this
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { Json, JsonObject } from '../template/json.ts';
import { readAssembly, readTemplate } from './assembly.ts';
import { assetResolver } from './assets.ts';
import { splitCommand, synthesize } from './synthesize.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function folderWith(files: Readonly<Record<string, Json>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-assembly-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const stack = (templateFile: string, extra: JsonObject = {}): JsonObject => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://000000000000/us-east-1',
  properties: { templateFile },
  ...extra,
});
const manifest = (artifacts: JsonObject): JsonObject => ({ version: '55.0.0', artifacts });

test('stacks come in deployable order, those of nested stages among them', () => {
  const directory = folderWith({
    'manifest.json': manifest({
      edge: stack('edge.json', { dependencies: ['assembly-app'] }),
      'assembly-app': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-app' } },
    }),
    'assembly-app/manifest.json': manifest({
      appweb: stack('web.json', {
        environment: 'aws://unknown-account/us-west-2',
        displayName: 'app/web',
        dependencies: ['appnet', 'appweb.assets'],
        properties: {
          templateFile: 'web.json',
          stackName: 'web',
          terminationProtection: true,
          parameters: { Size: 3 },
          tags: { team: 'shop' },
        },
      }),
      'appweb.assets': { type: 'cdk:asset-manifest', properties: { file: 'web.assets.json' } },
      appnet: stack('net.json'),
    }),
    'assembly-app/web.assets.json': { files: {}, dockerImages: {} },
    'assembly-app/web.json': { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } },
  });
  const { stacks } = readAssembly(directory);
  assert.deepEqual(
    stacks.map(({ id }) => id),
    ['appnet', 'appweb', 'edge'],
  );
  const { templateFile, ...web } = stacks[1] ?? assert.fail();
  assert.deepEqual(web, {
    name: 'web',
    id: 'appweb',
    displayName: 'app/web',
    region: 'us-west-2',
    parameters: { Size: '3' },
    tags: { team: 'shop' },
    dependencies: ['appnet'],
    terminationProtection: true,
  });
  assert.deepEqual(stacks[2]?.dependencies, ['appweb', 'appnet']);
  assert.deepEqual([...readTemplate({ templateFile }).resources.keys()], ['Topic']);
});

test('assets are found by the place where AWS would have them', () => {
  const directory = folderWith({
    'manifest.json': manifest({
      'web.assets': { type: 'cdk:asset-manifest', properties: { file: 'web.assets.json' } },
    }),
    'web.assets.json': {
      files: {
        f1: {
          source: { path: 'asset.f1', packaging: 'zip' },
          destinations: {
            here: { bucketName: 'assets-${AWS::AccountId}-${AWS::Region}', objectKey: 'f1.zip' },
          },
        },
      },
      dockerImages: {
        i1: {
          source: { directory: 'asset.i1', dockerFile: 'Web.Dockerfile' },
          destinations: { here: { repositoryName: 'images-${AWS::AccountId}', imageTag: 'i1' } },
        },
      },
    },
  });
  const { assets, directory: root } = readAssembly(directory);
  const found = assetResolver(assets, { account: '000000000000', region: 'us-west-2' });
  assert.equal(found.file('assets-000000000000-us-west-2', 'f1.zip'), join(root, 'asset.f1'));
  assert.equal(found.file('assets-000000000000-us-east-1', 'f1.zip'), undefined);
  const image = { directory: join(root, 'asset.i1'), dockerFile: 'Web.Dockerfile' };
  assert.deepEqual(found.image('000000000000.dkr.ecr.us-west-2.amazonaws.com/images-000000000000:i1'), image);
  assert.deepEqual(found.image('i1'), image);
  assert.equal(found.image('nginx:latest'), undefined);
});

test('what an assembly cannot be is said, with what to do', () => {
  const cases: [Readonly<Record<string, Json>>, RegExp][] = [
    [{}, /is no cloud assembly: it has no manifest\.json; make it with `cdk synth`/],
    [{ 'manifest.json': '{' }, /manifest\.json is not JSON/],
    [
      {
        'manifest.json': manifest({
          web: stack('w.json', { environment: 'aws://unknown-account/unknown-region' }),
        }),
      },
      /stack web does not say its region; set it: .*env: \{ region:/,
    ],
    [{ 'manifest.json': manifest({ web: stack('../w.json') }) }, /\.\.\/w\.json leads out of the assembly/],
    [{ 'manifest.json': manifest({ web: stack('/etc/passwd') }) }, /\/etc\/passwd leads out of the assembly/],
    [
      {
        'manifest.json': manifest({
          a: stack('a.json', { dependencies: ['b'] }),
          b: stack('b.json', { dependencies: ['a'] }),
        }),
      },
      /stacks wait for each other: a, b/,
    ],
    [{ 'manifest.json': manifest({ a: stack('a.json', { dependencies: ['x'] }) }) }, /a depends on x/],
  ];
  for (const [files, expected] of cases) assert.throws(() => readAssembly(folderWith(files)), expected);
});

test('commands are split without a shell', () => {
  assert.deepEqual(splitCommand('node --x="a b" \'bin/my app.ts\''), ['node', '--x=a b', 'bin/my app.ts']);
  for (const text of ['node a.ts && rm x', 'node $(id)', 'a | b', 'a > b', ''])
    assert.throws(() => splitCommand(text), /cdk\.json: app must be/, text);
});

const APP = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  const { CDK_OUTDIR, CDK_CONTEXT_JSON, CDK_DEFAULT_REGION, CDK_DEFAULT_ACCOUNT } = process.env;
  console.log('synthesizing with ' + process.argv[2]);
  if (JSON.parse(CDK_CONTEXT_JSON).fail) { console.error('the app is wrong'); process.exit(3); }
  mkdirSync(CDK_OUTDIR, { recursive: true });
  writeFileSync(CDK_OUTDIR + '/manifest.json', JSON.stringify({
    context: JSON.parse(CDK_CONTEXT_JSON), region: CDK_DEFAULT_REGION, account: CDK_DEFAULT_ACCOUNT,
  }));`;

test('an app is synthesized once, and again when its sources change', async () => {
  const app = folderWith({
    'cdk.json': { app: "node app.mjs 'two words'", context: { color: 'blue', size: 1 } },
    'app.mjs': APP,
    'lib/web.ts': 'export {};',
  });
  const out = join(app, 'cdk.out');
  const lines: string[] = [];
  const run = () => synthesize(app, out, { context: { size: 2 }, onLine: (line) => lines.push(line) });
  assert.equal((await run()).reused, false);
  assert.deepEqual(lines, ['synthesizing with two words']);
  assert.equal((await run()).reused, true);
  utimesSync(join(app, 'lib/web.ts'), 1, 1);
  assert.equal((await run()).reused, false);
  assert.equal((await synthesize(app, out, { context: { size: 2 }, region: 'eu-west-1' })).reused, false);
  await assert.rejects(
    synthesize(app, out, { context: { fail: true } }),
    /the app of .* ended with 3:\n(.*\n)*the app is wrong/,
  );
  assert.equal((await run()).reused, false, 'a failed synthesis leaves nothing to use again');
});

test('a program that is not installed is named', async () => {
  const app = folderWith({ 'cdk.json': { app: 'no-such-program-anywhere' } });
  await assert.rejects(
    synthesize(app, join(app, 'out')),
    /starts no-such-program-anywhere, which is not installed/,
  );
});

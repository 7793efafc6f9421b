/**
 * `cdk.json` runs this file, and so may anyone: `node bin/app.ts` writes the same cloud assembly into
 * CDK_OUTDIR (default: cdk.out) without the CLI. Context: `config`, `profile`, `firstDeployment`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib';
import { ConfigRefused, resolveConfig } from '../config.ts';
import { build } from '../lib/build.ts';

const here = fileURLToPath(new URL('..', import.meta.url));
// The CLI hands cdk.json's context over in CDK_CONTEXT_JSON, which wins over these.
const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};
const app = new App({
  context: { ...context, 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true },
  outdir: process.env['CDK_OUTDIR'] ?? resolve(here, 'cdk.out'),
  analyticsReporting: false,
  autoSynth: false,
});

try {
  build(app, resolveConfig(await settings()), { firstDeployment: isOn('firstDeployment') });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function settings(): Promise<unknown> {
  const file = resolve(here, String(app.node.tryGetContext('config') ?? 'understudy.config.ts'));
  if (!existsSync(file)) throw new ConfigRefused([`config: there is no file ${file}`]);
  const { default: chosen } = (await import(pathToFileURL(file).href)) as { default: object };
  const profile: unknown = app.node.tryGetContext('profile');
  return profile === undefined ? chosen : { ...chosen, profile };
}

function isOn(flag: string): boolean {
  return String(app.node.tryGetContext(flag) ?? 'false') === 'true';
}

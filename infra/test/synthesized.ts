/**
 * The app as tests see it: built once per configuration, its templates read back from the assembly, as
 * the next reader (CloudFormation, the engine) gets them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { resolveConfig, type Settings } from '../config.ts';
import { type BuildOptions, build } from '../lib/build.ts';

export const REGIONS = ['us-east-1', 'us-west-2'] as const;
export const network = (region: string) => `Understudy-${region}-Network`;
export const data = (region: string) => `Understudy-${region}-Data`;
export const application = (region: string) => `Understudy-${region}-App`;
export const DNS = 'Understudy-Global-Dns';
export const EDGE = 'Understudy-Global-Edge';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly app: App;
  readonly stackNames: readonly string[];
  /** Stacks that must be complete before the named one. */
  dependenciesOf(stack: string): readonly string[];
  template(stack: string): Template;
  /** Resources of one type, by logical id. */
  resources(stack: string, type: string): Readonly<Record<string, Resource>>;
  /** The only resource of its type in the stack. */
  soleResource(stack: string, type: string): Resource;
}

export function synthesize(settings: Settings = {}, options: BuildOptions = {}): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), 'understudy-synth-'));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({ context, outdir, analyticsReporting: false, autoSynth: false });
  build(app, resolveConfig(settings), options);
  const { stacks } = app.synth();
  const artifact = (name: string) => {
    const found = stacks.find((stack) => stack.stackName === name);
    if (found === undefined)
      throw new Error(`no stack ${name}; there are ${stacks.map((s) => s.stackName).join(', ')}`);
    return found;
  };
  const resources = (name: string, type: string) =>
    Object.fromEntries(
      Object.entries(artifact(name).template.Resources as Record<string, Resource>).filter(
        ([, r]) => r.Type === type,
      ),
    );
  return {
    app,
    stackNames: stacks.map((stack) => stack.stackName),
    dependenciesOf: (name) =>
      artifact(name)
        .dependencies.map((dependency) => dependency.id)
        .filter((id) => stacks.some((stack) => stack.id === id)),
    template: (name) => Template.fromJSON(artifact(name).template),
    resources,
    soleResource(name, type) {
      const found = Object.values(resources(name, type));
      if (found.length !== 1)
        throw new Error(`${name} has ${found.length} resources of type ${type}, not one`);
      return found[0]!;
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The default configuration: two regions. */
export const pair = once(() => synthesize());
/** One region, a database that pauses. */
export const development = once(() => synthesize({ profile: 'development' }));
/** The pair in an account, with everything that is optional. */
export const chosen = once(() =>
  synthesize(
    {
      account: '123456789012',
      existingHostedZoneId: 'Z0123456789ABC',
      network: { nat: 'single' },
      tasks: { minimum: 3, maximum: 20, cpuTargetPercent: 60 },
      healthCheck: { intervalSeconds: 10 },
      failover: { mode: 'approve' },
      notify: { emails: ['owner@storefront.example'], phones: ['+15555550100'] },
    },
    { firstDeployment: true },
  ),
);

/**
 * The app of this repository, as `understudy up` sees it: synthesized, held against AWS's schema, and both
 * regions' stacks deployed, with every type recorded. Slow for a test (a synthesis takes seconds), and the
 * only one that reads templates which nobody wrote for a test.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readAssembly, readTemplate, synthesize } from '../assembly/index.ts';
import { openStore } from '../region/store.ts';
import type { Json } from '../services/contract.ts';
import { arn, recorded } from '../services/recorded.ts';
import { checkAssembly, createProvisioner, type Provisioner, type Schema } from './index.ts';

/** Attributes of the form that templates take apart: ARNs with slashes, lists of names. */
function recordedType(type: string, schema: Schema) {
  const isBalancing = type.startsWith('AWS::ElasticLoadBalancingV2::');
  return recorded({
    note: 'only read',
    ...(isBalancing ? { ref: (_, { logicalId }) => `arn:aws:x:r:a:loadbalancer/app/${logicalId}/1` } : {}),
    attributes: (_, id, __, place) =>
      Object.fromEntries(
        [...(schema[type]?.attributes ?? []), 'Arn'].map((name): [string, Json] => {
          if (name.endsWith('Arn')) return [name, arn(place, 'x', `a/${id}/1`)];
          return [name, name.endsWith('Servers') ? ['ns-1', 'ns-2'] : `${id}.${name}`];
        }),
      ),
  });
}

test('the app is what AWS would take, and every reference in it can be resolved', async () => {
  const out = mkdtempSync(join(tmpdir(), 'understudy-app-'));
  await synthesize(fileURLToPath(new URL('../../infra', import.meta.url)), join(out, 'cdk.out'));
  const assembly = readAssembly(join(out, 'cdk.out'));
  const { problems, schema } = await checkAssembly(assembly, join(out, 'schema.json'));
  assert.deepEqual(problems, []);
  const types = assembly.stacks.flatMap((stack) =>
    [...readTemplate(stack).resources.values()].map(({ type }) => type),
  );
  const handlers = new Map(
    types.map((type) => {
      const handler = recordedType(type, schema);
      return [type, { handler, serviceName: 'any', fate: handler.fate }];
    }),
  );
  const regions = new Map<string, Provisioner>();
  for (const { region } of assembly.stacks)
    regions.set(
      region,
      regions.get(region) ??
        createProvisioner({
          ...{ store: openStore(':memory:'), handlers, account: '000000000000', region, schema },
          ...{ clock: { now: () => 0 }, journal: { record: () => {} } },
          ...{ resolveSsm: async () => undefined, resolveSecret: async () => 'secret' },
        }),
    );
  for (const changed of [true, false])
    for (const stack of assembly.stacks) {
      const result = await regions.get(stack.region)?.deploy({
        stackName: stack.name,
        templateFile: basename(stack.templateFile),
        template: JSON.parse(readFileSync(stack.templateFile, 'utf8')),
        parameters: stack.parameters,
        tags: stack.tags,
      });
      assert.deepEqual([result?.failures, result?.status, result?.changed], [[], 'CREATE_COMPLETE', changed]);
    }
  rmSync(out, { recursive: true });
});

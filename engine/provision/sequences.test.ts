/** Drawn sequences of templates, some of which fail half way: after each one the world is as it must be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStore } from '../region/store.ts';
import type { JsonObject } from '../services/contract.ts';
import { createWorld, templateOf, type World } from './test-world.ts';

const IDS = ['A', 'B', 'C', 'D', 'E', 'F'];

interface Part {
  readonly name: number;
  readonly size: number;
  /** Which of the earlier parts it refers to, as bits. */
  readonly links: number;
}
/** Part by part; null is absent. */
type Draft = readonly (Part | null)[];

const part = fc.record({ name: fc.nat(1), size: fc.nat(2), links: fc.nat(63) });
const draft: fc.Arbitrary<Draft> = fc.tuple(...IDS.map(() => fc.option(part, { freq: 4 })));
const call = fc
  .tuple(fc.constantFrom('create', 'update'), fc.constantFrom(...IDS))
  .map((words) => words.join(' '));
const operation = fc.record({ draft, fails: fc.option(call, { freq: 1 }) });

/** The order of references is turned from draft to draft, so that dependencies turn too. */
function templateOfDraft(parts: Draft, turned: boolean): JsonObject {
  const order = turned ? [...IDS].reverse() : IDS;
  const present = order.filter((id) => parts[IDS.indexOf(id)]);
  return templateOf(
    Object.fromEntries(
      present.map((id, position) => {
        const { name, size, links } = parts[IDS.indexOf(id)] as Part;
        const to = present.slice(0, position).filter((_, index) => links & (1 << index));
        return [id, { Name: `n${name}`, Size: size, To: to.map((other) => ({ Ref: other })) }];
      }),
    ),
  );
}

/** Logical id → name, size and the logical ids it refers to; every reference must lead to what exists. */
function seen(world: World): unknown {
  const things = world.things();
  const logical = new Map(things.map(({ id, logicalId }) => [id, logicalId]));
  return things.map(({ logicalId, properties }) => {
    const to = (properties['To'] as string[]).map((id) => logical.get(id) ?? assert.fail(`${id} is gone`));
    return [logicalId, properties['Name'], properties['Size'], to];
  });
}

function wanted(template: JsonObject): unknown {
  const resources = Object.entries(template['Resources'] as Record<string, { Properties: JsonObject }>);
  return resources
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { Properties: each }]) => [
      id,
      each['Name'],
      each['Size'],
      (each['To'] as { Ref: string }[]).map(({ Ref }) => Ref),
    ]);
}

test('a success is what the template says, a failure is what was before', async () => {
  const property = fc.asyncProperty(
    fc.array(operation, { minLength: 1, maxLength: 6 }),
    async (operations) => {
      const store = openStore(':memory:');
      const world = createWorld(store);
      let before: { readonly things: unknown; readonly exact: unknown } = { things: [], exact: [] };
      for (const [index, { draft: parts, fails }] of operations.entries()) {
        const template = templateOfDraft(parts, index % 2 === 1);
        world.failing.clear();
        if (fails) world.failing.add(`create ${fails}`);
        const result = await world.provisioner.deploy({
          stackName: 'web',
          templateFile: 'web.json',
          template,
        });
        if (result.succeeded) {
          assert.deepEqual(seen(world), wanted(template));
          before = { things: seen(world), exact: world.things() };
        } else {
          assert.ok(fails, 'only what was told to fail fails');
          // A stack whose creation failed is empty, and stays so.
          assert.deepEqual(seen(world), before.things);
          assert.deepEqual(world.things(), before.exact);
        }
      }
      world.failing.clear();
      await world.provisioner.destroy('web');
      assert.deepEqual(world.things(), []);
      assert.deepEqual(world.provisioner.describe(), []);
      store.close();
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

/** The schemas read alone are those of the whole package, for every client that the engine depends on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as s3 from '@aws-sdk/client-s3';
import engine from '../package.json' with { type: 'json' };
import { members, readModel, requiredMembers } from './schema.ts';
import { schemasOf } from './sdk-schemas.ts';

for (const [name, whole] of Object.entries({
  '@aws-sdk/client-cloudwatch': cloudwatch,
  '@aws-sdk/client-s3': s3,
} as const))
  test(`${name}: the same operations, members and errors`, async () => {
    const [alone, all] = [readModel(await schemasOf(name as '@aws-sdk/client-s3')), readModel(whole)];
    assert.equal(alone.namespace, all.namespace);
    assert.deepEqual([...alone.errors.keys()].sort(), [...all.errors.keys()].sort());
    assert.deepEqual([...alone.operations.keys()].sort(), [...all.operations.keys()].sort());
    for (const [operation, { input, http }] of alone.operations) {
      const other = all.operations.get(operation);
      assert.deepEqual(http, other?.http);
      assert.deepEqual(requiredMembers(input), requiredMembers(other?.input as typeof input));
      assert.deepEqual(
        members(input).map(([member]) => member),
        members(other?.input as typeof input).map(([member]) => member),
      );
    }
  });

test('every client package has its schemas in one file that can be read alone', async () => {
  const clients = Object.keys(engine.dependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
  assert.ok(clients.length > 10);
  for (const client of clients) {
    const schemas = await schemasOf(client as '@aws-sdk/client-s3');
    assert.ok(readModel(schemas).operations.size > 0, client);
    // The whole package would bring its client class along.
    assert.equal(
      Object.keys(schemas).some((name) => name.endsWith('Client')),
      false,
      client,
    );
  }
});

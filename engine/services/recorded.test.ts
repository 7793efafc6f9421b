import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceRequest } from './contract.ts';
import { arn, generatedId, generatedUuid, recorded } from './recorded.ts';

const request: ResourceRequest = {
  stack: { name: 'web', id: 'arn:aws:cloudformation:us-west-2:000000000000:stack/web/1' },
  logicalId: 'Endpoint',
  properties: { ServiceName: 's3' },
  clientToken: 'token-1',
  progress: () => {},
};

test('a repeat of the same change gives the same resource, another change another one', async () => {
  const handler = recorded({ note: 'no traffic passes' });
  const first = await handler.create(request);
  assert.match(first.physicalId, /^web-Endpoint-[0-9A-F]{12}$/);
  assert.deepEqual(await handler.create(request), first);
  assert.notDeepEqual(await handler.create({ ...request, clientToken: 'token-2' }), first);
});

test('attributes know the account and region of their stack', async () => {
  const handler = recorded({
    note: 'no traffic passes',
    ref: (_, request) => generatedId('vpce', request),
    attributes: (properties, id, _, place) => ({
      Arn: arn(place, 'ec2', `vpc-endpoint/${id}`),
      Service: properties['ServiceName'],
    }),
  });
  const made = await handler.create(request);
  assert.match(made.physicalId, /^vpce-0[0-9a-f]{16}$/);
  assert.deepEqual(made.attributes, {
    Arn: `arn:aws:ec2:us-west-2:000000000000:vpc-endpoint/${made.physicalId}`,
    Service: 's3',
  });
});

test('an update keeps the physical id and describes the new properties', async () => {
  const handler = recorded({ note: '-', attributes: (properties) => ({ Size: properties['Size'] }) });
  const existing = await handler.create(request);
  const updated = await handler.update?.({
    ...request,
    clientToken: 'token-9',
    properties: { Size: 2 },
    previous: { Size: 1 },
    existing,
  });
  assert.deepEqual(updated, { physicalId: existing.physicalId, attributes: { Size: 2 } });
});

test('uuids have the form of uuids', () => {
  assert.match(generatedUuid(request), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

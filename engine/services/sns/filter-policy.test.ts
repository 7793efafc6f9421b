/** Filter policies, by the examples of AWS's constraint pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsAttributes, acceptsBody, checkFilterPolicy } from './filter-policy.ts';

const attributes = {
  store: { Type: 'String', Value: 'example_corp' },
  interests: { Type: 'String.Array', Value: '["rugby","soccer"]' },
  price: { Type: 'Number', Value: '110.50' },
  secret: { Type: 'Binary', Value: 'AAAA' },
};
const accepts = (policy: object): boolean => acceptsAttributes(JSON.stringify(policy), attributes);

test('every key must match, by any of its values', () => {
  assert.equal(accepts({ store: ['example_corp'] }), true);
  assert.equal(accepts({ store: ['other', 'example_corp'], interests: ['soccer'] }), true);
  assert.equal(accepts({ store: ['example_corp'], interests: ['tennis'] }), false);
  assert.equal(accepts({ absent: ['x'] }), false);
});

test('conditions', () => {
  assert.equal(accepts({ store: [{ prefix: 'example_' }] }), true);
  assert.equal(accepts({ store: [{ suffix: '_corp' }] }), true);
  assert.equal(accepts({ store: [{ 'equals-ignore-case': 'EXAMPLE_corp' }] }), true);
  assert.equal(accepts({ store: [{ 'anything-but': ['example_corp'] }] }), false);
  assert.equal(accepts({ store: [{ 'anything-but': { prefix: 'other' } }] }), true);
  assert.equal(accepts({ price: [{ numeric: ['>', 100, '<=', 110.5] }] }), true);
  assert.equal(accepts({ price: [{ numeric: ['=', 100] }] }), false);
  assert.equal(accepts({ absent: [{ exists: false }] }), true);
  assert.equal(accepts({ store: [{ exists: true }] }), true);
});

test('binary attributes are as if absent', () => {
  assert.equal(accepts({ secret: [{ exists: true }] }), false);
});

test('a policy on the body has the nested shape of the body', () => {
  const body = JSON.stringify({ order: { total: 5, items: [{ sku: 'a' }, { sku: 'b' }] } });
  assert.equal(acceptsBody('{"order":{"total":[{"numeric":["<",10]}],"items":{"sku":["b"]}}}', body), true);
  assert.equal(acceptsBody('{"order":{"items":{"sku":["c"]}}}', body), false);
  assert.equal(acceptsBody('{"order":{"total":[5]}}', 'no json'), false);
});

test('what is no policy is refused', () => {
  for (const policy of ['x', '[]', '{"a":"b"}', '{"a":[{"cidr":"10.0.0.0/8"}]}'])
    assert.throws(() => checkFilterPolicy(policy), SyntaxError, policy);
});

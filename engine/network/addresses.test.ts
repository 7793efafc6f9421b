import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressBook, BLOCK_COUNT, portMap } from './addresses.ts';

const REGIONS = ['us-east-1', 'us-west-2'];

test('in the first block an address keeps the template’s host part and names its region', () => {
  const book = addressBook(0, REGIONS);
  assert.equal(book.inRegion('us-east-1', '10.0.10.7'), '127.1.10.7');
  assert.equal(book.inRegion('us-west-2', '10.1.10.7'), '127.2.10.7');
  assert.equal(book.regionOf('127.2.10.7'), 'us-west-2');
  assert.equal(book.regionOf(book.global('edge', 0)), undefined);
  assert.throws(() => book.inRegion('eu-west-1', '10.0.0.1'), /eu-west-1.*us-east-1, us-west-2/);
});

test('no two blocks share an address, and every address is on loopback', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: BLOCK_COUNT - 1 }),
      fc.integer({ min: 0, max: BLOCK_COUNT - 1 }),
      fc.constantFrom(...REGIONS),
      fc.constantFrom(...REGIONS),
      (a, b, from, to) => {
        const [one, other] = [addressBook(a, REGIONS), addressBook(b, REGIONS)];
        for (const address of [one.endpointOf(from), one.global('control', 0), one.linkEnd(from, 0)])
          assert.match(address, /^127\./);
        if (a === b) return;
        assert.notEqual(one.endpointOf(from), other.endpointOf(to));
        assert.equal(other.regionOf(one.endpointOf(from)), undefined);
      },
    ),
  );
});

test('low ports stand for themselves where they may be bound, others always', () => {
  assert.equal(portMap(true)(443), 443);
  assert.equal(portMap(false)(443), 20_443);
  assert.equal(portMap(false)(3306), 3306);
});

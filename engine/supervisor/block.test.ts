/** Blocks of addresses: each system has its own, and the same one again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK_COUNT } from '../network/addresses.ts';
import { claimBlock } from './block.ts';

test('a system gets its block again; where its records are bound to a taken one it says so', async () => {
  const former = BLOCK_COUNT - 3;
  const first = await claimBlock(BLOCK_COUNT, { block: former, bound: true });
  try {
    assert.equal(first.block, former);
    await assert.rejects(
      claimBlock(BLOCK_COUNT, { block: former, bound: true }),
      /another system uses the addresses of this one, 127\.192\.0\.0\/12/,
    );
    const other = await claimBlock(BLOCK_COUNT, { block: former, bound: false });
    assert.notEqual(other.block, former);
    other.release();
  } finally {
    first.release();
  }
});

/**
 * Torture in its short form: some fifteen seconds of faults on real servers, from a seed that
 * UNDERSTUDY_TORTURE_SEED may replace. In full: `npm run torture -- --minutes 60`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary } from './figures.ts';
import { torture } from './run.ts';

const SECONDS = 14;
const seed = Number(process.env['UNDERSTUDY_TORTURE_SEED'] ?? 1003);

test(`random faults under load from seed ${seed} break no promise`, async (t) => {
  const lines: string[] = [];
  const found = await torture({ seed, seconds: SECONDS, tell: (line) => void lines.push(line) });
  for (const line of summary(found).split('\n')) t.diagnostic(line);
  assert.deepEqual(found.violations, [], lines.join('\n'));
  assert.ok(found.writes.acknowledged > 100, 'clients wrote');
  assert.ok(
    Object.values(found.faults).some(({ done }) => done > 0),
    'something went wrong',
  );
});

// Broken controllers that hardly any storm shows: the enumeration of all situations finds a rule that they break. The
// loud ones among those that judge wrongly are found by it, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noon } from '@understudy/controller/scene';
import { checkDecision } from '../exhaustive/decision-rules.ts';
import { memories, observations, policies } from '../exhaustive/watching-situations.ts';
import type { Laws } from '../laws.ts';
import { controllers, subtle } from './controllers.ts';

const LOUD = new Set([
  'a single look is enough',
  'DNS alone is believed',
  'every standby is able',
  'approves itself',
]);

function enumerate({ decide }: Laws): { readonly looked: number; readonly rule: string | null } {
  let looked = 0;
  for (const memory of memories)
    for (const policy of policies)
      for (const seen of observations) {
        looked += 1;
        const decision = decide(policy, { kept: true, memory }, seen, noon);
        try {
          checkDecision({ policy, memory, seen, now: noon, decision });
        } catch (error) {
          return { looked, rule: error instanceof Error ? (error.message.split('\n')[0] ?? '') : '' };
        }
      }
  return { looked, rule: null };
}

for (const { name, breaks, laws } of [...subtle, ...controllers.filter((one) => LOUD.has(one.name))])
  test(`${name}: found among all situations`, (t) => {
    const { looked, rule } = enumerate(laws);
    assert.ok(rule !== null, `no rule of a decision is broken in ${looked} situations: ${breaks}`);
    t.diagnostic(`situation ${looked.toLocaleString('en')}: ${rule}`);
  });

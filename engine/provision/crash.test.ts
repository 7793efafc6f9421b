import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '../region/store.ts';
import type { Store } from '../services/contract.ts';
import { play, watched } from './crash-script.ts';
import { createWorld } from './test-world.ts';

/** Everything that a user sees at the end, without the number of attempts. */
function ending(store: Store): unknown {
  const { provisioner, things } = createWorld(store);
  const stack = provisioner.stack('web') ?? assert.fail('the stack is gone');
  return {
    things: things(),
    outputs: stack.outputs,
    resources: stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]),
  };
}

class Death extends Error {}

/** Plays with a life that ends at its nth instant: later work of that life has no effect any more. */
async function liveFor(store: Store, instants: number, acts?: number): Promise<'ended' | 'died'> {
  let left = instants;
  let die: (death: Death) => void = () => {};
  const died = new Promise<never>((_, reject) => {
    die = reject;
  });
  died.catch(() => {});
  const instant = (): void => {
    if (--left > 0) return;
    const death = new Death();
    die(death);
    throw death;
  };
  const life = play(watched(store, instant), { pause: async () => void (await setImmediate()) }, acts);
  life.catch(() => {});
  try {
    await Promise.race([life, died]);
    return 'ended';
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    return 'died';
  }
}

test('whatever the instant at which a process ends, the next one comes to the same end', async () => {
  const undisturbed = openStore(':memory:');
  await play(undisturbed, {});
  const expected = ending(undisturbed);
  let lives = 0;
  for (let instant = 1; ; instant++) {
    const store = openStore(':memory:');
    const first = await liveFor(store, instant);
    if (first === 'ended') break;
    lives++;
    assert.equal(await liveFor(store, Number.POSITIVE_INFINITY), 'ended');
    assert.deepEqual(ending(store), expected, `after the end at instant ${instant}`);
    store.close();
  }
  assert.ok(lives > 100, `the play has only ${lives} instants`);
});

test('many short lives come to the same end as one long one', async () => {
  const undisturbed = openStore(':memory:');
  // A change that fails is tried anew by each life, and one life must be long enough to see it fail.
  const acts = 2;
  await play(undisturbed, {}, acts);
  for (let life = 9; life < 60; life += 7) {
    const store = openStore(':memory:');
    let lives = 1;
    while ((await liveFor(store, life + (lives % 5), acts)) === 'died') {
      lives++;
      assert.ok(lives < 500, `lives of ${life} instants get nowhere`);
    }
    assert.deepEqual(ending(store), ending(undisturbed), `with lives of ${life} instants`);
  }
});

test('SIGKILL at any time: the file is whole and the next process goes on', () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-crash-'));
  const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
  const run = (file: string, instants: number): string | number | null => {
    const { status, signal, stderr } = spawnSync(process.execPath, [child, file, String(instants)], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (status !== 0 && signal !== 'SIGKILL') assert.fail(stderr);
    return signal ?? status;
  };
  const whole = join(directory, 'whole.sqlite');
  assert.equal(run(whole, 1_000_000), 0);
  const broken = join(directory, 'broken.sqlite');
  let lives = 1;
  while (run(broken, 17 + 6 * lives) === 'SIGKILL') lives++;
  assert.ok(lives > 3, `it was killed only ${lives - 1} times`);
  const [one, other] = [openStore(whole), openStore(broken)];
  assert.deepEqual(ending(other), ending(one));
  one.close();
  other.close();
  rmSync(directory, { recursive: true });
});

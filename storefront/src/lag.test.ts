import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lagIsOver, noHeartbeatYet, observeHeartbeat, writerSilentMs } from './lag.ts';

const from = (region: string, atMs: number, ageMs: number) => ({ region, atMs, ageMs });

test('a new heartbeat that shows up between two polls is a measurement', () => {
  let watch = observeHeartbeat(noHeartbeatYet, from('east', 1_000, 900), 'west', 1_900);
  assert.equal(watch.lagMs, null, 'the first look cannot know how long the value has been there');
  watch = observeHeartbeat(watch, from('east', 2_000, 120), 'west', 2_120);
  assert.equal(watch.lagMs, 120);
});

test('a new heartbeat after a pause in polling is none', () => {
  let watch = observeHeartbeat(noHeartbeatYet, from('east', 1_000, 10), 'west', 1_010);
  watch = observeHeartbeat(watch, from('east', 60_000, 1_990), 'west', 61_990);
  assert.equal(watch.lagMs, null);
});

test('our own heartbeat is never lag', () => {
  let watch = observeHeartbeat(noHeartbeatYet, from('west', 1_000, 10), 'west', 1_010);
  watch = observeHeartbeat(watch, from('west', 1_200, 10), 'west', 1_210);
  assert.equal(watch.lagMs, null);
});

test('a reader that is further behind than another one changes nothing', () => {
  let watch = observeHeartbeat(noHeartbeatYet, from('east', 5_000, 10), 'west', 5_010);
  watch = observeHeartbeat(watch, from('east', 4_000, 1_100), 'west', 5_100);
  assert.equal(watch.newest?.atMs, 5_000);
});

test('on the first look the silence is as old as the heartbeat', () => {
  const watch = observeHeartbeat(noHeartbeatYet, from('east', 0, 70_000), 'west', 70_000);
  assert.equal(writerSilentMs(watch, 71_000), 71_000);
});

test('however long the silence, it never turns into lag', () => {
  const measured = observeHeartbeat(
    observeHeartbeat(noHeartbeatYet, from('east', 1_000, 50), 'west', 1_050),
    from('east', 1_250, 60),
    'west',
    1_310,
  );
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 100_000 }), { minLength: 1 }), (pauses) => {
      let watch = measured;
      let now = 1_310;
      for (const pause of pauses) {
        now += pause;
        watch = observeHeartbeat(watch, from('east', 1_250, now - 1_250), 'west', now);
        assert.equal(watch.lagMs, 60);
        assert.equal(lagIsOver(watch, 1_000, now), false);
      }
      assert.equal(writerSilentMs(watch, now), now - 1_310);
    }),
  );
});

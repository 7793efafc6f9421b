import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LagWatch, noHeartbeatYet } from './lag.ts';
import { judge, nothingObserved, type Observation, roleOf } from './role.ts';

const limits = { probeIntervalMs: 2_000, writerAwayLimitMs: 60_000, lagLimitMs: 10_000 };
const now = 1_800_000_000_000;

const fresh: Observation = {
  ...nothingObserved('us-east-1', noHeartbeatYet),
  probedAtMs: now,
  schemaCurrent: true,
};
const writer: Observation = {
  ...fresh,
  role: 'writer',
  writer: 'writable',
  readsAnswer: true,
  lastWritableAtMs: now,
};
const standby: Observation = { ...fresh, role: 'standby', writer: 'read-only', readsAnswer: true };
const lag = (lagMs: number, measuredAtMs: number): LagWatch => ({
  newest: { region: 'us-west-2', atMs: measuredAtMs - lagMs, ageMs: lagMs },
  newestSeenAtMs: measuredAtMs,
  polledAtMs: now,
  lagMs,
  measuredAtMs,
});

const table: readonly (readonly [string, Observation, boolean, RegExp])[] = [
  ['before the first probe nothing is known', { ...fresh, probedAtMs: null }, false, /first probe/],
  ['a writer that writes is healthy', writer, true, /a write works/],
  ['a probe that hangs is no health', { ...writer, probedAtMs: now - 10_001 }, false, /hanging for 10\.0 s/],
  ['a probe that takes its time is', { ...writer, probedAtMs: now - 10_000 }, true, /a write works/],
  ['without a schema a writer cannot work', { ...writer, schemaCurrent: false }, false, /schema/],
  ['without a schema a standby cannot work', { ...standby, schemaCurrent: false }, false, /schema/],
  [
    'a writer that went away a moment ago is forgiven while a reader answers',
    { ...writer, writer: 'unreachable', lastWritableAtMs: now - 60_000 },
    true,
    /away for 60\.0 s and a reader answers/,
  ],
  [
    'a writer that is read-only for a moment is forgiven too',
    { ...writer, writer: 'read-only', lastWritableAtMs: now - 3_000 },
    true,
    /read-only for 3\.0 s/,
  ],
  [
    'after the limit it is not',
    { ...writer, writer: 'unreachable', lastWritableAtMs: now - 60_001 },
    false,
    /over 60\.0 s/,
  ],
  [
    'with no database at all there is nothing to forgive',
    { ...writer, writer: 'unreachable', readsAnswer: false, lastWritableAtMs: now - 1 },
    false,
    /no database answers/,
  ],
  ['a standby whose reader answers is healthy', standby, true, /a reader answers/],
  [
    'a standby without a database is not',
    { ...standby, writer: 'unreachable', readsAnswer: false },
    false,
    /no database/,
  ],
  ['a standby at the lag limit is healthy', { ...standby, lag: lag(10_000, now) }, true, /a reader answers/],
  ['a standby over it is not', { ...standby, lag: lag(10_001, now) }, false, /10001 ms behind/],
  [
    'a lag measured before the writer fell silent is not held against the standby',
    { ...standby, lag: lag(30_000, now - 15_001) },
    true,
    /a reader answers/,
  ],
];

for (const [sentence, observation, healthy, because] of table) {
  test(sentence, () => {
    const verdict = judge(observation, limits, now);
    assert.equal(verdict.healthy, healthy, verdict.because);
    assert.match(verdict.because, because);
  });
}

test('silence of the writer region is told, but is not lag', () => {
  const verdict = judge({ ...standby, lag: lag(40, now - 600_000) }, limits, now);
  assert.equal(verdict.healthy, true);
  assert.equal(verdict.lagMs, 40);
  assert.equal(verdict.writerSilentMs, 600_000);
});

test('a task that starts while the writer is away forgives from the last heartbeat on', () => {
  const started = { ...writer, writer: 'unreachable', lastWritableAtMs: null } as const;
  const at = (ageMs: number) => ({ ...started, lag: { ...lag(0, now), newestSeenAtMs: now - ageMs } });
  assert.equal(judge(at(59_000), limits, now).healthy, true);
  assert.equal(judge(at(61_000), limits, now).healthy, false);
});

test('who can write is the writer; else the newest heartbeat says who is; else nothing changes', () => {
  assert.equal(roleOf('a', 'writable', 'b', 'standby'), 'writer');
  assert.equal(roleOf('a', 'read-only', 'b', 'writer'), 'standby');
  assert.equal(roleOf('a', 'unreachable', 'b', 'writer'), 'standby');
  assert.equal(roleOf('a', 'unreachable', 'a', 'standby'), 'writer');
  assert.equal(roleOf('a', 'read-only', 'a', 'standby'), 'writer');
  assert.equal(roleOf('a', 'unreachable', null, 'writer'), 'writer');
  assert.equal(roleOf('a', 'unreachable', null, 'standby'), 'standby');
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JournalRecord } from '../services/contract.ts';
import { scopeRegion } from './gateway.ts';
import { type NumberedRecord, openJournal } from './journal-store.ts';
import { stateDirectory } from './state-directory.ts';
import { parseTarget, TargetError } from './targets.ts';

const REGIONS = ['us-east-1', 'us-west-2'];

function temporary(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'understudy-supervisor-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const entry = (n: number): JournalRecord => ({
  atMs: n,
  where: 'global',
  source: 'route53',
  event: 'answer.changed',
  subject: `name ${n}`,
  because: 'the test says so',
});

test('targets: what can be lost, and what a typing mistake is told', () => {
  assert.deepEqual(parseTarget('us-east-1', REGIONS), { kind: 'region', region: 'us-east-1' });
  assert.deepEqual(parseTarget('global', REGIONS), { kind: 'global' });
  assert.deepEqual(parseTarget('link/us-east-1>us-west-2', REGIONS), {
    kind: 'link',
    from: 'us-east-1',
    to: 'us-west-2',
    bothWays: false,
  });
  assert.deepEqual(parseTarget('database/understudy-us-east-1-1', REGIONS), {
    kind: 'database',
    id: 'understudy-us-east-1-1',
  });
  assert.throws(
    () => parseTarget('us-east-9', REGIONS),
    (error: Error) => {
      assert.ok(error instanceof TargetError);
      assert.match(error.message, /"us-east-9".*us-east-1, us-west-2/);
      return true;
    },
  );
  assert.throws(() => parseTarget('link/us-east-1..us-east-1', REGIONS), /twice/);
  assert.throws(() => parseTarget('task/../../etc', REGIONS), /cannot tell/);
});

test('the gateway reads the region from the credential scope of a header or a presigned URL', () => {
  const header =
    'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=0';
  assert.equal(scopeRegion(header, '/'), 'us-west-2');
  assert.equal(
    scopeRegion(undefined, '/b/k?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request'),
    'us-east-1',
  );
  assert.equal(scopeRegion(undefined, '/'), undefined);
});

test('a system’s identity is made once, its secret readable by its owner alone', async () => {
  const directory = temporary();
  try {
    const first = await stateDirectory(directory.path).identity();
    assert.deepEqual(await stateDirectory(directory.path).identity(), first);
    assert.equal(statSync(join(directory.path, 'identity.json')).mode & 0o077, 0);
    stateDirectory(directory.path).writeClock(123);
    assert.equal(stateDirectory(directory.path).clock(), 123);
    assert.deepEqual(
      readdirSync(directory.path).filter((name) => name.endsWith('.new')),
      [],
    );
  } finally {
    directory.remove();
  }
});

test('the journal numbers its records, reads on from a number, and outlives its reader', () => {
  const directory = temporary();
  try {
    const file = join(directory.path, 'journal.sqlite');
    const journal = openJournal(file);
    const heard: NumberedRecord[] = [];
    const stop = journal.subscribe((record) => heard.push(record));
    for (let n = 1; n <= 3; n++) journal.append({ ...entry(n), data: { n } });
    stop();
    journal.append(entry(4));
    journal.close();
    assert.deepEqual(
      heard.map(({ id, subject }) => [id, subject]),
      [
        [1, 'name 1'],
        [2, 'name 2'],
        [3, 'name 3'],
      ],
    );
    const again = openJournal(file);
    assert.deepEqual(
      again.read({ after: 2 }).map(({ subject, data }) => [subject, data]),
      [
        ['name 3', { n: 3 }],
        ['name 4', undefined],
      ],
    );
    again.close();
  } finally {
    directory.remove();
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenProcess, inZone, parseTarget, TargetError } from './targets.ts';

const REGIONS = ['us-east-1', 'us-west-2'];
const RUNNING = [
  { kind: 'task', id: 'a6c9' },
  { kind: 'task', id: 'a6d0' },
  { kind: 'database', id: 'db-1' },
  { kind: 'database', id: 'db-10' },
];

function chosen(text: string): string {
  const target = parseTarget(text, REGIONS);
  if (target.kind !== 'task' && target.kind !== 'database') throw new Error(`${text} is no process`);
  return chosenProcess(target, RUNNING).id;
}

test('a process is meant by its id, or by as much of it as no other has', () => {
  assert.equal(chosen('task/a6c'), 'a6c9');
  assert.equal(chosen('database/db-10'), 'db-10');
  assert.equal(chosen('database/db-1'), 'db-1');
});

test('what means several processes, or none, is lost for nobody', () => {
  assert.throws(() => chosen('task/a6'), /may be task\/a6c9, task\/a6d0; say more of it/);
  assert.throws(() => chosen('database/db'), /may be database\/db-1, database\/db-10/);
  assert.throws(
    () => chosen('database/a6c9'),
    /there is no database\/a6c9; there are database\/db-1, database\/db-10/,
  );
});

test('targets are read as people write them', () => {
  assert.deepEqual(parseTarget('link/us-east-1>us-west-2', REGIONS), {
    kind: 'link',
    from: 'us-east-1',
    to: 'us-west-2',
    bothWays: false,
  });
  for (const wrong of [
    '',
    'us-east-3',
    'link/us-east-1..us-east-1',
    'link/us-east-1..mars',
    'task/',
    'task/a;b',
  ])
    assert.throws(() => parseTarget(wrong, REGIONS), TargetError, wrong);
});

test('a zone means what runs in it now', () => {
  const running = [
    { id: 'a', zone: 'us-east-1a' },
    { id: 'b', zone: 'us-east-1b' },
    { id: 'c', zone: 'us-east-1a' },
  ];
  assert.deepEqual(parseTarget('zone/us-east-1a', REGIONS), { kind: 'zone', id: 'us-east-1a' });
  assert.deepEqual(
    inZone('us-east-1a', running).map(({ id }) => id),
    ['a', 'c'],
  );
  assert.throws(
    () => inZone('us-east-1c', running),
    /nothing runs in a zone us-east-1c.*us-east-1a, us-east-1b/,
  );
});

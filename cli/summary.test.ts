import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from './summary.ts';

const said = (services: object): readonly string[] =>
  summaryOf({ services: JSON.parse(JSON.stringify(services)), guests: [], pid: 1 }).map(
    ({ what, is, bad }) => `${bad ? '!' : ' '}${what}: ${is}`,
  );

test('a region says who serves and who writes, and which alarms stand', () => {
  assert.deepEqual(
    said({
      cloudwatch: {
        alarms: [
          { name: 'understudy-cpu', state: 'OK', reason: 'low' },
          { name: 'understudy-silent', state: 'ALARM', reason: 'nobody ran' },
          { name: 'TargetTracking-a-AlarmLow-1', state: 'ALARM', reason: 'idle' },
        ],
      },
      ecs: { services: [{ name: 'web', desired: 2, running: 2, healthy: 1, deployment: 'COMPLETED' }] },
      rds: {
        clusters: [
          {
            identifier: 'db',
            status: 'available',
            role: 'secondary',
            instances: [{ identifier: 'db-1', status: 'available', role: 'head', zone: 'a', lagMs: 41 }],
          },
        ],
      },
    }),
    [
      '!service web: 2 of 2 tasks run, 1 healthy, deployment COMPLETED',
      ' cluster db: secondary, available',
      '   db-1: head, available, a, 41 ms behind',
      '!alarm understudy-silent: nobody ran',
    ],
  );
});

test('what a service does not say is left out, and a silent process says why', () => {
  assert.deepEqual(said({ rds: null, cloudwatch: { alarms: [{ name: 'a', state: 'OK' }] } }), [
    ' alarms: none of 1 stands',
  ]);
  assert.deepEqual(summaryOf({ unavailable: 'it is frozen' }), [
    { what: 'says', is: 'it is frozen', bad: true },
  ]);
  assert.deepEqual(summaryOf(undefined), []);
});

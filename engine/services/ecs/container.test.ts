/** What a container definition means: which one runs, its size, its secrets, where its lines go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containersOf, cpuUnitsOf, memoryMiBOf, stopTimeoutMs } from './container.ts';
import { logPlace } from './log-configuration.ts';
import { cpuShare } from './metrics.ts';
import { secretSource } from './secrets.ts';
import { apiShape } from './template-shape.ts';

test('the one essential container runs; others are left out or refused', () => {
  const main = { name: 'web' };
  const sidecar = { name: 'proxy', essential: false };
  assert.deepEqual(containersOf({ family: 'f', containerDefinitions: [sidecar, main] }), {
    main,
    leftOut: [sidecar],
  });
  assert.throws(
    () => containersOf({ family: 'f', containerDefinitions: [sidecar] }),
    /no essential container/,
  );
  assert.throws(
    () => containersOf({ family: 'f', containerDefinitions: [main, { name: 'b' }] }),
    /\(web, b\)/,
  );
});

test('sizes are read as units or as words, stop timeouts within Fargate’s bounds', () => {
  assert.deepEqual(
    [{ cpu: '512' }, { cpu: '.5 vCPU' }, { cpu: '1vCPU' }, { containerDefinitions: [{ cpu: 128 }] }, {}].map(
      cpuUnitsOf,
    ),
    [512, 512, 1024, 128, 256],
  );
  assert.deepEqual([{ memory: '1024' }, { memory: '2 GB' }, {}].map(memoryMiBOf), [1024, 2048, 512]);
  assert.deepEqual(
    [{}, { stopTimeout: 1 }, { stopTimeout: 500 }].map(stopTimeoutMs),
    [30_000, 2000, 120_000],
  );
});

test('half a core in use of half a vCPU reserved is all of it', () => {
  assert.equal(cpuShare({ realMs: 0, cpuSeconds: 1 }, { realMs: 2000, cpuSeconds: 2 }, 512), 1);
  assert.equal(cpuShare({ realMs: 0, cpuSeconds: 1 }, { realMs: 2000, cpuSeconds: 1 }, 512), 0);
});

test('secrets are named by ARN, with a key and a version, or as parameters', () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:understudy/database';
  assert.deepEqual(secretSource(arn), { kind: 'secretsmanager', secretId: arn });
  assert.deepEqual(secretSource(`${arn}:password::`), {
    kind: 'secretsmanager',
    secretId: arn,
    jsonKey: 'password',
  });
  assert.deepEqual(secretSource(`${arn}:password:AWSPREVIOUS:v1`), {
    kind: 'secretsmanager',
    secretId: arn,
    jsonKey: 'password',
    versionStage: 'AWSPREVIOUS',
    versionId: 'v1',
  });
  const parameter = 'arn:aws:ssm:us-east-1:000000000000:parameter';
  assert.deepEqual(secretSource(`${parameter}/plain`), { kind: 'ssm', name: 'plain' });
  assert.deepEqual(secretSource(`${parameter}/a/b`), { kind: 'ssm', name: '/a/b' });
  assert.deepEqual(secretSource('by-name'), { kind: 'ssm', name: 'by-name' });
  assert.throws(() => secretSource('arn:aws:s3:::bucket'), /valueFrom is a Secrets Manager ARN/);
});

test('awslogs writes to a stream named after prefix, container and task', () => {
  const options = { 'awslogs-group': '/g', 'awslogs-stream-prefix': 'p', 'awslogs-create-group': 'true' };
  assert.deepEqual(logPlace({ logDriver: 'awslogs', options }, 'web', 'id'), {
    group: '/g',
    stream: 'p/web/id',
    createGroup: true,
  });
  assert.equal(logPlace({ logDriver: 'splunk' }, 'web', 'id'), undefined);
  assert.throws(() => logPlace({ logDriver: 'awslogs' }, 'web', 'id'), /awslogs-group/);
});

test('a template’s members become the API’s, and the user’s own keys stay', () => {
  assert.deepEqual(
    apiShape({
      ContainerDefinitions: [
        { Name: 'w', DockerLabels: { Team: 'A' }, LogConfiguration: { Options: { 'awslogs-group': 'g' } } },
      ],
    }),
    {
      containerDefinitions: [
        { name: 'w', dockerLabels: { Team: 'A' }, logConfiguration: { options: { 'awslogs-group': 'g' } } },
      ],
    },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  parameterFate,
  RESERVED_CONNECTIONS,
  settableParameters,
  settingsOf,
  sizeOf,
} from './server-parameters.ts';

const settings = (
  clusterParameters: Record<string, string>,
  instanceParameters: Record<string, string> = {},
  instanceClass = 'db.t4g.medium',
) => {
  const found = settingsOf({ clusterParameters, instanceParameters, instanceClass, capacity: undefined });
  return Object.fromEntries(found.map(({ variable, value }) => [variable, value]));
};

test('the template’s parameters reach the server in MariaDB’s words', () => {
  const found = settings({
    character_set_server: 'utf8mb4',
    time_zone: 'UTC',
    slow_query_log: '1',
    long_query_time: '0.5',
    transaction_isolation: 'read-committed',
  });
  assert.deepEqual(found, {
    max_connections: String(90 + RESERVED_CONNECTIONS),
    character_set_server: 'utf8mb4',
    collation_server: 'utf8mb4_unicode_ci',
    time_zone: '+00:00',
    slow_query_log: '1',
    long_query_time: '0.5',
    tx_isolation: 'READ-COMMITTED',
  });
});

test('the instance’s group goes before the cluster’s', () => {
  assert.equal(settings({ wait_timeout: '60' }, { wait_timeout: '30' })['wait_timeout'], '30');
});

test('what MariaDB does not know, or must not change here, is kept; what AWS refuses is refused', () => {
  assert.equal(parameterFate('aurora_parallel_query', '1').fate, 'kept');
  assert.equal(parameterFate('innodb_flush_log_at_trx_commit', '0').fate, 'kept');
  assert.equal(parameterFate('collation_server', 'utf8mb4_0900_ai_ci').fate, 'kept');
  assert.equal(parameterFate('time_zone', 'Europe/Berlin').fate, 'kept');
  assert.equal(parameterFate('constructor', '1').fate, 'kept');
  assert.deepEqual(parameterFate('max_connections', '100000'), {
    fate: 'refused',
    allowed: '1 to 16000, whole',
  });
  assert.equal(parameterFate('slow_query_log', 'perhaps').fate, 'refused');
});

test('connections by instance class, as AWS’s table has them', () => {
  const connections = (instanceClass: string, MinCapacity?: number, MaxCapacity?: number) =>
    sizeOf(instanceClass, MaxCapacity ? { MinCapacity: MinCapacity ?? 1, MaxCapacity } : undefined)
      .maxConnections;
  assert.equal(connections('db.t3.small'), 45);
  assert.equal(connections('db.t4g.large'), 135);
  assert.equal(connections('db.r6g.large'), 1000);
  assert.equal(connections('db.r5.24xlarge'), 7000);
  assert.equal(connections('db.serverless', 1, 32), 3000);
  assert.equal(connections('db.serverless', 0, 32), 2000);
});

test('a formula is worked out from the class’s memory', () => {
  const found = settings({ max_connections: '{DBInstanceClassMemory/12582880}' }, {}, 'db.r6g.large');
  assert.equal(found['max_connections'], String(1365 + RESERVED_CONNECTIONS));
  assert.equal(parameterFate('max_connections', 'LEAST({DBInstanceClassMemory/1},2)').fate, 'kept');
});

test('no text from a template reaches the command line unless the table holds it', () => {
  const name = fc.oneof(fc.constantFrom(...settableParameters), fc.string());
  fc.assert(
    fc.property(name, fc.string(), (parameter, value) => {
      const found = parameterFate(parameter, value);
      if (found.fate === 'set') assert.match(found.value, /^[A-Za-z0-9_+.:,-]*$/);
    }),
  );
});

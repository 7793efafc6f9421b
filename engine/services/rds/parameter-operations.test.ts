/** Parameters of groups, seen from a client of a real server. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RESERVED_CONNECTIONS } from './server-parameters.ts';
import { ask, createLink, createRegion, instances, provision, until } from './two-regions.ts';

const east = createRegion('us-east-1', createLink(0));
after(() => east.dispose());

const variable = async (name: string): Promise<unknown> =>
  (await ask(east.endpoint, `SELECT @@GLOBAL.${name} AS v`))?.[0]?.['v'];
const modify = (parameters: Record<string, string>, ApplyMethod = 'immediate') =>
  east.call('ModifyDBClusterParameterGroup', {
    DBClusterParameterGroupName: 'Ours',
    Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
      ParameterName,
      ParameterValue,
      ApplyMethod,
    })),
  });

test('parameters reach servers that run, and servers that start', async () => {
  await east.service.start();
  await east.call('CreateDBClusterParameterGroup', {
    DBClusterParameterGroupName: 'ours',
    DBParameterGroupFamily: 'aurora-mysql8.0',
    Description: 'test',
  });
  await provision(east, undefined);
  await until('a writer', () => instances(east).some((instance) => instance.role === 'writer'));
  assert.equal(await variable('max_connections'), 1000 + RESERVED_CONNECTIONS);
  const longQueries = await variable('long_query_time');

  await east.call('ModifyDBCluster', {
    DBClusterIdentifier: 'understudy-us-east-1',
    DBClusterParameterGroupName: 'Ours',
  });
  await modify({
    long_query_time: '0.5',
    slow_query_log: '1',
    transaction_isolation: 'READ-COMMITTED',
    time_zone: 'UTC',
    innodb_flush_log_at_trx_commit: '0',
  });
  assert.equal(await variable('long_query_time'), 0.5);
  assert.equal(await variable('slow_query_log'), 1);
  assert.equal(await variable('tx_isolation'), 'READ-COMMITTED');
  assert.equal(await variable('innodb_flush_log_at_trx_commit'), 1);
  const kept = east.context.entries.find((entry) => entry.event === 'parameter-group.kept');
  assert.match(kept?.because ?? '', /innodb_flush_log_at_trx_commit=0/);

  await modify({ max_connections: '50' }, 'pending-reboot');
  assert.equal(await variable('max_connections'), 1000 + RESERVED_CONNECTIONS);
  await east.lose();
  await east.restore();
  await until('it starts with them', async () => (await variable('max_connections')) !== undefined);
  assert.equal(await variable('max_connections'), 50 + RESERVED_CONNECTIONS);
  assert.equal(await variable('long_query_time'), 0.5);

  await east.call('ResetDBClusterParameterGroup', {
    DBClusterParameterGroupName: 'ours',
    ResetAllParameters: true,
  });
  assert.equal(await variable('long_query_time'), longQueries);
  assert.equal(await variable('max_connections'), 1000 + RESERVED_CONNECTIONS);
});

test('a value that AWS refuses is refused, and nothing changes', async () => {
  await assert.rejects(modify({ slow_query_log: '1', max_connections: '0' }), {
    code: 'InvalidParameterValue',
    message: /max_connections/,
  });
  assert.equal(await variable('slow_query_log'), 0);
});

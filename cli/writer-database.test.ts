import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RescueFile } from '@understudy/engine/rds/rescue-rows';
import { writerDatabase } from './writer-database.ts';

const FILE = {
  globalClusterIdentifier: 'understudy',
  clusterIdentifier: 'understudy-us-east-1',
  region: 'us-east-1',
} as RescueFile;

/** What AWS answers in each region; a region that is not named is lost. */
const system = (answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => ({
  invoke: async <O>(region: string, service: string, operation: string): Promise<O> => {
    const answer = answers[region]?.[operation];
    if (!answer) throw new Error(`${service} in ${region} does not answer`);
    return answer as O;
  },
});

const member = (region: string, IsWriter: boolean) => ({
  DBClusterArn: `arn:aws:rds:${region}:1:cluster:understudy-${region}`,
  IsWriter,
});
const west = {
  DescribeGlobalClusters: {
    GlobalClusters: [{ GlobalClusterMembers: [member('us-east-1', false), member('us-west-2', true)] }],
  },
  DescribeDBClusters: { DBClusters: [{ Endpoint: '127.2.10.9', Port: 3306 }] },
  GetSecretValue: { SecretString: '{"username":"admin","password":"p"}' },
};
const REGIONS = ['us-east-1', 'us-west-2'];

test('the writer is where the global database says, also when the other region is lost', async () => {
  assert.deepEqual(await writerDatabase(system({ 'us-west-2': west }), REGIONS, FILE, 's'), {
    cluster: 'understudy-us-west-2',
    host: '127.2.10.9',
    port: 3306,
    user: 'admin',
    password: 'p',
  });
});

test('without a writer, or with another secret, it says what it found', async () => {
  await assert.rejects(
    writerDatabase(system({}), REGIONS, FILE, 's'),
    /no region says where understudy is written \(us-east-1: .*does not answer; us-west-2: /,
  );
  const odd = { ...west, GetSecretValue: { SecretString: 'null' } };
  await assert.rejects(
    writerDatabase(system({ 'us-west-2': odd }), REGIONS, FILE, 's'),
    /the secret s is no JSON with username and password; name another one by --secret/,
  );
});

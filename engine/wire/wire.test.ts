/** Every protocol, spoken by the real SDK clients to a wire on a real port. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeDBClustersCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { schemasOf } from './sdk-schemas.ts';
import { startWire, type TestService } from './test-server.ts';
import { AwsError, type Operations } from './types.ts';

const cloudwatch = (operations: Operations): TestService => ({
  name: 'cloudwatch',
  api: {
    signingName: 'monitoring',
    protocols: ['query', 'json-1.0', 'rpc-v2-cbor'],
    targetPrefix: 'GraniteServiceVersion20100801',
    sdk: () => schemasOf('@aws-sdk/client-cloudwatch'),
  },
  operations,
});

const contentTypes: Readonly<Record<string, string>> = {
  'json-1.0': 'application/x-amz-json-1.0',
  query: 'application/x-www-form-urlencoded',
  'rpc-v2-cbor': 'application/cbor',
};

const cloudwatchDialects = {
  'json-1.0': undefined,
  query: AwsQueryProtocol,
  'rpc-v2-cbor': AwsSmithyRpcV2CborProtocol,
};

for (const [dialect, protocol] of Object.entries(cloudwatchDialects))
  test(`CloudWatch is spoken to in ${dialect}`, async () => {
    const seen: unknown[] = [];
    const at = new Date('2026-03-01T10:00:00.000Z');
    await using server = await startWire([
      cloudwatch({
        PutMetricData: (input) => void seen.push(input),
        GetMetricStatistics: () => ({
          Label: 'Lag & <more>',
          Datapoints: [{ Timestamp: at, Maximum: 1.5, Unit: 'Seconds' }],
        }),
      }),
    ]);
    const client = new CloudWatchClient({
      ...server.client,
      ...(protocol ? { protocol: protocol as never } : {}),
    });
    const input = {
      Namespace: 'Understudy/Failover',
      MetricData: [
        {
          MetricName: 'Latch',
          Value: 1,
          Timestamp: at,
          Dimensions: [{ Name: 'Region', Value: 'us-west-2' }],
        },
        { MetricName: 'Lag', Values: [1, 2.5], Counts: [3, 4], StorageResolution: 1 },
      ],
    };
    let spoken: string | undefined;
    client.middlewareStack.add(
      (next) => async (call) => {
        spoken = (call.request as { headers: Record<string, string> }).headers['content-type'];
        return next(call);
      },
      { step: 'finalizeRequest' },
    );
    await client.send(new PutMetricDataCommand(input));
    assert.equal(spoken, contentTypes[dialect]);
    assert.deepEqual(seen, [input]);
    const statistics = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'N',
        MetricName: 'M',
        StartTime: at,
        EndTime: at,
        Period: 60,
        Statistics: ['Maximum'],
      }),
    );
    assert.equal(statistics.Label, 'Lag & <more>');
    assert.deepEqual(statistics.Datapoints, [{ Timestamp: at, Maximum: 1.5, Unit: 'Seconds' }]);
  });

for (const [dialect, protocol] of Object.entries(cloudwatchDialects))
  test(`an error of CloudWatch arrives as the modelled exception in ${dialect}`, async () => {
    await using server = await startWire([
      cloudwatch({
        PutMetricData: () => {
          throw new AwsError('InvalidParameterValueException', 'The value 1 is too plain');
        },
      }),
    ]);
    const client = new CloudWatchClient({
      ...server.client,
      ...(protocol ? { protocol: protocol as never } : {}),
    });
    await assert.rejects(
      client.send(new PutMetricDataCommand({ Namespace: 'N', MetricData: [] })),
      (error: Error) => {
        assert.match(error.name, /^InvalidParameterValue/);
        assert.equal(error.message, 'The value 1 is too plain');
        return true;
      },
    );
  });

test('query: RDS reads filters and writes nested lists', async () => {
  const seen: unknown[] = [];
  await using server = await startWire([
    {
      name: 'rds',
      api: { signingName: 'rds', protocols: ['query'], sdk: () => import('@aws-sdk/client-rds') },
      operations: {
        DescribeDBClusters: (input) => {
          seen.push(input);
          return {
            DBClusters: [
              {
                DBClusterIdentifier: 'understudy-us-east-1',
                AvailabilityZones: ['us-east-1a', 'us-east-1b'],
                DBClusterMembers: [{ DBInstanceIdentifier: 'one', IsClusterWriter: true, PromotionTier: 1 }],
                ClusterCreateTime: new Date('2026-01-01T00:00:00Z'),
              },
            ],
          };
        },
        FailoverGlobalCluster: () => {
          throw new AwsError('GlobalClusterNotFoundFault', 'no such global cluster', 404);
        },
      },
    },
  ]);
  const client = new RDSClient(server.client);
  const input = {
    DBClusterIdentifier: 'understudy-us-east-1',
    Filters: [{ Name: 'engine', Values: ['a', 'b'] }],
  };
  const { DBClusters } = await client.send(new DescribeDBClustersCommand(input));
  assert.deepEqual(seen, [input]);
  assert.deepEqual(DBClusters?.[0]?.AvailabilityZones, ['us-east-1a', 'us-east-1b']);
  assert.deepEqual(DBClusters?.[0]?.DBClusterMembers, [
    { DBInstanceIdentifier: 'one', IsClusterWriter: true, PromotionTier: 1 },
  ]);
});

test('query: SNS reads message attributes as a map', async () => {
  const seen: unknown[] = [];
  await using server = await startWire([
    {
      name: 'sns',
      api: { signingName: 'sns', protocols: ['query'], sdk: () => import('@aws-sdk/client-sns') },
      operations: {
        Publish: (input) => {
          seen.push(input);
          return { MessageId: 'm-1' };
        },
      },
    },
  ]);
  const input = {
    TopicArn: 'arn:aws:sns:us-east-1:000000000000:t',
    Message: 'a=b&c+d é\n',
    MessageAttributes: {
      one: { DataType: 'String', StringValue: 'x' },
      two: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
    },
  };
  const { MessageId } = await new SNSClient(server.client).send(new PublishCommand(input));
  assert.equal(MessageId, 'm-1');
  assert.deepEqual(seen, [input]);
});

test('ec2-query: lists are flat and keys capitalized', async () => {
  const seen: unknown[] = [];
  await using server = await startWire([
    {
      name: 'ec2',
      api: { signingName: 'ec2', protocols: ['ec2-query'], sdk: () => import('@aws-sdk/client-ec2') },
      operations: {
        DescribeVpcs: (input) => {
          seen.push(input);
          return { Vpcs: [{ VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', Tags: [{ Key: 'a', Value: 'b' }] }] };
        },
      },
    },
  ]);
  const input = { VpcIds: ['vpc-1'], Filters: [{ Name: 'tag:a', Values: ['b', 'c'] }] };
  const { Vpcs } = await new EC2Client(server.client).send(new DescribeVpcsCommand(input));
  assert.deepEqual(seen, [input]);
  assert.deepEqual(Vpcs, [{ VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', Tags: [{ Key: 'a', Value: 'b' }] }]);
});

test('json-1.1: ECS', async () => {
  const seen: unknown[] = [];
  const createdAt = new Date('2026-02-01T00:00:00Z');
  await using server = await startWire([
    {
      name: 'ecs',
      api: {
        signingName: 'ecs',
        protocols: ['json-1.1'],
        targetPrefix: 'AmazonEC2ContainerServiceV20141113',
        sdk: () => import('@aws-sdk/client-ecs'),
      },
      operations: {
        DescribeServices: (input) => {
          seen.push(input);
          if (input.cluster === 'gone') throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
          return { services: [{ serviceName: 'storefront', desiredCount: 2, createdAt }], failures: [] };
        },
      },
    },
  ]);
  const client = new ECSClient(server.client);
  const answer = await client.send(new DescribeServicesCommand({ cluster: 'c', services: ['storefront'] }));
  assert.deepEqual(seen, [{ cluster: 'c', services: ['storefront'] }]);
  assert.deepEqual(answer.services, [{ serviceName: 'storefront', desiredCount: 2, createdAt }]);
  await assert.rejects(client.send(new DescribeServicesCommand({ cluster: 'gone', services: ['x'] })), {
    name: 'ClusterNotFoundException',
  });
});

test('rest-xml: Route 53 binds labels and query, and reads a change batch', async () => {
  const seen: unknown[] = [];
  await using server = await startWire([
    {
      name: 'route53',
      controlPlane: 'us-east-1',
      api: { signingName: 'route53', protocols: ['rest-xml'], sdk: () => import('@aws-sdk/client-route-53') },
      operations: {
        ChangeResourceRecordSets: (input) => {
          seen.push(input);
          return { ChangeInfo: { Id: '/change/C1', Status: 'INSYNC', SubmittedAt: new Date(0) } };
        },
        ListResourceRecordSets: (input) => {
          seen.push(input);
          return {
            ResourceRecordSets: [
              {
                Name: 'www.storefront.example.',
                Type: 'TXT',
                TTL: 10,
                ResourceRecords: [{ Value: '"a&b"' }],
              },
            ],
            IsTruncated: false,
            MaxItems: 100,
          };
        },
      },
    },
  ]);
  const client = new Route53Client(server.client);
  const change = {
    HostedZoneId: 'Z1',
    ChangeBatch: {
      Changes: [
        {
          Action: 'UPSERT' as const,
          ResourceRecordSet: {
            Name: 'active.storefront.example',
            Type: 'TXT' as const,
            TTL: 10,
            ResourceRecords: [{ Value: '"us-west-2"' }],
          },
        },
      ],
    },
  };
  const changed = await client.send(new ChangeResourceRecordSetsCommand(change));
  assert.equal(changed.ChangeInfo?.Status, 'INSYNC');
  assert.deepEqual(changed.ChangeInfo?.SubmittedAt, new Date(0));
  const list = { HostedZoneId: 'Z1', StartRecordName: 'a b', MaxItems: 100 };
  const listed = await client.send(new ListResourceRecordSetsCommand(list));
  assert.deepEqual(listed.ResourceRecordSets?.[0]?.ResourceRecords, [{ Value: '"a&b"' }]);
  assert.equal(listed.IsTruncated, false);
  assert.deepEqual(seen, [change, list]);
});

test('rest-json: Lambda binds headers, a payload and the status code', async () => {
  const seen: unknown[] = [];
  await using server = await startWire([
    {
      name: 'lambda',
      api: { signingName: 'lambda', protocols: ['rest-json'], sdk: () => import('@aws-sdk/client-lambda') },
      operations: {
        Invoke: (input) => {
          seen.push({ ...input, Payload: Buffer.from(input.Payload).toString() });
          return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from('{"ok":true}') };
        },
        GetFunction: () => {
          throw new AwsError('ResourceNotFoundException', 'Function not found', 404, { Type: 'User' });
        },
      },
    },
  ]);
  const client = new LambdaClient(server.client);
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: 'understudy-failover',
      InvocationType: 'RequestResponse',
      Payload: '{"a":1}' as never,
    }),
  );
  assert.equal(answer.StatusCode, 200);
  assert.equal(answer.ExecutedVersion, '$LATEST');
  assert.equal(Buffer.from(answer.Payload as Uint8Array).toString(), '{"ok":true}');
  assert.deepEqual(seen, [
    { FunctionName: 'understudy-failover', InvocationType: 'RequestResponse', Payload: '{"a":1}' },
  ]);
  await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'x' })), {
    name: 'ResourceNotFoundException',
    message: 'Function not found',
    Type: 'User',
  });
});

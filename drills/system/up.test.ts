/** The whole system, up: what users, resolvers and AWS's own tools find when they come to it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeGlobalClustersCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { launch } from '@understudy/engine/client';
import { overTcp } from './dns-scene.ts';
import { placeOrder, readOrder } from './orders-scene.ts';
import { ACCOUNT, DOMAIN, openScene, PRIMARY, type Scene, STANDBY, until } from './scene.ts';

const SOON_MS = 20_000;
const TOPIC = `arn:aws:sns:${STANDBY}:${ACCOUNT}:understudy-alerts`;
const bucketOf = (region: string): string => `understudy-assets-${ACCOUNT}-${region}`;

let scene: Scene;
before(async () => {
  scene = await openScene('up');
});
after(async () => {
  await scene?.close();
});

test('an order placed at any edge location is read at the next one, and from the other region’s database', async () => {
  const { door } = scene;
  const [standbyNode] = await scene.resolver.resolve4(`${STANDBY}.origin.${DOMAIN}`);
  for (const edge of door.edges.keys()) {
    // At this speed a busy machine may need longer than a read timeout: a customer tries again, with the same key.
    const key = randomUUID();
    const placed = await until(
      'an order to be acknowledged',
      async () => {
        const reply = await placeOrder(door, edge, key);
        if (reply.status === 201) return reply;
        throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
      },
      SOON_MS,
    );
    assert.match(placed.servedBy ?? '', new RegExp(`^${PRIMARY}/`));
    const id = placed.id!;
    const read = await until(
      `order ${id} to be read at another edge`,
      async () => {
        const reply = await readOrder(door, edge + 1, id);
        return reply.status === 200 ? reply : undefined;
      },
      SOON_MS,
    );
    assert.equal((read.body as { region: string }).region, PRIMARY);
    const there = await until(
      `order ${id} to be in ${STANDBY}`,
      async () => {
        const answer = await scene.get(`${STANDBY}.origin.${DOMAIN}`, standbyNode!, `/api/orders/${id}`);
        return answer.status === 200 ? answer : undefined;
      },
      SOON_MS,
    );
    assert.deepEqual(JSON.parse(there.text), read.body);
    assert.match(there.header('x-served-by') ?? '', new RegExp(`^${STANDBY}/`));
  }
});

test('the page and its files come from the buckets, the second time from the edge location’s cache', async () => {
  const { edges, hostName } = scene.door;
  const edge = edges[0]!;
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/assets/app.js', 'javascript'],
    ['/assets/style.css', 'text/css'],
  ] as const) {
    const ask = () => scene.get(hostName, `${edge.address}:${edge.httpsPort}`, path);
    const first = await ask();
    assert.equal(first.status, 200, `${path}: ${first.text.slice(0, 200)}`);
    assert.ok(first.header('content-type')?.includes(type), `${path}: ${first.header('content-type')}`);
    const second = await ask();
    assert.equal(second.header('x-cache'), 'Hit from cloudfront', path);
    assert.equal(second.text, first.text);
  }
  const api = await scene.get(hostName, `${edge.address}:${edge.httpsPort}`, '/api/region');
  assert.equal(api.header('x-cache'), 'Miss from cloudfront');
});

test('DNS answers over UDP and over TCP: the active region, its load balancer, the edge locations', async () => {
  const { resolver, door, system } = scene;
  assert.deepEqual(await resolver.resolveTxt(`active.${DOMAIN}`), [[PRIMARY]]);
  const nodes = (await resolver.resolve4(`${PRIMARY}.origin.${DOMAIN}`)).sort();
  assert.ok(nodes.length > 1, 'one address for each zone');
  assert.deepEqual((await resolver.resolve4(`origin.${DOMAIN}`)).sort(), nodes);
  const standby = (await resolver.resolve4(`${STANDBY}.origin.${DOMAIN}`)).sort();
  assert.ok(standby.length > 1 && !standby.some((node) => nodes.includes(node)));
  const site = await resolver.resolve4(`www.${DOMAIN}`);
  const edges = door.edges.map(({ address }) => address);
  assert.ok(site.length > 0 && site.every((address) => edges.includes(address)), site.join(', '));
  await assert.rejects(resolver.resolve4(`nobody.${DOMAIN}`), { code: 'ENOTFOUND' });

  const { nameServer } = await system.system();
  const txt = await overTcp(nameServer, 'TXT', `active.${DOMAIN}`);
  assert.deepEqual(txt, [PRIMARY]);
  assert.deepEqual((await overTcp(nameServer, 'A', `origin.${DOMAIN}`)).sort(), nodes);
});

test('STS says who asks; a wrong secret is refused', async () => {
  const configuration = await scene.aws(STANDBY);
  const who = await new STSClient(configuration).send(new GetCallerIdentityCommand({}));
  assert.equal(who.Account, ACCOUNT);
  const wrong = {
    ...configuration,
    credentials: { ...configuration.credentials, secretAccessKey: 'not-the-secret' },
  };
  await assert.rejects(new STSClient(wrong).send(new GetCallerIdentityCommand({})), {
    name: 'SignatureDoesNotMatch',
  });
  await assert.rejects(new ECSClient(wrong).send(new DescribeServicesCommand({ services: ['storefront'] })), {
    name: 'InvalidSignatureException',
  });
});

test('S3 keeps an object and replicates it to the other region’s bucket, both ways', async () => {
  for (const [here, there] of [
    [PRIMARY, STANDBY],
    [STANDBY, PRIMARY],
  ] as const) {
    const near = new S3Client({ ...(await scene.aws(here)), forcePathStyle: true });
    const far = new S3Client({ ...(await scene.aws(there)), forcePathStyle: true });
    const Key = `notes/from ${here}.txt`;
    const Body = `written in ${here}`;
    await near.send(new PutObjectCommand({ Bucket: bucketOf(here), Key, Body, ContentType: 'text/plain' }));
    const own = await near.send(new GetObjectCommand({ Bucket: bucketOf(here), Key }));
    assert.equal(await own.Body?.transformToString(), Body);
    const replica = await until(
      `the replica in ${there}`,
      async () =>
        await far.send(new GetObjectCommand({ Bucket: bucketOf(there), Key })).catch((error: Error) => {
          if (error.name === 'NoSuchKey') return undefined;
          throw error;
        }),
      SOON_MS,
    );
    assert.equal(await replica.Body?.transformToString(), Body);
    assert.equal(replica.ReplicationStatus, 'REPLICA');
    await until(
      'the source to be marked as replicated',
      async () => {
        const head = await near.send(new HeadObjectCommand({ Bucket: bucketOf(here), Key }));
        return head.ReplicationStatus === 'COMPLETED' ? true : undefined;
      },
      SOON_MS,
    );
  }
});

test('CloudWatch has the alarms of the template and figures of the load balancer', async () => {
  const cloudwatch = new CloudWatchClient(await scene.aws(PRIMARY));
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: 'understudy-' }),
  );
  const names = MetricAlarms.map(({ AlarmName }) => AlarmName);
  for (const name of ['understudy-latch', 'understudy-healthy-hosts', 'understudy-replication-lag'])
    assert.ok(names.includes(name), `${name} among ${names.join(', ')}`);
  await placeOrder(scene.door, 0);
  const elbv2 = new ElasticLoadBalancingV2Client(await scene.aws(PRIMARY));
  const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand({}));
  const balancer = TargetGroups[0]?.LoadBalancerArns?.[0]?.split('loadbalancer/')[1];
  const requests = await until(
    'the requests of the last minutes',
    async () => {
      const now = scene.time.now();
      const { MetricDataResults } = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(now - 30 * 60_000),
          EndTime: new Date(now + 60_000),
          MetricDataQueries: [
            {
              Id: 'requests',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/ApplicationELB',
                  MetricName: 'RequestCount',
                  Dimensions: [{ Name: 'LoadBalancer', Value: balancer }],
                },
                Period: 60,
                Stat: 'Sum',
              },
            },
          ],
        }),
      );
      const values = MetricDataResults?.[0]?.Values ?? [];
      return values.length ? values : undefined;
    },
    SOON_MS,
  );
  assert.ok(requests.some((count) => count > 0));
});

test('RDS, ECS and Elastic Load Balancing describe what runs', async () => {
  const { GlobalClusters = [] } = await new RDSClient(await scene.aws(STANDBY)).send(
    new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: 'understudy' }),
  );
  const members = GlobalClusters[0]?.GlobalClusterMembers ?? [];
  assert.deepEqual(
    members.map(({ DBClusterArn, IsWriter }) => [DBClusterArn?.split(':')[3], IsWriter]).sort(),
    [
      [PRIMARY, true],
      [STANDBY, false],
    ],
  );
  for (const region of [PRIMARY, STANDBY]) {
    const configuration = await scene.aws(region);
    const { services = [] } = await new ECSClient(configuration).send(
      new DescribeServicesCommand({ cluster: `understudy-${region}`, services: ['storefront'] }),
    );
    assert.equal(services[0]?.status, 'ACTIVE');
    assert.equal(services[0]?.runningCount, services[0]?.desiredCount);
    const elbv2 = new ElasticLoadBalancingV2Client(configuration);
    const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand({}));
    const { TargetHealthDescriptions = [] } = await elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups[0]!.TargetGroupArn }),
    );
    assert.ok(TargetHealthDescriptions.length > 0);
    for (const { TargetHealth } of TargetHealthDescriptions) assert.equal(TargetHealth?.State, 'healthy');
  }
});

test('Route 53 lists the failover pairs, also to a caller who signed for the other region', async () => {
  const route53 = new Route53Client(await scene.aws(PRIMARY));
  const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: DOMAIN }));
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]!.Id }),
  );
  for (const [name, type] of [
    [`origin.${DOMAIN}.`, 'A'],
    [`active.${DOMAIN}.`, 'TXT'],
  ]) {
    const pair = ResourceRecordSets.filter(({ Name, Type }) => Name === name && Type === type);
    assert.deepEqual(pair.map(({ Failover, SetIdentifier }) => [Failover, SetIdentifier]).sort(), [
      ['PRIMARY', PRIMARY],
      ['SECONDARY', STANDBY],
    ]);
  }
});

test('the database’s secret is the same in both regions; parameters are kept', async () => {
  const [here, there] = await Promise.all(
    [PRIMARY, STANDBY].map(async (region) => {
      const client = new SecretsManagerClient(await scene.aws(region));
      return await client.send(new GetSecretValueCommand({ SecretId: 'understudy/database' }));
    }),
  );
  const { username, password } = JSON.parse(here!.SecretString!) as Record<string, string>;
  assert.ok(username && password);
  assert.equal(there!.SecretString, here!.SecretString);
  const ssm = new SSMClient(await scene.aws(STANDBY));
  await ssm.send(new PutParameterCommand({ Name: '/notes/curtain', Value: 'up', Type: 'String' }));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/notes/curtain' }));
  assert.equal(Parameter?.Value, 'up');
});

test('the tasks’ log lines are in CloudWatch Logs', async () => {
  const logs = new CloudWatchLogsClient(await scene.aws(PRIMARY));
  const line = await until(
    'the storefront’s word that it listens',
    async () => {
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({
          logGroupName: '/understudy/storefront',
          filterPattern: '{ $.level = 30 }',
        }),
      );
      return events[0]?.message;
    },
    SOON_MS,
  );
  assert.equal((JSON.parse(line) as { region: string }).region, PRIMARY);
});

test('a message to the alert topic reaches the mailbox of who subscribed', async () => {
  const sns = new SNSClient(await scene.aws(STANDBY));
  await sns.send(
    new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'email', Endpoint: 'prompter@example.com' }),
  );
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
  assert.ok(Subscriptions.some(({ Endpoint }) => Endpoint === 'prompter@example.com'));
  await sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 'Places', Message: 'five minutes' }));
  const mail = await until(
    'the mail',
    async () => {
      const { Messages } = await scene.system.invoke<{
        Messages: readonly { to: string; subject?: string; body: string }[];
      }>(STANDBY, 'sns', 'DescribeMailbox', {});
      return Messages.find(({ subject }) => subject === 'Places');
    },
    SOON_MS,
  );
  assert.equal(mail.to, 'prompter@example.com');
  assert.match(mail.body, /five minutes/);
});

test('the failover controller answers in both regions: the standby is ready, nothing has moved', async () => {
  for (const region of [PRIMARY, STANDBY]) {
    const lambda = new LambdaClient(await scene.aws(region));
    const status = await until(
      `the controller in ${region}`,
      async () => {
        const answer = await lambda.send(
          new InvokeCommand({
            FunctionName: 'understudy-failover',
            Payload: Buffer.from(JSON.stringify({ command: 'status' })),
          }),
        );
        const text = Buffer.from(answer.Payload ?? []).toString();
        assert.equal(answer.FunctionError, undefined, text);
        return JSON.parse(text) as { writer: string; memory: { moved: boolean } | null };
      },
      SOON_MS,
    );
    assert.equal(status.writer, PRIMARY);
    assert.equal(status.memory?.moved ?? false, false);
  }
});

test('a second launch in the same directory is refused with where the first one is', async () => {
  const { controlUrl } = await scene.system.system();
  assert.throws(() => launch({ directory: scene.directory, assembly: '/nowhere', speed: 1, timing: 'aws' }), {
    name: 'AlreadyRunning',
    controlUrl,
  });
});

test('what went wrong inside would be in the journal: nothing is', async () => {
  const { events } = await scene.system.events(0, 10_000);
  const failures = events.filter(
    ({ event }) => event === 'operation.failed' || event === 'process.restarting',
  );
  assert.deepEqual(
    failures.map(({ subject, because }) => `${subject}: ${because}`),
    [],
  );
  assert.deepEqual(scene.restarts, []);
});

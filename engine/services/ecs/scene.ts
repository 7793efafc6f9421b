/**
 * A system around ECS for its tests: an image asset whose program can be asked what it was given, EC2 as the
 * real service, and of balancer, logs and secrets the few operations that a task needs. The target group's
 * checks are real requests.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Caller, Operations } from '../../wire/types.ts';
import type { Service, ServiceContext } from '../contract.ts';
import { ec2 } from '../ec2/index.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { until } from '../test-until.ts';
import { ecs } from './index.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
const preload = pathToFileURL(join(import.meta.dirname, '../../guest/preload.ts')).href;
const folder = mkdtempSync(join(tmpdir(), 'understudy-ecs-'));
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1';
export const PORT = 8000;

const program = `
const { createServer } = require('node:http');
const token = { headers: { authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } };
const server = createServer(async (request, response) => {
  if (request.url === '/crash') process.exit(7);
  if (request.url === '/health') { response.statusCode = process.env.SICK ? 500 : 200; return response.end(); }
  if (request.url !== '/facts') return response.end('ok');
  const task = await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + '/task')).json();
  const role = await (await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, token)).json();
  const stranger = await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
  response.end(JSON.stringify({ task, role, stranger: stranger.status, secret: process.env.DB_PASSWORD,
    greeting: process.env.GREETING, address: server.address().address }));
});
server.listen(${PORT}, '0.0.0.0', () => console.log('listening as', process.env.GREETING));
process.on('SIGTERM', () => { console.log('leaving'); process.exit(0); });
`;

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked at by the assertions themselves
export type Answer = any;

export interface System {
  readonly context: TestContext;
  readonly service: Service;
  readonly logs: string[];
  readonly registered: Map<string, string>;
  call(operation: string, input: object): Promise<Answer>;
  tasks(): Promise<Answer[]>;
  addressOf(task: Answer): string;
  life(): Promise<Service>;
  end(): Promise<void>;
}

before(() => {
  for (const [name, main] of [
    ['web', program],
    ['broken', 'console.error("no luck"); process.exit(3);'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'main.cjs'), main);
    writeFileSync(
      join(folder, name, 'Dockerfile'),
      'FROM node:24\nWORKDIR /app\nCOPY . .\nENV GREETING=image\nCMD ["node", "main.cjs"]\n',
    );
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

function statusOf(address: string, path: string): Promise<number> {
  return new Promise((done) => {
    const request = get({ host: address, port: PORT, path, timeout: 500, agent: false }, (response) => {
      response.resume();
      done(response.statusCode!);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(0));
  });
}

/** Another subnet for each system, since test files run side by side on the same loopback network. */
let nextSubnet = 1 + (process.pid % 120);

export async function system(): Promise<System> {
  const logs: string[] = [];
  const registered = new Map<string, string>();
  let ec2Operations: Operations = {};
  let context!: TestContext;
  const elbv2: Operations = {
    RegisterTargets: (input) => {
      for (const one of input.Targets) registered.set(`${one.Id}:${one.Port}`, 'initial');
    },
    DeregisterTargets: (input) => {
      for (const one of input.Targets) registered.delete(`${one.Id}:${one.Port}`);
    },
    DescribeTargetHealth: async () => {
      const TargetHealthDescriptions = [];
      for (const key of registered.keys()) {
        const [Id, Port] = key.split(':');
        const status = await statusOf(context.network.address(Id!), '/health');
        const State = status === 200 ? 'healthy' : status === 0 ? 'initial' : 'unhealthy';
        TargetHealthDescriptions.push({ Target: { Id, Port: Number(Port) }, TargetHealth: { State } });
      }
      return { TargetHealthDescriptions };
    },
  };
  const override: Partial<ServiceContext> = {
    assets: {
      file: () => undefined,
      image: (uri) =>
        ['web', 'broken'].includes(uri)
          ? { directory: join(folder, uri), dockerFile: 'Dockerfile' }
          : undefined,
    },
    guestEnvironment: () => ({ NODE_OPTIONS: `--import ${preload}` }),
  };
  context = createTestContext({
    speed: 10,
    override,
    services: {
      elbv2,
      get ec2() {
        return ec2Operations;
      },
      logs: {
        CreateLogStream: (input) => {
          if (input.logGroupName !== '/web')
            throw Object.assign(new Error('The specified log group does not exist.'), {
              name: 'ResourceNotFoundException',
            });
        },
        PutLogEvents: (input) =>
          void logs.push(...input.logEvents.map((one: { message: string }) => one.message)),
      },
      secretsmanager: {
        GetSecretValue: (input) => ({ SecretString: JSON.stringify({ password: `of ${input.SecretId}` }) }),
      },
      cloudwatch: { PutMetricData: () => ({}) },
    },
  });
  const addresses = await ec2.create(context);
  ec2Operations = addresses.operations;
  const subnets: string[] = [];
  const { Vpc } = await ec2Operations['CreateVpc']!({ CidrBlock: '10.0.0.0/16' }, caller);
  for (const letter of ['a', 'b']) {
    const { Subnet } = await ec2Operations['CreateSubnet']!(
      { VpcId: Vpc.VpcId, CidrBlock: `10.0.${nextSubnet++}.0/24`, AvailabilityZone: `us-east-1${letter}` },
      caller,
    );
    subnets.push(Subnet.SubnetId);
  }
  let service = await ecs.create(context);
  await service.start();
  const call = async (operation: string, input: object): Promise<Answer> =>
    await service.operations[operation]!(input, caller);
  await call('CreateCluster', { clusterName: 'c' });
  Object.assign(context, { subnets });
  return {
    context,
    get service() {
      return service;
    },
    logs,
    registered,
    call,
    tasks: async () => {
      const { taskArns } = await call('ListTasks', { cluster: 'c' });
      return (await call('DescribeTasks', { cluster: 'c', tasks: taskArns })).tasks;
    },
    addressOf: (task) => context.network.address(task.containers[0].networkInterfaces[0].privateIpv4Address),
    life: async () => {
      service = await ecs.create(context);
      await service.start();
      return service;
    },
    end: async () => {
      await service.stop();
      context.dispose();
    },
  };
}

export function definition(change: object = {}, container: object = {}): object {
  return {
    family: 'web',
    cpu: '256',
    memory: '512',
    taskRoleArn: 'arn:aws:iam::000000000000:role/web-role',
    containerDefinitions: [
      {
        name: 'web',
        image: 'web',
        essential: true,
        stopTimeout: 30,
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'p' },
        },
        secrets: [
          {
            name: 'DB_PASSWORD',
            valueFrom: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db:password::',
          },
        ],
        ...container,
      },
    ],
    ...change,
  };
}

export async function createWeb(system: System, change: object = {}): Promise<void> {
  await system.call('RegisterTaskDefinition', definition());
  await system.call('CreateService', {
    cluster: 'c',
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: (system.context as unknown as { subnets: string[] }).subnets },
    },
    loadBalancers: [{ targetGroupArn: GROUP, containerName: 'web', containerPort: PORT }],
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    ...change,
  });
}

export async function steady(system: System, count = 2): Promise<Answer> {
  return await until(`${count} healthy tasks and no deployment`, async () => {
    const { services } = await system.call('DescribeServices', { cluster: 'c', services: ['web'] });
    const [service] = services;
    const healthy = (await system.tasks()).filter((task) => task.healthStatus === 'HEALTHY');
    return (
      service.deployments.length === 1 &&
      service.deployments[0].rolloutState === 'COMPLETED' &&
      healthy.length === count &&
      service.runningCount === count &&
      service
    );
  });
}

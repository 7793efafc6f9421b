import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import { after } from 'node:test';
import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeTargetHealthCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Caller, Operations } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import { elbv2 } from './index.ts';

const caller: Caller = { requestId: 'test', principal: 'test', via: 'api' };
export const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** EC2 as far as a load balancer asks: two subnets in two zones, an address of them per interface. */
function subnets(third: number): Operations {
  const all = [0, 1].map((index) => ({
    SubnetId: `subnet-${index}`,
    VpcId: 'vpc-1',
    AvailabilityZone: `us-east-1${'ab'[index]}`,
    CidrBlock: `10.0.${third + index}.0/24`,
  }));
  let host = 4;
  return {
    DescribeSubnets: () => ({ Subnets: all }),
    CreateNetworkInterface: ({ SubnetId }: { SubnetId: string }) => ({
      NetworkInterface: {
        NetworkInterfaceId: `eni-${SubnetId}`,
        PrivateIpAddress: `10.0.${third + Number(SubnetId.slice(-1))}.${host++}`,
      },
    }),
    DeleteNetworkInterface: () => ({}),
  };
}

export interface House {
  readonly context: TestContext;
  readonly service: Service;
  readonly metrics: { MetricName: string; Dimensions: { Name: string; Value: string }[]; Value?: number }[];
  call<O>(operation: string, input: object): Promise<O>;
}

/** Every test has its own third octets, so that addresses never meet; targets listen on the test's own. */
let thirds = 2 + (process.pid % 100) * 2;

export async function house(speed = 1): Promise<House & { third: number }> {
  const third = thirds++ * 1;
  thirds++;
  const metrics: House['metrics'] = [];
  const context = createTestContext({
    speed,
    services: {
      ec2: subnets(third),
      acm: {
        ExportCertificate: async ({ CertificateArn }: { CertificateArn: string }) => {
          const pair = await context.network.issueCertificate([CertificateArn.split('/')[1] ?? '']);
          return { Certificate: pair.certificatePem, CertificateChain: '', PrivateKey: pair.privateKeyPem };
        },
      },
      cloudwatch: {
        PutMetricData: ({ MetricData }: { MetricData: House['metrics'] }) => void metrics.push(...MetricData),
      },
    },
  });
  // 10080, where port 80 would go, is one of the ports that fetch refuses (Fetch standard, “bad port”).
  Object.assign(context.network, { port: (standard: number) => standard + 20_000 });
  const service = await elbv2.create(context);
  await service.start();
  cleanups.push(async () => {
    await service.stop();
    context.dispose();
  });
  const call = async <O>(name: string, input: object): Promise<O> =>
    (await service.operations[name]!(input, caller)) as O;
  return { context, service, metrics, call, third };
}

export interface Balancer extends House {
  readonly arn: string;
  readonly dnsName: string;
  readonly groupArn: string;
  readonly nodes: readonly { readonly address: string; readonly zone: string }[];
  readonly port: number;
  register(...ports: number[]): Promise<void>;
  states(): Promise<(string | undefined)[]>;
}

/** A load balancer with one HTTP listener that forwards to one group of targets at 10.0.<third>.200. */
export async function balancer(
  options: {
    speed?: number;
    group?: object;
    attributes?: Record<string, string>;
    groupAttributes?: Record<string, string>;
  } = {},
): Promise<Balancer & { target: string; vpcTarget: string }> {
  const built = await house(options.speed);
  const { call, context, third } = built;
  const { LoadBalancers } = await call<CreateLoadBalancerCommandOutput>('CreateLoadBalancer', {
    Name: `web-${third}`,
    Subnets: ['subnet-0', 'subnet-1'],
    SecurityGroups: ['sg-1'],
  });
  const arn = LoadBalancers![0]!.LoadBalancerArn!;
  const { TargetGroups } = await call<CreateTargetGroupCommandOutput>('CreateTargetGroup', {
    Name: `targets-${third}`,
    Protocol: 'HTTP',
    Port: 8000,
    VpcId: 'vpc-1',
    TargetType: 'ip',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    ...options.group,
  });
  const groupArn = TargetGroups![0]!.TargetGroupArn!;
  const list = (attributes: Record<string, string>): object[] =>
    Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
  if (options.attributes)
    await call('ModifyLoadBalancerAttributes', {
      LoadBalancerArn: arn,
      Attributes: list(options.attributes),
    });
  if (options.groupAttributes)
    await call('ModifyTargetGroupAttributes', {
      TargetGroupArn: groupArn,
      Attributes: list(options.groupAttributes),
    });
  await call<CreateListenerCommandOutput>('CreateListener', {
    LoadBalancerArn: arn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn }],
  });
  const vpcTarget = `10.0.${third}.200`;
  const published = (): { targets: { address: string; zone: string }[] } =>
    context.published.get(`route53/name/${LoadBalancers![0]!.DNSName!.toLowerCase()}`) as never;
  return {
    ...built,
    arn,
    groupArn,
    dnsName: LoadBalancers![0]!.DNSName!,
    nodes: published().targets,
    port: context.network.port(80),
    vpcTarget,
    target: context.network.address(vpcTarget),
    register: async (...ports) =>
      await call('RegisterTargets', {
        TargetGroupArn: groupArn,
        Targets: ports.map((Port) => ({ Id: vpcTarget, Port })),
      }),
    states: async () => {
      const { TargetHealthDescriptions } = await call<DescribeTargetHealthCommandOutput>(
        'DescribeTargetHealth',
        {
          TargetGroupArn: groupArn,
        },
      );
      return (TargetHealthDescriptions ?? []).map((one) => one.TargetHealth?.State);
    },
  };
}

export async function application(
  address: string,
  listener: RequestListener,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 70_000 }, listener);
  server.listen(0, address);
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as { port: number }).port };
}

export async function bare(
  address: string,
  talk: (socket: Socket, request: string) => void,
): Promise<number> {
  const server = createTcp((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => talk(socket, data.toString('latin1')));
    cleanups.push(() => socket.destroy());
  });
  server.listen(0, address);
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as { port: number }).port;
}

export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 8000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`${what}: not within 8 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const url = (lb: Balancer, path = '/', node = 0): string =>
  `http://${lb.nodes[node]!.address}:${lb.port}${path}`;
export const ok: RequestListener = (_request, response) => void response.end('ok');
export const healthy = async (lb: Balancer): Promise<void> =>
  await waitFor('all targets healthy', async () => (await lb.states()).every((state) => state === 'healthy'));

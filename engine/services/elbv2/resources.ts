/** What a template may say about load balancing. Every handler calls the operations, as CloudFormation does. */
import type {
  CreateListenerCommandOutput,
  CreateLoadBalancerCommandOutput,
  CreateRuleCommandOutput,
  CreateTargetGroupCommandOutput,
  DescribeLoadBalancersCommandOutput,
  DescribeTargetGroupsCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler, ResourceRequest } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName } from '../recorded.ts';
import { propertyFates } from './property-fates.ts';

const PREFIX = 'AWS::ElasticLoadBalancingV2::';

export const types: Readonly<Record<string, Fate>> = {
  [`${PREFIX}LoadBalancer`]: { fate: 'runs', properties: propertyFates[`${PREFIX}LoadBalancer`] },
  [`${PREFIX}TargetGroup`]: { fate: 'runs', properties: propertyFates[`${PREFIX}TargetGroup`] },
  [`${PREFIX}Listener`]: { fate: 'runs', properties: propertyFates[`${PREFIX}Listener`] },
  [`${PREFIX}ListenerRule`]: { fate: 'runs', properties: propertyFates[`${PREFIX}ListenerRule`] },
  [`${PREFIX}ListenerCertificate`]: {
    fate: 'runs',
    properties: propertyFates[`${PREFIX}ListenerCertificate`],
  },
};

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  const call: Call = async (name, input) => {
    return (await operations[name]!(input, provisioning)) as never;
  };
  return {
    [`${PREFIX}LoadBalancer`]: loadBalancer(call),
    [`${PREFIX}TargetGroup`]: targetGroup(call),
    [`${PREFIX}Listener`]: listener(call),
    [`${PREFIX}ListenerRule`]: rule(call),
    [`${PREFIX}ListenerCertificate`]: certificate(call),
  };
}

type Call = <O>(operation: string, input: object) => Promise<O>;

/** Deleting what is gone already succeeds. */
async function remove(call: Call, operation: string, input: object): Promise<void> {
  try {
    await call(operation, input);
  } catch (error) {
    if (!(error instanceof Error && error.name.endsWith('NotFound'))) throw error;
  }
}

/** CloudFormation's names of 32 characters: stack and logical id cut short, then what makes them unique. */
function nameOf(request: ResourceRequest): string {
  const given = request.properties['Name'] as string | undefined;
  if (given !== undefined) return given;
  const stack = request.stack.name.slice(0, 6).replace(/-+$/, '');
  return `${stack}-${request.logicalId.slice(0, 5)}-${generatedName(request).slice(-12)}`;
}

function loadBalancer(call: Call): ResourceHandler {
  const describe = async (arn: string): Promise<PhysicalResource> => {
    const { LoadBalancers } = await call<DescribeLoadBalancersCommandOutput>('DescribeLoadBalancers', {
      LoadBalancerArns: [arn],
    });
    const found = LoadBalancers![0]!;
    return {
      physicalId: arn,
      attributes: {
        LoadBalancerArn: arn,
        DNSName: found.DNSName!,
        CanonicalHostedZoneID: found.CanonicalHostedZoneId!,
        LoadBalancerFullName: arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length),
        LoadBalancerName: found.LoadBalancerName!,
        SecurityGroups: found.SecurityGroups ?? [],
      },
    };
  };
  const setAttributes = async (arn: string, properties: Properties): Promise<void> => {
    if (properties['LoadBalancerAttributes'])
      await call('ModifyLoadBalancerAttributes', {
        LoadBalancerArn: arn,
        Attributes: properties['LoadBalancerAttributes'],
      });
  };
  return {
    replaceOn: ['Name', 'Scheme', 'Type'],
    create: async (request) => {
      const { LoadBalancerAttributes: _, ...input } = request.properties;
      const made = await call<CreateLoadBalancerCommandOutput>('CreateLoadBalancer', {
        ...input,
        Name: nameOf(request),
      });
      const arn = made.LoadBalancers![0]!.LoadBalancerArn!;
      await setAttributes(arn, request.properties);
      return await describe(arn);
    },
    update: async ({ properties, existing }) => {
      const arn = existing.physicalId;
      await setAttributes(arn, properties);
      await call('SetSecurityGroups', {
        LoadBalancerArn: arn,
        SecurityGroups: properties['SecurityGroups'] ?? [],
      });
      await call('SetSubnets', {
        LoadBalancerArn: arn,
        Subnets: properties['Subnets'],
        SubnetMappings: properties['SubnetMappings'],
      });
      return await describe(arn);
    },
    delete: async ({ existing }) =>
      await remove(call, 'DeleteLoadBalancer', { LoadBalancerArn: existing.physicalId }),
  };
}

function targetGroup(call: Call): ResourceHandler {
  const describe = async (arn: string): Promise<PhysicalResource> => {
    const { TargetGroups } = await call<DescribeTargetGroupsCommandOutput>('DescribeTargetGroups', {
      TargetGroupArns: [arn],
    });
    const found = TargetGroups![0]!;
    return {
      physicalId: arn,
      attributes: {
        TargetGroupArn: arn,
        TargetGroupName: found.TargetGroupName!,
        TargetGroupFullName: arn.slice(arn.lastIndexOf(':') + 1),
        LoadBalancerArns: found.LoadBalancerArns ?? [],
      },
    };
  };
  const settle = async (arn: string, properties: Properties, previous?: Properties): Promise<void> => {
    if (properties['TargetGroupAttributes'])
      await call('ModifyTargetGroupAttributes', {
        TargetGroupArn: arn,
        Attributes: properties['TargetGroupAttributes'],
      });
    const targets = (properties['Targets'] ?? []) as readonly { Id: string; Port?: number }[];
    const before = (previous?.['Targets'] ?? []) as readonly { Id: string; Port?: number }[];
    const gone = before.filter(
      (one) => !targets.some((other) => other.Id === one.Id && other.Port === one.Port),
    );
    if (targets.length > 0) await call('RegisterTargets', { TargetGroupArn: arn, Targets: targets });
    if (gone.length > 0) await call('DeregisterTargets', { TargetGroupArn: arn, Targets: gone });
  };
  return {
    replaceOn: ['Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId', 'IpAddressType'],
    create: async (request) => {
      const { TargetGroupAttributes: _, Targets: __, ...input } = request.properties;
      const made = await call<CreateTargetGroupCommandOutput>('CreateTargetGroup', {
        ...input,
        Name: nameOf(request),
      });
      const arn = made.TargetGroups![0]!.TargetGroupArn!;
      await settle(arn, request.properties);
      return await describe(arn);
    },
    update: async ({ properties, previous, existing }) => {
      await call('ModifyTargetGroup', { ...properties, TargetGroupArn: existing.physicalId });
      await settle(existing.physicalId, properties, previous);
      return await describe(existing.physicalId);
    },
    delete: async ({ existing }) =>
      await remove(call, 'DeleteTargetGroup', { TargetGroupArn: existing.physicalId }),
  };
}

function listener(call: Call): ResourceHandler {
  const described = (arn: string): PhysicalResource => ({
    physicalId: arn,
    attributes: { ListenerArn: arn },
  });
  return {
    replaceOn: ['LoadBalancerArn'],
    create: async ({ properties }) => {
      const made = await call<CreateListenerCommandOutput>('CreateListener', properties);
      return described(made.Listeners![0]!.ListenerArn!);
    },
    update: async ({ properties, existing }) => {
      await call('ModifyListener', { ...properties, ListenerArn: existing.physicalId });
      return described(existing.physicalId);
    },
    delete: async ({ existing }) =>
      await remove(call, 'DeleteListener', { ListenerArn: existing.physicalId }),
  };
}

function rule(call: Call): ResourceHandler {
  const described = (arn: string): PhysicalResource => ({
    physicalId: arn,
    attributes: { RuleArn: arn, IsDefault: false },
  });
  return {
    replaceOn: ['ListenerArn'],
    create: async ({ properties }) => {
      const made = await call<CreateRuleCommandOutput>('CreateRule', {
        ...properties,
        Priority: Number(properties['Priority']),
      });
      return described(made.Rules![0]!.RuleArn!);
    },
    update: async ({ properties, existing }) => {
      const arn = existing.physicalId;
      await call('ModifyRule', {
        RuleArn: arn,
        Conditions: properties['Conditions'],
        Actions: properties['Actions'],
      });
      await call('SetRulePriorities', {
        RulePriorities: [{ RuleArn: arn, Priority: Number(properties['Priority']) }],
      });
      return described(arn);
    },
    delete: async ({ existing }) => await remove(call, 'DeleteRule', { RuleArn: existing.physicalId }),
  };
}

/** Certificates beside a listener's default one, chosen by SNI. */
function certificate(call: Call): ResourceHandler {
  return {
    replaceOn: ['ListenerArn', 'Certificates'],
    create: async (request) => {
      const { ListenerArn, Certificates } = request.properties;
      await call('AddListenerCertificates', { ListenerArn, Certificates });
      const names = (Certificates as readonly { CertificateArn: string }[]).map((one) => one.CertificateArn);
      return { physicalId: `${ListenerArn} ${names.join(' ')}`, attributes: {} };
    },
    delete: async ({ existing }) => {
      const [ListenerArn, ...names] = existing.physicalId.split(' ');
      const Certificates = names.map((CertificateArn) => ({ CertificateArn }));
      await remove(call, 'RemoveListenerCertificates', { ListenerArn, Certificates });
    },
  };
}

/**
 * Cloud Map's actions, and one of our own: `ResolveName`, which the region's resolver asks for private names.
 * Actions that AWS carries out later are done when they return; GetOperation says so.
 */
import { createHash, randomBytes } from 'node:crypto';
import type {
  CreateHttpNamespaceCommandInput,
  CreatePrivateDnsNamespaceCommandInput,
  CreateServiceCommandInput,
  CreateServiceCommandOutput,
  DeleteNamespaceCommandInput,
  DeleteServiceCommandInput,
  GetNamespaceCommandInput,
  GetNamespaceCommandOutput,
  GetOperationCommandInput,
  GetOperationCommandOutput,
  GetServiceCommandInput,
  GetServiceCommandOutput,
  ListNamespacesCommandOutput,
  ListServicesCommandInput,
  ListServicesCommandOutput,
  Namespace,
  Service,
} from '@aws-sdk/client-servicediscovery';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { instanceOperations } from './instances.ts';
import {
  answersOf,
  type DiscoveryRecords,
  type NamespaceRecord,
  type ServiceRecord,
  serviceByName,
} from './model.ts';

export interface ResolveNameInput {
  readonly name: string;
}

/** Empty: the name is not one of this region's services. */
export interface ResolveNameOutput {
  /** As the instances were registered: addresses of the VPC. */
  readonly addresses?: readonly string[];
  readonly ttlSeconds?: number;
}

const DEFAULT_TTL_SECONDS = 60;

export function createOperations(context: ServiceContext, records: DiscoveryRecords): Operations {
  return {
    ...namespaceOperations(context, records),
    ...serviceOperations(context, records),
    ...instanceOperations(records),
    GetOperation: (input: GetOperationCommandInput): Output<GetOperationCommandOutput> => ({
      Operation: { Id: input.OperationId, Status: 'SUCCESS' },
    }),
    ResolveName: (input: ResolveNameInput): ResolveNameOutput => {
      const service = serviceByName(records, input.name);
      if (!service?.dns) return {};
      const instances = records.instances.values().filter((one) => one.serviceId === service.id);
      const record = service.dns.DnsRecords?.find((one) => one.Type === 'A');
      return {
        ttlSeconds: Number(record?.TTL ?? DEFAULT_TTL_SECONDS),
        addresses: answersOf(instances, service.dns.RoutingPolicy ?? 'MULTIVALUE', context.random).flatMap(
          (one) => {
            const address = one.attributes['AWS_INSTANCE_IPV4'];
            return address === undefined ? [] : [address];
          },
        ),
      };
    },
  };
}

/** `ns-` or `srv-` and sixteen characters; the same for the same request id. */
function newId(prefix: string, requestId: string | undefined): string {
  const hex =
    requestId === undefined
      ? randomBytes(8).toString('hex')
      : createHash('sha256').update(`${prefix} ${requestId}`).digest('hex').slice(0, 16);
  return `${prefix}-${hex}`;
}

function namespaceOperations(context: ServiceContext, records: DiscoveryRecords): Operations {
  const create = (
    type: NamespaceRecord['type'],
    input: CreateHttpNamespaceCommandInput & Partial<Pick<CreatePrivateDnsNamespaceCommandInput, 'Vpc'>>,
  ): { readonly OperationId: string } => {
    const id = newId('ns', input.CreatorRequestId);
    if (records.namespaces.get(id)) return { OperationId: id };
    const taken = records.namespaces.values().find((one) => one.name === input.Name);
    if (taken)
      throw new AwsError('NamespaceAlreadyExists', `Namespace ${input.Name} exists already: ${taken.id}.`);
    records.namespaces.put(id, {
      id,
      arn: `arn:aws:servicediscovery:${context.region}:${context.account}:namespace/${id}`,
      name: input.Name!,
      type,
      description: input.Description ?? '',
      ...(input.Vpc === undefined ? {} : { vpc: input.Vpc }),
      ...(input.CreatorRequestId === undefined ? {} : { requestId: input.CreatorRequestId }),
      createdAtMs: context.clock.now(),
    });
    // The operation has the namespace's id, by which the caller finds it.
    return { OperationId: id };
  };
  const find = (id: string | undefined): NamespaceRecord => {
    const found = records.namespaces.get((id ?? '').slice((id ?? '').lastIndexOf('/') + 1));
    if (!found) throw new AwsError('NamespaceNotFound', `Failed to find namespace with ID "${id}".`);
    return found;
  };
  return {
    CreatePrivateDnsNamespace: (input: CreatePrivateDnsNamespaceCommandInput) => create('DNS_PRIVATE', input),
    CreateHttpNamespace: (input: CreateHttpNamespaceCommandInput) => create('HTTP', input),
    DeleteNamespace: (input: DeleteNamespaceCommandInput) => {
      const namespace = find(input.Id);
      const used = records.services.values().find((one) => one.namespaceId === namespace.id);
      if (used)
        throw new AwsError('ResourceInUse', `Namespace has associated services: ${used.name} (${used.id}).`);
      records.namespaces.delete(namespace.id);
      return { OperationId: namespace.id };
    },
    GetNamespace: (input: GetNamespaceCommandInput): Output<GetNamespaceCommandOutput> => ({
      Namespace: describeNamespace(find(input.Id)),
    }),
    ListNamespaces: (): Output<ListNamespacesCommandOutput> => ({
      Namespaces: records.namespaces.values().map(describeNamespace),
    }),
  };
}

function describeNamespace(one: NamespaceRecord): Namespace {
  return {
    Id: one.id,
    Arn: one.arn,
    Name: one.name,
    Type: one.type,
    Description: one.description,
    CreateDate: new Date(one.createdAtMs),
    Properties: {
      HttpProperties: { HttpName: one.name },
      ...(one.type === 'DNS_PRIVATE' ? { DnsProperties: { HostedZoneId: hostedZoneId(one.id) } } : {}),
    },
  };
}

/** The private zone that AWS makes for a namespace; here names are answered without one. */
export function hostedZoneId(namespaceId: string): string {
  return `Z${namespaceId.replace('ns-', '').toUpperCase()}`;
}

function serviceOperations(context: ServiceContext, records: DiscoveryRecords): Operations {
  const find = (id: string | undefined): ServiceRecord => {
    const found = records.services.get((id ?? '').slice((id ?? '').lastIndexOf('/') + 1));
    if (!found) throw new AwsError('ServiceNotFound', `Failed to find service with ID "${id}".`);
    return found;
  };
  return {
    CreateService: (input: CreateServiceCommandInput): Output<CreateServiceCommandOutput> => {
      const id = newId('srv', input.CreatorRequestId);
      const known = records.services.get(id);
      if (known) return { Service: describeService(records, known) };
      const namespaceId = input.NamespaceId ?? input.DnsConfig?.NamespaceId ?? '';
      if (!records.namespaces.get(namespaceId))
        throw new AwsError('NamespaceNotFound', `Failed to find namespace with ID "${namespaceId}".`);
      if (input.HealthCheckConfig)
        throw new AwsError(
          'InvalidInput',
          `Service ${input.Name}: Route 53 health checks of instances do not run here; use HealthCheckCustomConfig, which ECS keeps up to date.`,
        );
      const taken = records.services
        .values()
        .find((one) => one.namespaceId === namespaceId && one.name === input.Name);
      if (taken) throw new AwsError('ServiceAlreadyExists', `Service already exists: ${taken.id}.`);
      const service: ServiceRecord = {
        id,
        arn: `arn:aws:servicediscovery:${context.region}:${context.account}:service/${id}`,
        name: input.Name!,
        namespaceId,
        description: input.Description ?? '',
        ...(input.DnsConfig ? { dns: input.DnsConfig } : {}),
        ...(input.HealthCheckCustomConfig ? { customHealth: input.HealthCheckCustomConfig } : {}),
        ...(input.CreatorRequestId === undefined ? {} : { requestId: input.CreatorRequestId }),
        createdAtMs: context.clock.now(),
      };
      records.services.put(id, service);
      return { Service: describeService(records, service) };
    },
    DeleteService: (input: DeleteServiceCommandInput) => {
      const service = find(input.Id);
      if (records.instances.values().some((one) => one.serviceId === service.id))
        throw new AwsError(
          'ResourceInUse',
          'Service contains registered instances; delete the instances first.',
        );
      records.services.delete(service.id);
      return {};
    },
    GetService: (input: GetServiceCommandInput): Output<GetServiceCommandOutput> => ({
      Service: describeService(records, find(input.Id)),
    }),
    ListServices: (input: ListServicesCommandInput): Output<ListServicesCommandOutput> => {
      const wanted = input.Filters?.find((filter) => filter.Name === 'NAMESPACE_ID')?.Values;
      return {
        Services: records.services
          .values()
          .filter((one) => !wanted || wanted.includes(one.namespaceId))
          .map((one) => describeService(records, one)),
      };
    },
  };
}

function describeService(records: DiscoveryRecords, one: ServiceRecord): Service {
  return {
    Id: one.id,
    Arn: one.arn,
    Name: one.name,
    NamespaceId: one.namespaceId,
    Description: one.description,
    InstanceCount: records.instances.values().filter((instance) => instance.serviceId === one.id).length,
    Type: one.dns ? 'DNS_HTTP' : 'HTTP',
    CreateDate: new Date(one.createdAtMs),
    ...(one.dns ? { DnsConfig: one.dns } : {}),
    ...(one.customHealth ? { HealthCheckCustomConfig: one.customHealth } : {}),
    ...(one.requestId === undefined ? {} : { CreatorRequestId: one.requestId }),
  };
}

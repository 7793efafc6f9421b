/** Cloud Map's actions on instances: who registers, how healthy they are, and who is found. */
import type {
  DeregisterInstanceCommandInput,
  DiscoverInstancesCommandInput,
  DiscoverInstancesCommandOutput,
  GetInstanceCommandInput,
  GetInstanceCommandOutput,
  GetInstancesHealthStatusCommandInput,
  GetInstancesHealthStatusCommandOutput,
  ListInstancesCommandInput,
  ListInstancesCommandOutput,
  RegisterInstanceCommandInput,
  UpdateInstanceCustomHealthStatusCommandInput,
} from '@aws-sdk/client-servicediscovery';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { DiscoveryRecords, Health, InstanceRecord } from './model.ts';

export function instanceOperations(records: DiscoveryRecords): Operations {
  const ofService = (serviceId: string | undefined): readonly InstanceRecord[] => {
    if (!records.services.get(serviceId ?? ''))
      throw new AwsError('ServiceNotFound', `Failed to find service with ID "${serviceId}".`);
    return records.instances.values().filter((one) => one.serviceId === serviceId);
  };
  const find = (serviceId: string | undefined, id: string | undefined): InstanceRecord => {
    const found = ofService(serviceId).find((one) => one.id === id);
    if (!found) throw new AwsError('InstanceNotFound', `Failed to find instance with ID "${id}".`);
    return found;
  };
  return {
    RegisterInstance: (input: RegisterInstanceCommandInput) => {
      ofService(input.ServiceId);
      const { AWS_INIT_HEALTH_STATUS: initial, ...attributes } = input.Attributes ?? {};
      const instance: InstanceRecord = {
        id: input.InstanceId!,
        serviceId: input.ServiceId!,
        attributes,
        health: initial === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY',
      };
      records.instances.put(keyOf(instance), instance);
      return { OperationId: instance.id };
    },
    DeregisterInstance: (input: DeregisterInstanceCommandInput) => {
      records.instances.delete(keyOf(find(input.ServiceId, input.InstanceId)));
      return { OperationId: input.InstanceId };
    },
    UpdateInstanceCustomHealthStatus: (input: UpdateInstanceCustomHealthStatusCommandInput) => {
      const instance = find(input.ServiceId, input.InstanceId);
      if (!records.services.get(instance.serviceId)?.customHealth)
        throw new AwsError(
          'CustomHealthNotFound',
          'The service was not created with HealthCheckCustomConfig.',
        );
      records.instances.put(keyOf(instance), { ...instance, health: input.Status! });
      return {};
    },
    GetInstance: (input: GetInstanceCommandInput): Output<GetInstanceCommandOutput> => {
      const instance = find(input.ServiceId, input.InstanceId);
      return { Instance: { Id: instance.id, Attributes: { ...instance.attributes } } };
    },
    ListInstances: (input: ListInstancesCommandInput): Output<ListInstancesCommandOutput> => ({
      Instances: ofService(input.ServiceId).map((one) => ({ Id: one.id, Attributes: { ...one.attributes } })),
    }),
    GetInstancesHealthStatus: (
      input: GetInstancesHealthStatusCommandInput,
    ): Output<GetInstancesHealthStatusCommandOutput> => ({
      Status: Object.fromEntries(
        ofService(input.ServiceId)
          .filter((one) => !input.Instances?.length || input.Instances.includes(one.id))
          .map((one) => [one.id, one.health]),
      ),
    }),
    DiscoverInstances: (input: DiscoverInstancesCommandInput): Output<DiscoverInstancesCommandOutput> =>
      discover(records, input),
  };
}

function keyOf(instance: Pick<InstanceRecord, 'serviceId' | 'id'>): string {
  return `${instance.serviceId}/${instance.id}`;
}

function discover(
  records: DiscoveryRecords,
  input: DiscoverInstancesCommandInput,
): Output<DiscoverInstancesCommandOutput> {
  const namespace = records.namespaces.values().find((one) => one.name === input.NamespaceName);
  if (!namespace)
    throw new AwsError('NamespaceNotFound', `Failed to find namespace "${input.NamespaceName}".`);
  const service = records.services
    .values()
    .find((one) => one.namespaceId === namespace.id && one.name === input.ServiceName);
  if (!service) throw new AwsError('ServiceNotFound', `Failed to find service "${input.ServiceName}".`);
  const all = records.instances
    .values()
    .filter((one) => one.serviceId === service.id)
    .filter((one) =>
      Object.entries(input.QueryParameters ?? {}).every(([key, value]) => one.attributes[key] === value),
    );
  const found = byHealth(all, input.HealthStatus ?? 'HEALTHY').slice(0, input.MaxResults ?? 100);
  return {
    Instances: found.map((one) => ({
      InstanceId: one.id,
      NamespaceName: namespace.name,
      ServiceName: service.name,
      HealthStatus: one.health,
      Attributes: { ...one.attributes },
    })),
  };
}

function byHealth(
  all: readonly InstanceRecord[],
  wanted: Health | 'ALL' | 'HEALTHY_OR_ELSE_ALL',
): readonly InstanceRecord[] {
  if (wanted === 'ALL') return all;
  if (wanted !== 'HEALTHY_OR_ELSE_ALL') return all.filter((one) => one.health === wanted);
  const healthy = all.filter((one) => one.health === 'HEALTHY');
  return healthy.length > 0 ? healthy : all;
}

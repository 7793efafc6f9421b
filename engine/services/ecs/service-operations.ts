/** ECS actions on services: what is wanted is written down, and the runtime is woken to bring it about. */
import type {
  CreateServiceCommandInput,
  CreateServiceCommandOutput,
  DeleteServiceCommandInput,
  DeleteServiceCommandOutput,
  DescribeServicesCommandInput,
  DescribeServicesCommandOutput,
  ListServicesCommandInput,
  ListServicesCommandOutput,
  UpdateServiceCommandInput,
  UpdateServiceCommandOutput,
} from '@aws-sdk/client-ecs';
import { AwsError, type Caller, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { begin } from './deployment.ts';
import { describeService } from './describe.ts';
import { type EcsRecords, primaryOf, type ServiceRecord, withEvent } from './model.ts';
import { clusterOf, definitionOf } from './operations.ts';
import { newDeploymentId, type Runtime } from './runtime.ts';

export function serviceOf(
  records: EcsRecords,
  cluster: string | undefined,
  nameOrArn: string | undefined,
): ServiceRecord | undefined {
  const clusterArn = clusterOf(records, cluster).arn;
  const name = (nameOrArn ?? '').slice((nameOrArn ?? '').lastIndexOf('/') + 1);
  return records.services.values().find((one) => one.clusterArn === clusterArn && one.name === name);
}

function activeServiceOf(
  records: EcsRecords,
  input: { readonly cluster?: string | undefined; readonly service: string | undefined },
): ServiceRecord {
  const service = serviceOf(records, input.cluster, input.service);
  if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
  if (service.status !== 'ACTIVE')
    throw new AwsError('ServiceNotActiveException', `Service was not ACTIVE: it is ${service.status}.`);
  return service;
}

export function serviceOperations(
  context: ServiceContext,
  records: EcsRecords,
  runtime: Runtime,
): Operations {
  const write = (service: ServiceRecord): void => {
    records.services.put(service.arn, service);
    runtime.wake(service.arn);
  };
  return {
    CreateService: (input: CreateServiceCommandInput): Output<CreateServiceCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      const existing = serviceOf(records, input.cluster, input.serviceName);
      if (existing && existing.status !== 'INACTIVE') {
        if (input.clientToken !== undefined && existing.clientToken === input.clientToken)
          return { service: describeService(records, existing) };
        throw new AwsError('InvalidParameterException', 'Creation of service was not idempotent.');
      }
      const service = fromInput(context, records, input, cluster.arn);
      write(service);
      return { service: describeService(records, service) };
    },
    UpdateService: (input: UpdateServiceCommandInput, caller: Caller): Output<UpdateServiceCommandOutput> => {
      const before = activeServiceOf(records, input);
      const after = changed(context, records, before, input);
      if (after.desiredCount !== before.desiredCount)
        context.journal.record({
          event: 'service.scaled',
          subject: before.arn,
          because: `desired count ${before.desiredCount} → ${after.desiredCount}, asked by ${caller.principal}`,
          data: { from: before.desiredCount, to: after.desiredCount },
        });
      write(after);
      return { service: describeService(records, after) };
    },
    DeleteService: (input: DeleteServiceCommandInput): Output<DeleteServiceCommandOutput> => {
      const service = activeServiceOf(records, input);
      if (service.desiredCount > 0 && !input.force)
        throw new AwsError(
          'InvalidParameterException',
          'The service cannot be stopped while it is scaled above 0.',
        );
      const draining: ServiceRecord = { ...service, status: 'DRAINING', desiredCount: 0 };
      write(draining);
      return { service: describeService(records, draining) };
    },
    DescribeServices: (input: DescribeServicesCommandInput): Output<DescribeServicesCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      const asked = input.services ?? [];
      const found = asked.map((name) => serviceOf(records, input.cluster, name));
      return {
        services: found.flatMap((service) => (service ? [describeService(records, service)] : [])),
        failures: asked
          .filter((_name, index) => !found[index])
          .map((name) => ({
            arn: `${cluster.arn.replace(':cluster/', ':service/')}/${name.slice(name.lastIndexOf('/') + 1)}`,
            reason: 'MISSING',
          })),
      };
    },
    ListServices: (input: ListServicesCommandInput): Output<ListServicesCommandOutput> => {
      const cluster = clusterOf(records, input.cluster);
      return {
        serviceArns: records.services
          .values()
          .filter((one) => one.clusterArn === cluster.arn && one.status !== 'INACTIVE')
          .map((one) => one.arn),
      };
    },
  };
}

function fromInput(
  context: ServiceContext,
  records: EcsRecords,
  input: CreateServiceCommandInput,
  clusterArn: string,
): ServiceRecord {
  if (!input.serviceName) throw new AwsError('InvalidParameterException', 'serviceName is required.');
  checkInput(input);
  const now = context.clock.now();
  const definitionArn = definitionOf(records, input.taskDefinition).definition.taskDefinitionArn!;
  const base: ServiceRecord = {
    name: input.serviceName,
    arn: `${clusterArn.replace(':cluster/', ':service/')}/${input.serviceName}`,
    clusterArn,
    status: 'ACTIVE',
    desiredCount: input.desiredCount ?? 1,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    circuitBreaker: { enable: false, rollback: false },
    gracePeriodSeconds: 0,
    subnets: [],
    securityGroups: [],
    assignPublicIp: false,
    loadBalancers: input.loadBalancers ?? [],
    serviceRegistries: input.serviceRegistries ?? [],
    deployments: [],
    throttle: { failures: 0, notBeforeMs: 0 },
    events: [],
    createdAtMs: now,
    tags: input.tags ?? [],
    ...(input.clientToken === undefined ? {} : { clientToken: input.clientToken }),
  };
  const configured = configure(base, input);
  if (configured.subnets.length === 0)
    throw new AwsError(
      'InvalidParameterException',
      'Network Configuration must be provided when networkMode awsvpc is specified: no subnets given.',
    );
  const id = newDeploymentId();
  return begin(configured, id, definitionArn, now, `ECS deployment ${id} in progress.`);
}

function checkInput(input: CreateServiceCommandInput): void {
  const controller = input.deploymentController?.type ?? 'ECS';
  const strategy = input.deploymentConfiguration?.strategy ?? 'ROLLING';
  if (controller !== 'ECS' || strategy !== 'ROLLING')
    throw new AwsError(
      'InvalidParameterException',
      `Service ${input.serviceName} asks for deployments by ${controller} ${strategy}; here only ECS ROLLING runs.`,
    );
  if (input.schedulingStrategy === 'DAEMON')
    throw new AwsError('InvalidParameterException', 'The DAEMON scheduling strategy is not for Fargate.');
}

/** The settings that CreateService and UpdateService have in common; what is absent stays as it was. */
function configure(
  service: ServiceRecord,
  input: Pick<
    UpdateServiceCommandInput,
    'deploymentConfiguration' | 'healthCheckGracePeriodSeconds' | 'networkConfiguration'
  >,
): ServiceRecord {
  const deployment = input.deploymentConfiguration;
  const network = input.networkConfiguration?.awsvpcConfiguration;
  const breaker = deployment?.deploymentCircuitBreaker;
  return {
    ...service,
    minimumHealthyPercent: deployment?.minimumHealthyPercent ?? service.minimumHealthyPercent,
    maximumPercent: deployment?.maximumPercent ?? service.maximumPercent,
    circuitBreaker: breaker
      ? { enable: breaker.enable === true, rollback: breaker.rollback === true }
      : service.circuitBreaker,
    gracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? service.gracePeriodSeconds,
    subnets: network?.subnets ?? service.subnets,
    securityGroups: network?.securityGroups ?? service.securityGroups,
    assignPublicIp: network ? network.assignPublicIp === 'ENABLED' : service.assignPublicIp,
  };
}

function changed(
  context: ServiceContext,
  records: EcsRecords,
  service: ServiceRecord,
  input: UpdateServiceCommandInput,
): ServiceRecord {
  const next: ServiceRecord = {
    ...configure(service, input),
    desiredCount: input.desiredCount ?? service.desiredCount,
    loadBalancers: input.loadBalancers ?? service.loadBalancers,
    serviceRegistries: input.serviceRegistries ?? service.serviceRegistries,
  };
  const current = primaryOf(service)?.taskDefinitionArn;
  const wanted =
    input.taskDefinition === undefined
      ? current!
      : definitionOf(records, input.taskDefinition).definition.taskDefinitionArn!;
  const moved =
    wanted !== current ||
    input.forceNewDeployment === true ||
    differs(next.subnets, service.subnets) ||
    differs(next.securityGroups, service.securityGroups) ||
    differs(next.loadBalancers, service.loadBalancers) ||
    differs(next.serviceRegistries, service.serviceRegistries);
  if (!moved) return next;
  const id = newDeploymentId();
  const now = context.clock.now();
  context.journal.record({
    event: 'deployment.started',
    subject: service.arn,
    because: wanted === current ? 'a new deployment of the same task definition' : `${current} → ${wanted}`,
    data: { deployment: id },
  });
  const begun = begin(next, id, wanted, now, `ECS deployment ${id} in progress.`);
  return withEvent(begun, now, `(deployment ${id}) deployment in progress.`);
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** ECS actions on clusters and task definitions, and the lookups that all actions share. */
import type {
  CreateClusterCommandInput,
  CreateClusterCommandOutput,
  DeleteClusterCommandInput,
  DeregisterTaskDefinitionCommandInput,
  DeregisterTaskDefinitionCommandOutput,
  DescribeClustersCommandInput,
  DescribeClustersCommandOutput,
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  ListClustersCommandOutput,
  ListTaskDefinitionsCommandInput,
  ListTaskDefinitionsCommandOutput,
  RegisterTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommandOutput,
} from '@aws-sdk/client-ecs';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { containersOf } from './container.ts';
import { describeCluster, describeDefinition } from './describe.ts';
import { programOf } from './image.ts';
import { type ClusterRecord, clusterNameOf, type EcsRecords, type TaskDefinitionRecord } from './model.ts';

export function clusterOf(records: EcsRecords, nameOrArn: string | undefined): ClusterRecord {
  const cluster = records.clusters.get(clusterNameOf(nameOrArn ?? 'default'));
  if (!cluster) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

/** By ARN, `family:revision`, or `family` for the newest active revision. */
export function definitionOf(records: EcsRecords, name: string | undefined): TaskDefinitionRecord {
  const wanted = (name ?? '').slice((name ?? '').lastIndexOf('/') + 1);
  const [family, revision] = wanted.split(':');
  const found = records.definitions
    .values()
    .filter((one) => one.definition.family === family)
    .filter((one) =>
      revision === undefined
        ? one.definition.status === 'ACTIVE'
        : String(one.definition.revision) === revision,
    )
    .toSorted((one, other) => (other.definition.revision ?? 0) - (one.definition.revision ?? 0))[0];
  if (!found) throw new AwsError('ClientException', `Unable to describe task definition ${name}.`);
  return found;
}

export function clusterOperations(context: ServiceContext, records: EcsRecords): Operations {
  return {
    CreateCluster: (input: CreateClusterCommandInput): Output<CreateClusterCommandOutput> => {
      const name = input.clusterName ?? 'default';
      const cluster: ClusterRecord = {
        name,
        arn: `arn:aws:ecs:${context.region}:${context.account}:cluster/${name}`,
        settings: input.settings ?? records.clusters.get(name)?.settings ?? [],
        tags: input.tags ?? records.clusters.get(name)?.tags ?? [],
      };
      // Creating a cluster that exists returns it, as on AWS.
      records.clusters.put(name, cluster);
      return { cluster: describeCluster(records, cluster) };
    },
    DeleteCluster: (input: DeleteClusterCommandInput) => {
      const cluster = clusterOf(records, input.cluster);
      const described = describeCluster(records, cluster);
      if (described.activeServicesCount! > 0)
        throw new AwsError(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
        );
      records.clusters.delete(cluster.name);
      return { cluster: { ...described, status: 'INACTIVE' } };
    },
    DescribeClusters: (input: DescribeClustersCommandInput): Output<DescribeClustersCommandOutput> => {
      const names = input.clusters?.length ? input.clusters.map(clusterNameOf) : ['default'];
      const found = names.map((name) => records.clusters.get(name));
      return {
        clusters: found.flatMap((cluster) => (cluster ? [describeCluster(records, cluster)] : [])),
        failures: names
          .filter((_name, index) => !found[index])
          .map((name) => ({
            arn: `arn:aws:ecs:${context.region}:${context.account}:cluster/${name}`,
            reason: 'MISSING',
          })),
      };
    },
    ListClusters: (): Output<ListClustersCommandOutput> => ({
      clusterArns: records.clusters.values().map((cluster) => cluster.arn),
    }),
  };
}

export function definitionOperations(context: ServiceContext, records: EcsRecords): Operations {
  return {
    RegisterTaskDefinition: (
      input: RegisterTaskDefinitionCommandInput & { readonly clientToken?: string },
    ): Output<RegisterTaskDefinitionCommandOutput> => {
      const { clientToken, tags: _tags, ...given } = input;
      const known =
        clientToken && records.definitions.values().find((one) => one.clientToken === clientToken);
      if (known) return { taskDefinition: describeDefinition(known) };
      checkRunnable(context, given);
      const revisions = records.definitions
        .values()
        .filter((one) => one.definition.family === given.family)
        .map((one) => one.definition.revision ?? 0);
      const revision = Math.max(0, ...revisions) + 1;
      const arn = `arn:aws:ecs:${context.region}:${context.account}:task-definition/${given.family}:${revision}`;
      const record: TaskDefinitionRecord = {
        definition: {
          ...given,
          taskDefinitionArn: arn,
          revision,
          status: 'ACTIVE',
          compatibilities: ['FARGATE'],
        },
        registeredAtMs: context.clock.now(),
        ...(clientToken ? { clientToken } : {}),
      };
      records.definitions.put(arn, record);
      return { taskDefinition: describeDefinition(record) };
    },
    DescribeTaskDefinition: (
      input: DescribeTaskDefinitionCommandInput,
    ): Output<DescribeTaskDefinitionCommandOutput> => ({
      taskDefinition: describeDefinition(definitionOf(records, input.taskDefinition)),
    }),
    ListTaskDefinitions: (
      input: ListTaskDefinitionsCommandInput,
    ): Output<ListTaskDefinitionsCommandOutput> => ({
      taskDefinitionArns: records.definitions
        .values()
        .filter((one) => one.definition.status === (input.status ?? 'ACTIVE'))
        .filter((one) => !input.familyPrefix || one.definition.family === input.familyPrefix)
        .toSorted((one, other) => one.registeredAtMs - other.registeredAtMs)
        .map((one) => one.definition.taskDefinitionArn!),
    }),
    DeregisterTaskDefinition: (
      input: DeregisterTaskDefinitionCommandInput,
    ): Output<DeregisterTaskDefinitionCommandOutput> => {
      const record = definitionOf(records, input.taskDefinition);
      const inactive: TaskDefinitionRecord = {
        ...record,
        definition: { ...record.definition, status: 'INACTIVE' },
      };
      records.definitions.put(record.definition.taskDefinitionArn!, inactive);
      return { taskDefinition: describeDefinition(inactive) };
    },
  };
}

/** What can never start is refused when it is declared, where a person still sees the reason. */
function checkRunnable(
  context: ServiceContext,
  given: Omit<RegisterTaskDefinitionCommandInput, 'tags'>,
): void {
  const { main, leftOut } = containersOf(given as Parameters<typeof containersOf>[0]);
  const asset = context.assets.image(main.image ?? '');
  if (!asset)
    throw new AwsError(
      'ClientException',
      `Container ${main.name} of ${given.family} runs the image ${main.image}, which no asset of this app builds. Images are not pulled here: a task runs the program of an image asset (ContainerImage.fromAsset) from its folder.`,
    );
  let notes: readonly string[];
  try {
    notes = programOf(asset, main).notes;
  } catch (error) {
    throw new AwsError(
      'ClientException',
      `Container ${main.name} of ${given.family} cannot run: ${error instanceof Error ? error.message : error}`,
    );
  }
  for (const container of leftOut)
    context.journal.record({
      event: 'container.left-out',
      subject: `${given.family}/${container.name}`,
      because: 'a task is one process here: containers that are not essential do not run',
    });
  for (const note of notes)
    context.journal.record({ event: 'image.note', subject: `${given.family}/${main.name}`, because: note });
}

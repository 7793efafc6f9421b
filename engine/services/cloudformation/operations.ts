/**
 * What a caller may ask about stacks. All of it reads; stacks change by `understudy up` alone. Lists come in
 * one page: a region here has few stacks.
 */
import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStackResourceCommandInput,
  DescribeStackResourceCommandOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  ListExportsCommandOutput,
  ListImportsCommandInput,
  ListImportsCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
  ResourceStatus,
  Stack,
  StackResource,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { AwsError, type Operation, type Operations, type Output } from '../../wire/types.ts';
import type { StackFacts, Stacks } from './stacks.ts';

export function createOperations(stacks: Stacks): Operations {
  const describeStacks: Operation<DescribeStacksCommandInput, Output<DescribeStacksCommandOutput>> = (
    input,
  ) => ({
    Stacks: (input.StackName ? [find(stacks, input.StackName)] : stacks.describe()).map(describe),
  });
  const listStacks: Operation<ListStacksCommandInput, Output<ListStacksCommandOutput>> = (input) => ({
    StackSummaries: stacks
      .describe()
      .map(describe)
      .filter(
        (stack) =>
          !input.StackStatusFilter?.length ||
          input.StackStatusFilter.includes(stack.StackStatus as StackStatus),
      )
      .map(
        ({ StackId, StackName, CreationTime, LastUpdatedTime, StackStatus: status, StackStatusReason }) => ({
          StackId,
          StackName,
          CreationTime,
          LastUpdatedTime,
          StackStatus: status,
          StackStatusReason,
        }),
      ),
  });
  const describeResources: Operation<
    DescribeStackResourcesCommandInput,
    Output<DescribeStackResourcesCommandOutput>
  > = (input) => {
    const stack = input.PhysicalResourceId
      ? holderOf(stacks, input.PhysicalResourceId)
      : find(stacks, input.StackName);
    const wanted = input.LogicalResourceId;
    return {
      StackResources: resourcesOf(stack).filter((each) => !wanted || each.LogicalResourceId === wanted),
    };
  };
  const describeResource: Operation<
    DescribeStackResourceCommandInput,
    Output<DescribeStackResourceCommandOutput>
  > = (input) => {
    const stack = find(stacks, input.StackName);
    const found = resourcesOf(stack).find((each) => each.LogicalResourceId === input.LogicalResourceId);
    if (!found) throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
    const { Timestamp: LastUpdatedTimestamp, ...rest } = found;
    return { StackResourceDetail: { ...rest, LastUpdatedTimestamp } };
  };
  const listResources: Operation<ListStackResourcesCommandInput, Output<ListStackResourcesCommandOutput>> = (
    input,
  ) => ({
    StackResourceSummaries: resourcesOf(find(stacks, input.StackName)).map((each) => ({
      LogicalResourceId: each.LogicalResourceId,
      PhysicalResourceId: each.PhysicalResourceId,
      ResourceType: each.ResourceType,
      LastUpdatedTimestamp: each.Timestamp,
      ResourceStatus: each.ResourceStatus,
      ResourceStatusReason: each.ResourceStatusReason,
    })),
  });
  const describeEvents: Operation<
    DescribeStackEventsCommandInput,
    Output<DescribeStackEventsCommandOutput>
  > = (input) => ({
    // AWS gives the newest event first.
    StackEvents: [...stacks.events(find(stacks, input.StackName).name)].reverse().map((event) => ({
      StackId: event.stackId,
      EventId: event.id,
      StackName: event.stackName,
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      Timestamp: new Date(event.atMs),
      ResourceStatus: event.status as ResourceStatus,
      ResourceStatusReason: event.reason,
    })),
  });
  const getTemplate: Operation<GetTemplateCommandInput, Output<GetTemplateCommandOutput>> = (input) => ({
    TemplateBody: JSON.stringify(find(stacks, input.StackName).target.template, undefined, 2),
    StagesAvailable: ['Original', 'Processed'],
  });
  const listExports: Operation<unknown, Output<ListExportsCommandOutput>> = () => ({
    Exports: stacks
      .exports()
      .map(({ name, value, stackId }) => ({ Name: name, Value: value, ExportingStackId: stackId })),
  });
  const listImports: Operation<ListImportsCommandInput, Output<ListImportsCommandOutput>> = (input) => {
    const found = stacks.exports().find(({ name }) => name === input.ExportName);
    if (!found?.importedBy.length)
      throw invalid(`Export '${input.ExportName}' is not imported by any stack.`);
    return { Imports: [...found.importedBy] };
  };
  return {
    DescribeStacks: describeStacks,
    ListStacks: listStacks,
    DescribeStackResources: describeResources,
    DescribeStackResource: describeResource,
    ListStackResources: listResources,
    DescribeStackEvents: describeEvents,
    GetTemplate: getTemplate,
    ListExports: listExports,
    ListImports: listImports,
  };
}

function find(stacks: Stacks, nameOrId: string | undefined): StackFacts {
  if (!nameOrId) throw invalid('StackName must be given');
  const found = stacks.stack(nameOrId);
  if (!found) throw invalid(`Stack with id ${nameOrId} does not exist`);
  return found;
}

function holderOf(stacks: Stacks, physicalId: string): StackFacts {
  const found = stacks
    .describe()
    .find(({ resources }) => resources.some((resource) => resource.physicalId === physicalId));
  if (!found) throw invalid(`Stack for ${physicalId} does not exist`);
  return found;
}

/** CloudFormation answers 400 ValidationError for every name that it does not know. */
function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function describe(stack: StackFacts): Stack {
  const { template, parameters, tags } = stack.target;
  const description = template['Description'];
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: typeof description === 'string' ? description : undefined,
    CreationTime: new Date(stack.createdAtMs),
    LastUpdatedTime: stack.updatedAtMs === undefined ? undefined : new Date(stack.updatedAtMs),
    StackStatus: stack.status as StackStatus,
    StackStatusReason: stack.reason,
    DisableRollback: false,
    Parameters: Object.entries(parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.join(',') : String(value),
    })),
    Outputs: stack.outputs.map(({ key, value, exportName, description: about }) => ({
      OutputKey: key,
      OutputValue: value,
      ExportName: exportName,
      Description: about,
    })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function resourcesOf(stack: StackFacts): readonly StackResource[] {
  return stack.resources.map((resource) => ({
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Timestamp: new Date(resource.updatedAtMs),
    ResourceStatus: resource.status as ResourceStatus,
    ResourceStatusReason: resource.reason,
    // What does not happen here stands where a person looks for what a resource is.
    Description: resource.fate?.fate === 'recorded' ? `recorded: ${resource.fate.note}` : undefined,
  }));
}

/** What a template may say about Application Auto Scaling: targets and target tracking policies. */
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName } from '../recorded.ts';
import { targetId } from './model.ts';
import { propertyFates } from './property-fates.ts';

export const types: Readonly<Record<string, Fate>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    fate: 'runs',
    properties: propertyFates['AWS::ApplicationAutoScaling::ScalableTarget'],
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': {
    fate: 'runs',
    properties: propertyFates['AWS::ApplicationAutoScaling::ScalingPolicy'],
  },
};

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::ApplicationAutoScaling::ScalableTarget': scalableTarget(operations),
    'AWS::ApplicationAutoScaling::ScalingPolicy': scalingPolicy(operations),
  };
}

interface Address {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

function scalableTarget(operations: Operations): ResourceHandler {
  const write = async (properties: Properties): Promise<PhysicalResource> => {
    if (properties['ScheduledActions']?.length)
      throw new Error(
        'ScheduledActions of a scalable target do not run here; remove them or use a Scheduler schedule',
      );
    await operations['RegisterScalableTarget']!(properties, provisioning);
    const id = targetId(
      String(properties['ResourceId']),
      String(properties['ScalableDimension']),
      String(properties['ServiceNamespace']),
    );
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    replaceOn: ['ResourceId', 'ScalableDimension', 'ServiceNamespace'],
    create: ({ properties }) => write(properties),
    update: ({ properties }) => write(properties),
    delete: ({ existing }) => gone(operations, 'DeregisterScalableTarget', addressOf(existing.physicalId)),
  };
}

function addressOf(id: string): Address {
  const [ResourceId = '', ScalableDimension = '', ServiceNamespace = ''] = id.split('|');
  return { ResourceId, ScalableDimension, ServiceNamespace };
}

function scalingPolicy(operations: Operations): ResourceHandler {
  const address = (properties: Properties): Address =>
    properties['ScalingTargetId'] === undefined
      ? {
          ResourceId: String(properties['ResourceId']),
          ScalableDimension: String(properties['ScalableDimension']),
          ServiceNamespace: String(properties['ServiceNamespace']),
        }
      : addressOf(String(properties['ScalingTargetId']));
  const write = async (properties: Properties): Promise<PhysicalResource> => {
    const { ScalingTargetId: _id, ...rest } = properties;
    const { PolicyARN } = await operations['PutScalingPolicy']!(
      { ...rest, ...address(properties) },
      provisioning,
    );
    return { physicalId: PolicyARN, attributes: { Arn: PolicyARN } };
  };
  return {
    replaceOn: ['PolicyName', 'ScalingTargetId', 'ResourceId', 'ScalableDimension', 'ServiceNamespace'],
    create: (request) =>
      write({
        ...request.properties,
        PolicyName: request.properties['PolicyName'] ?? generatedName(request),
      }),
    update: ({ properties, existing }) =>
      write({ ...properties, PolicyName: existing.physicalId.split(':policyName/')[1] }),
    delete: ({ properties, existing }) =>
      gone(operations, 'DeleteScalingPolicy', {
        ...address(properties),
        PolicyName: existing.physicalId.split(':policyName/')[1],
      }),
  };
}

async function gone(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ObjectNotFoundException')) throw error;
  }
}

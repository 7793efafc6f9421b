/**
 * What a template may say about Lambda. Functions of Node runtimes run; others are kept, so that a template
 * with a Python provider of CDK's comes up, and cannot be invoked. Permissions, versions and layers are kept.
 */
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName, type RecordedHandler, recorded } from '../recorded.ts';
import { functionNameOf } from './model.ts';
import { propertyFates } from './property-fates.ts';

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  return {
    ...recordedResources,
    'AWS::Lambda::Function': lambdaFunction(operations),
    'AWS::Lambda::EventInvokeConfig': eventInvokeConfig(operations),
  };
}

const recordedResources = {
  'AWS::Lambda::Permission': recorded({
    note: 'every service of the region may invoke the function, with or without it',
    attributes: (_properties, physicalId) => ({ Id: physicalId }),
  }),
  'AWS::Lambda::LayerVersion': recorded({
    note: 'functions run without their layers: what a function needs must be in its own code',
    ref: (properties, request) =>
      `arn:aws:lambda:${regionOf(request.stack.id)}:layer:${properties['LayerName'] ?? generatedName(request)}:1`,
    attributes: (_properties, physicalId) => ({ LayerVersionArn: physicalId }),
  }),
  'AWS::Lambda::Version': recorded({
    note: 'every version runs the newest code',
    ref: (properties, request) =>
      `arn:aws:lambda:${regionOf(request.stack.id)}:function:${functionNameOf(String(properties['FunctionName'])).name}:1`,
    attributes: (_properties, physicalId) => ({ FunctionArn: physicalId, Version: '1' }),
  }),
  'AWS::Lambda::Alias': recorded({
    note: 'every alias runs the newest code',
    ref: (properties, request) =>
      `arn:aws:lambda:${regionOf(request.stack.id)}:function:${functionNameOf(String(properties['FunctionName'])).name}:${properties['Name']}`,
    attributes: (_properties, physicalId) => ({ AliasArn: physicalId }),
  }),
} as const satisfies Record<string, RecordedHandler>;

/** `<region>:<account>`, out of a stack's ARN. */
function regionOf(stackId: string): string {
  return stackId.split(':').slice(3, 5).join(':');
}

export const types: Readonly<Record<string, Fate>> = {
  'AWS::Lambda::Function': { fate: 'runs', properties: propertyFates['AWS::Lambda::Function'] },
  'AWS::Lambda::EventInvokeConfig': {
    fate: 'runs',
    properties: propertyFates['AWS::Lambda::EventInvokeConfig'],
  },
  ...Object.fromEntries(Object.entries(recordedResources).map(([type, handler]) => [type, handler.fate])),
};

function lambdaFunction(operations: Operations): ResourceHandler {
  const resource = (made: { FunctionName: string; FunctionArn: string }): PhysicalResource => ({
    physicalId: made.FunctionName,
    attributes: {
      Arn: made.FunctionArn,
      'SnapStartResponse.ApplyOn': 'None',
      'SnapStartResponse.OptimizationStatus': 'Off',
    },
  });
  const reserve = async (name: string, properties: Properties): Promise<void> => {
    const reserved = properties['ReservedConcurrentExecutions'];
    if (reserved === undefined)
      await operations['DeleteFunctionConcurrency']!({ FunctionName: name }, provisioning);
    else
      await operations['PutFunctionConcurrency']!(
        { FunctionName: name, ReservedConcurrentExecutions: Number(reserved) },
        provisioning,
      );
  };
  const settings = (properties: Properties): object => {
    const { FunctionName: _name, Code: _code, Tags: _tags, Layers: _layers, ...rest } = properties;
    return { ...rest, Environment: properties['Environment'] ?? { Variables: {} } };
  };
  const update = async (name: string, properties: Properties): Promise<PhysicalResource> => {
    await operations['UpdateFunctionCode']!({ FunctionName: name, ...properties['Code'] }, provisioning);
    const made = await operations['UpdateFunctionConfiguration']!(
      { FunctionName: name, ...settings(properties) },
      provisioning,
    );
    await reserve(name, properties);
    return resource(made);
  };
  return {
    replaceOn: ['FunctionName', 'PackageType'],
    create: async (request) => {
      const { properties } = request;
      const name = String(properties['FunctionName'] ?? generatedName(request).slice(0, 64));
      try {
        const made = await operations['CreateFunction']!(
          { FunctionName: name, Code: properties['Code'], ...settings(properties) },
          provisioning,
        );
        await reserve(name, properties);
        return resource(made);
      } catch (error) {
        // A repeat after a crash finds the function of the first attempt.
        if (error instanceof Error && error.name === 'ResourceConflictException')
          return update(name, properties);
        throw error;
      }
    },
    update: ({ existing, properties }) => update(existing.physicalId, properties),
    delete: ({ existing }) => gone(operations, 'DeleteFunction', { FunctionName: existing.physicalId }),
  };
}

function eventInvokeConfig(operations: Operations): ResourceHandler {
  const write = async (properties: Properties, physicalId: string): Promise<PhysicalResource> => {
    await operations['PutFunctionEventInvokeConfig']!(properties, provisioning);
    return { physicalId, attributes: {} };
  };
  return {
    replaceOn: ['FunctionName', 'Qualifier'],
    create: (request) => write(request.properties, generatedName(request)),
    update: ({ existing, properties }) => write(properties, existing.physicalId),
    delete: ({ properties }) => gone(operations, 'DeleteFunctionEventInvokeConfig', properties),
  };
}

async function gone(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
  }
}

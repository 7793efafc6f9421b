/** CloudFormation's API over the region's stacks: what is deployed can be asked with any AWS client. */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { ServiceDefinition } from '../contract.ts';
import { recorded } from '../recorded.ts';
import { createOperations } from './operations.ts';
import type { Stacks } from './stacks.ts';

export type { Stacks } from './stacks.ts';

const waitHandle = recorded({ note: 'a wait handle has no URL to signal' });

/** The region process gives the provisioner's view; it is read when a caller asks, not before. */
export function createCloudFormation(stacks: Stacks): ServiceDefinition {
  return {
    name: 'cloudformation',
    controlPlane: 'regional',
    api: {
      signingName: 'cloudformation',
      protocols: ['query'],
      sdk: () => schemasOf('@aws-sdk/client-cloudformation'),
    },
    types: { 'AWS::CloudFormation::WaitConditionHandle': waitHandle.fate },
    create: () => ({
      operations: createOperations(stacks),
      resources: { 'AWS::CloudFormation::WaitConditionHandle': waitHandle },
      start: async () => {},
      stop: async () => {},
    }),
  };
}

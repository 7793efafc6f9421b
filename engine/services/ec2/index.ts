/**
 * EC2, as far as a two-region web application needs it: VPCs and subnets whose addresses are real, network
 * interfaces that hold them, and everything around them kept and returned.
 */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceDefinition } from '../contract.ts';
import type { Ec2Records } from './model.ts';
import { createOperations } from './operations.ts';
import { createResources, types } from './resources.ts';

export const ec2: ServiceDefinition = {
  name: 'ec2',
  controlPlane: 'regional',
  api: { signingName: 'ec2', protocols: ['ec2-query'], sdk: () => schemasOf('@aws-sdk/client-ec2') },
  types,
  create: (context): Service => {
    const records: Ec2Records = {
      vpcs: context.store.table('vpcs'),
      subnets: context.store.table('subnets'),
      groups: context.store.table('security-groups'),
      interfaces: context.store.table('network-interfaces'),
    };
    const operations = createOperations(context, records);
    return {
      operations,
      resources: createResources(operations),
      start: async () => {},
      stop: async () => {},
      status: () => ({
        vpcs: records.vpcs.values().map((vpc) => vpc.cidrBlock),
        networkInterfaces: records.interfaces.values().length,
      }),
    };
  },
};

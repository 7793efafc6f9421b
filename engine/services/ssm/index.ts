/**
 * Systems Manager Parameter Store. The account counts as bootstrapped for the CDK: the version parameter that
 * CDK's templates read is there from the start.
 */

import type {
  DeleteParameterCommandInput,
  DeleteParameterCommandOutput,
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
  PutParameterCommandInput,
  PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import { AwsError, type Operation, type Output } from '../../wire/types.ts';
import type { ResourceHandler, ServiceDefinition } from '../contract.ts';
import { generatedName } from '../recorded.ts';
import { propertyFates } from './property-fates.ts';

interface Kept {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
  readonly version: number;
  readonly changedMs: number;
}

const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** The newest bootstrap template version that CDK's own templates ask for at least. */
const BOOTSTRAP_VERSION = '30';
const TYPES = ['String', 'StringList', 'SecureString'];

export const ssm: ServiceDefinition = {
  name: 'ssm',
  controlPlane: 'regional',
  api: {
    signingName: 'ssm',
    protocols: ['json-1.1'],
    targetPrefix: 'AmazonSSM',
    sdk: () => schemasOf('@aws-sdk/client-ssm'),
  },
  types: { 'AWS::SSM::Parameter': { fate: 'runs', properties: propertyFates['AWS::SSM::Parameter'] } },
  create: (context) => {
    const parameters = context.store.table<Kept>('parameters');
    const show = (kept: Kept): Parameter => ({
      Name: kept.name,
      Type: kept.type,
      Value: kept.value,
      Version: kept.version,
      LastModifiedDate: new Date(kept.changedMs),
      ARN: `arn:aws:ssm:${context.region}:${context.account}:parameter${kept.name.startsWith('/') ? '' : '/'}${kept.name}`,
      DataType: 'text',
    });
    const nameOf = (given: string): string =>
      given.startsWith('arn:') ? given.slice(given.indexOf(':parameter') + ':parameter'.length) : given;
    const find = (given: string): Kept | undefined =>
      parameters.get(nameOf(given)) ?? parameters.get(nameOf(given).replace(/^\//, ''));

    const GetParameter: Operation<GetParameterCommandInput, Output<GetParameterCommandOutput>> = (input) => {
      const found = find(input.Name!);
      if (!found)
        throw new AwsError('ParameterNotFound', `Parameter ${input.Name} not found in ${context.region}.`);
      return { Parameter: show(found) };
    };
    const GetParameters: Operation<GetParametersCommandInput, Output<GetParametersCommandOutput>> = (
      input,
    ) => {
      const names = input.Names ?? [];
      return {
        Parameters: names
          .map(find)
          .filter((one) => one !== undefined)
          .map(show),
        InvalidParameters: names.filter((name) => !find(name)),
      };
    };
    const GetParametersByPath: Operation<
      GetParametersByPathCommandInput,
      Output<GetParametersByPathCommandOutput>
    > = (input) => {
      const path = input.Path!.endsWith('/') ? input.Path! : `${input.Path}/`;
      const below = parameters
        .values()
        .filter(
          ({ name }) => name.startsWith(path) && (input.Recursive || !name.slice(path.length).includes('/')),
        );
      return { Parameters: below.map(show) };
    };
    const PutParameter: Operation<PutParameterCommandInput, Output<PutParameterCommandOutput>> = (input) => {
      const name = input.Name!;
      const before = parameters.get(name);
      if (before && !input.Overwrite)
        throw new AwsError(
          'ParameterAlreadyExists',
          `The parameter ${name} already exists; set Overwrite to change it.`,
        );
      const type = input.Type ?? before?.type;
      if (!type || !TYPES.includes(type))
        throw new AwsError(
          'ValidationException',
          `Type of ${name} must be one of ${TYPES.join(', ')}, found ${type}`,
        );
      const version = (before?.version ?? 0) + 1;
      parameters.put(name, { name, type, value: input.Value!, version, changedMs: context.clock.now() });
      return { Version: version, Tier: 'Standard' };
    };
    const DeleteParameter: Operation<DeleteParameterCommandInput, Output<DeleteParameterCommandOutput>> = (
      input,
    ) => {
      if (!find(input.Name!)) throw new AwsError('ParameterNotFound', `Parameter ${input.Name} not found.`);
      parameters.delete(find(input.Name!)!.name);
      return {};
    };
    const DescribeParameters: Operation<
      DescribeParametersCommandInput,
      Output<DescribeParametersCommandOutput>
    > = () => ({
      Parameters: parameters.values().map(({ name, type, version, changedMs }) => ({
        Name: name,
        Type: type,
        Version: version,
        LastModifiedDate: new Date(changedMs),
      })),
    });

    const put: NonNullable<ResourceHandler['create']> = async (request) => {
      const { properties } = request;
      const name: string = properties['Name'] ?? generatedName(request);
      const caller = {
        requestId: request.clientToken,
        principal: 'cloudformation.amazonaws.com',
        via: 'provisioning',
      } as const;
      await PutParameter(
        { Name: name, Type: properties['Type'], Value: properties['Value'], Overwrite: true },
        caller,
      );
      return { physicalId: name, attributes: { Type: properties['Type'], Value: properties['Value'] } };
    };
    const parameter: ResourceHandler = {
      create: put,
      update: put,
      delete: async ({ existing }) => parameters.delete(existing.physicalId),
      replaceOn: ['Name'],
    };
    if (!parameters.get(BOOTSTRAP_PARAMETER))
      parameters.put(BOOTSTRAP_PARAMETER, {
        name: BOOTSTRAP_PARAMETER,
        type: 'String',
        value: BOOTSTRAP_VERSION,
        version: 1,
        changedMs: context.clock.now(),
      });
    return {
      operations: {
        GetParameter,
        GetParameters,
        GetParametersByPath,
        PutParameter,
        DeleteParameter,
        DescribeParameters,
      },
      resources: { 'AWS::SSM::Parameter': parameter },
      start: async () => {},
      stop: async () => {},
    };
  },
};

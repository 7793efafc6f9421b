/**
 * IAM: roles and policies are kept and returned; no call is refused for want of a permission here. Its control
 * plane is in us-east-1, as on AWS: a stack elsewhere that makes a role needs that region.
 */
import type { ResourceHandler } from '../contract.ts';
import { arn, generatedId, recorded, recordedService } from '../recorded.ts';

const NOTE = 'kept and returned; permissions are not enforced';

const named = (
  property: string,
  kind: string,
): ResourceHandler & { fate: { fate: 'recorded'; note: string } } => {
  const handler = recorded({
    note: NOTE,
    ...(property && {
      ref: (properties, request) => properties[property] ?? `${request.stack.name}-${request.logicalId}`,
    }),
    attributes: (properties, physicalId, request, place) => ({
      Arn: arn({ ...place, region: '' }, 'iam', `${kind}${properties['Path'] ?? '/'}${physicalId}`),
      [kind === 'role' ? 'RoleId' : 'Id']: generatedId('AROA', request),
    }),
  });
  return { ...handler, fate: { fate: 'recorded', note: NOTE } };
};

/** A managed policy and an OIDC provider are referred to by their ARN, the others by name. */
const handlers = {
  'AWS::IAM::Role': named('RoleName', 'role'),
  'AWS::IAM::User': named('UserName', 'user'),
  'AWS::IAM::Group': named('GroupName', 'group'),
  'AWS::IAM::InstanceProfile': named('InstanceProfileName', 'instance-profile'),
  'AWS::IAM::Policy': recorded({ note: NOTE, ref: (properties) => String(properties['PolicyName']) }),
  'AWS::IAM::ManagedPolicy': recorded({
    note: NOTE,
    ref: (properties, request) =>
      `arn:aws:iam::${request.stack.id.split(':')[4]}:policy/${properties['ManagedPolicyName'] ?? `${request.stack.name}-${request.logicalId}`}`,
  }),
  'AWS::IAM::ServiceLinkedRole': recorded({
    note: NOTE,
    ref: (properties) => String(properties['AWSServiceName']),
  }),
};

export const iam = recordedService('iam', 'us-east-1', handlers);

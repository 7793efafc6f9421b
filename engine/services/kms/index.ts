/** KMS: keys and aliases are kept and returned; nothing on this machine is encrypted with them. */
import { arn, generatedUuid, recorded, recordedService } from '../recorded.ts';

const NOTE = 'kept and returned; data on this machine’s disk is not encrypted';

const handlers = {
  'AWS::KMS::Key': recorded({
    note: NOTE,
    ref: (_properties, request) => generatedUuid(request),
    attributes: (_properties, physicalId, _request, place) => ({
      Arn: arn(place, 'kms', `key/${physicalId}`),
      KeyId: physicalId,
    }),
  }),
  'AWS::KMS::Alias': recorded({ note: NOTE, ref: (properties) => String(properties['AliasName']) }),
  'AWS::KMS::ReplicaKey': recorded({
    note: NOTE,
    ref: (properties) => String(properties['PrimaryKeyArn']).split('/').at(-1) ?? '',
    attributes: (_properties, physicalId, _request, place) => ({
      Arn: arn(place, 'kms', `key/${physicalId}`),
      KeyId: physicalId,
    }),
  }),
};

export const kms = recordedService('kms', 'regional', handlers);

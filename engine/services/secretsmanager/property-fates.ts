/** Which properties of a secret are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::SecretsManager::Secret': {
    serves: ['Name', 'Description', 'SecretString', 'GenerateSecretString', 'ReplicaRegions.Region'],
    keeps: {
      KmsKeyId: 'values are not encrypted',
      'ReplicaRegions.KmsKeyId': 'values are not encrypted',
    },
    refuses: {
      Type: { remedy: 'secrets of partners are not managed here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

/** Which properties of a parameter are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::SSM::Parameter': {
    serves: ['Name', 'Type', 'Value'],
    keeps: {
      Description: 'not shown',
      Tier: 'every parameter is a standard one',
      AllowedPattern: 'the value is not held against it',
      DataType: 'the value is plain text',
    },
    refuses: {
      Policies: { remedy: 'parameters do not expire and nobody is notified here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;

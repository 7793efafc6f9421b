/** STS: who is calling. Sessions are made by the engine itself, so nothing is assumed here by a caller. */

import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Operation, Output } from '../../wire/types.ts';
import type { ServiceDefinition } from '../contract.ts';

export const sts: ServiceDefinition = {
  name: 'sts',
  controlPlane: 'regional',
  api: { signingName: 'sts', protocols: ['query'], sdk: () => schemasOf('@aws-sdk/client-sts') },
  types: {},
  create: (context) => {
    const GetCallerIdentity: Operation<
      GetCallerIdentityCommandInput,
      Output<GetCallerIdentityCommandOutput>
    > = (_input, caller) => ({
      Account: context.account,
      Arn: caller.principal,
      UserId: userIdOf(caller.principal),
    });
    return {
      operations: { GetCallerIdentity },
      resources: {},
      start: async () => {},
      stop: async () => {},
    };
  },
};

/** AWS answers with an opaque id; ours is the session's or user's own name, which is as stable. */
function userIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

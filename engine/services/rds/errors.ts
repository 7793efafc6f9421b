/** The errors this service answers with, by AWS's codes (Amazon RDS API Reference, each action's Errors). */
import { AwsError } from '../../wire/types.ts';

const CODES = {
  DBClusterNotFoundFault: 404,
  DBClusterAlreadyExistsFault: 400,
  DBInstanceNotFound: 404,
  DBInstanceAlreadyExists: 400,
  DBSubnetGroupNotFoundFault: 404,
  DBSubnetGroupAlreadyExists: 400,
  DBParameterGroupNotFound: 404,
  DBParameterGroupAlreadyExists: 400,
  GlobalClusterNotFoundFault: 404,
  GlobalClusterAlreadyExistsFault: 400,
  InvalidDBClusterStateFault: 400,
  InvalidDBInstanceState: 400,
  InvalidGlobalClusterStateFault: 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
} as const;

export function fault(code: keyof typeof CODES, message: string): AwsError {
  return new AwsError(code, message, CODES[code]);
}

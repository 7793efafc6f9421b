/** Dashboards are kept and returned; nothing draws them here. */
import type {
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  ListDashboardsCommandInput,
  PutDashboardCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import type { Dashboard } from './model.ts';

export function dashboardOperations(context: ServiceContext): Operations {
  const table = context.store.table<Dashboard>('dashboards');
  const arnOf = (name: string): string => `arn:aws:cloudwatch::${context.account}:dashboard/${name}`;
  return {
    PutDashboard: ({ DashboardName: name = '', DashboardBody: body = '' }: PutDashboardCommandInput) => {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
        throw new AwsError(
          'InvalidParameterInput',
          `DashboardName must be letters, digits, - and _, found ${JSON.stringify(name)}`,
        );
      try {
        JSON.parse(body);
      } catch (error) {
        throw new AwsError('InvalidParameterInput', `DashboardBody is not JSON: ${(error as Error).message}`);
      }
      table.put(name, { name, body, modifiedMs: Math.floor(context.clock.now()) });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: ({ DashboardName: name = '' }: GetDashboardCommandInput) => {
      const found = table.get(name);
      if (!found) throw new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
      return { DashboardArn: arnOf(name), DashboardName: name, DashboardBody: found.body };
    },
    ListDashboards: ({ DashboardNamePrefix: prefix = '' }: ListDashboardsCommandInput) => ({
      DashboardEntries: table
        .values()
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, body, modifiedMs }) => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: new Date(modifiedMs),
          Size: Buffer.byteLength(body),
        })),
    }),
    DeleteDashboards: ({ DashboardNames = [] }: DeleteDashboardsCommandInput) => {
      for (const name of DashboardNames) table.delete(name);
      return {};
    },
  };
}

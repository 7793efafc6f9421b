/** Which availability zone a subnet lies in: asked of EC2 once, since it never changes. */
import type { DescribeSubnetsCommandOutput } from '@aws-sdk/client-ec2';
import type { ServiceContext } from '../contract.ts';

export interface SubnetPlace {
  readonly subnetId: string;
  readonly zone: string;
}

export interface Zones {
  know(subnetIds: readonly string[]): Promise<void>;
  /** In the order given; only those known. */
  of(subnetIds: readonly string[]): readonly SubnetPlace[];
}

export function createZones(context: ServiceContext): Zones {
  const zones = new Map<string, string>();
  return {
    know: async (subnetIds) => {
      const unknown = subnetIds.filter((id) => !zones.has(id));
      if (unknown.length === 0) return;
      const { Subnets } = await context.invoke<object, DescribeSubnetsCommandOutput>(
        'ec2',
        'DescribeSubnets',
        { SubnetIds: unknown },
      );
      for (const subnet of Subnets ?? []) zones.set(subnet.SubnetId!, subnet.AvailabilityZone!);
    },
    of: (subnetIds) =>
      subnetIds.flatMap((subnetId) => {
        const zone = zones.get(subnetId);
        return zone === undefined ? [] : [{ subnetId, zone }];
      }),
  };
}

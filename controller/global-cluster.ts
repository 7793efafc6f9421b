// DescribeGlobalClusters as two sides, ours and the peer's. Pure: the traps of the API's answer are read here once.

import type { DescribeGlobalClustersCommandOutput, GlobalClusterMember } from '@aws-sdk/client-rds';
import type { Config } from './config.ts';
import type { GlobalCluster, Side } from './observation.ts';

type Members = Pick<Config, 'globalClusterId' | 'selfClusterArn' | 'peerClusterArn'>;

function sync(member: GlobalClusterMember | undefined): string | null {
  return member === undefined ? null : (member.SynchronizationStatus ?? '');
}

export function readGlobalCluster(
  answer: Pick<DescribeGlobalClustersCommandOutput, 'GlobalClusters'>,
  config: Members,
): GlobalCluster {
  const cluster = answer.GlobalClusters?.find(
    ({ GlobalClusterIdentifier }) => GlobalClusterIdentifier === config.globalClusterId,
  );
  if (cluster === undefined) throw new Error(`no global cluster ${config.globalClusterId}`);
  const members = cluster.GlobalClusterMembers ?? [];
  const self = members.find(({ DBClusterArn }) => DBClusterArn === config.selfClusterArn);
  const peer = members.find(({ DBClusterArn }) => DBClusterArn === config.peerClusterArn);
  const writer: Side | null = self?.IsWriter ? 'self' : peer?.IsWriter ? 'peer' : null;
  // The enum of FailoverState.Status lacks `switching-over`, which AWS's text lists: a plain string here.
  const operation: string | undefined = cluster.FailoverState?.Status;
  return {
    status: cluster.Status ?? '',
    operation: operation === undefined || operation === '' ? null : operation,
    writer,
    selfSync: sync(self),
    peerSync: sync(peer),
  };
}

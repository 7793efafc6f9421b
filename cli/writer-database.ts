/** Where the present writer of a global database listens, and with which credentials: as AWS tells it. */
import type { ControlledSystem } from '@understudy/engine/client';
import type { DatabaseAddress } from '@understudy/engine/rds/rescue-check';
import type { RescueFile } from '@understudy/engine/rds/rescue-rows';

export interface WriterDatabase extends DatabaseAddress {
  readonly cluster: string;
}

interface GlobalClusters {
  readonly GlobalClusters?: readonly {
    readonly GlobalClusterMembers?: readonly {
      readonly DBClusterArn?: string;
      readonly IsWriter?: boolean;
    }[];
  }[];
}

interface Clusters {
  readonly DBClusters?: readonly { readonly Endpoint?: string; readonly Port?: number }[];
}

export async function writerDatabase(
  system: Pick<ControlledSystem, 'invoke'>,
  regions: readonly string[],
  { globalClusterIdentifier, clusterIdentifier, region: from }: RescueFile,
  secret: string,
): Promise<WriterDatabase> {
  const { region, cluster } = globalClusterIdentifier
    ? await writerOf(system, regions, globalClusterIdentifier)
    : { region: from, cluster: clusterIdentifier };
  const clusters = await system.invoke<Clusters>(region, 'rds', 'DescribeDBClusters', {
    DBClusterIdentifier: cluster,
  });
  const host = clusters.DBClusters?.[0]?.Endpoint;
  if (!host) throw new Error(`${cluster} in ${region} has no endpoint`);
  const answer = await system.invoke<{ SecretString?: string }>(region, 'secretsmanager', 'GetSecretValue', {
    SecretId: secret,
  });
  return { cluster, host, port: clusters.DBClusters?.[0]?.Port ?? 3306, ...credentialsOf(answer, secret) };
}

/** A region that is lost says nothing; any other knows the global database too. */
async function writerOf(
  system: Pick<ControlledSystem, 'invoke'>,
  regions: readonly string[],
  identifier: string,
): Promise<{ region: string; cluster: string }> {
  const troubles: string[] = [];
  for (const region of regions) {
    const answer = await system
      .invoke<GlobalClusters>(region, 'rds', 'DescribeGlobalClusters', {
        GlobalClusterIdentifier: identifier,
      })
      .catch((error: Error) => {
        troubles.push(`${region}: ${error.message}`);
        return undefined;
      });
    const members = answer?.GlobalClusters?.[0]?.GlobalClusterMembers ?? [];
    // arn:aws:rds:<region>:<account>:cluster:<identifier>
    const arn = members.find(({ IsWriter }) => IsWriter)?.DBClusterArn?.split(':');
    if (arn?.[3] && arn[6]) return { region: arn[3], cluster: arn[6] };
    if (answer) troubles.push(`${region}: ${identifier} has no writer`);
  }
  throw new Error(`no region says where ${identifier} is written (${troubles.join('; ')})`);
}

function credentialsOf(
  answer: { readonly SecretString?: string },
  secret: string,
): { user: string; password: string } {
  let read: { username?: unknown; password?: unknown };
  try {
    read = JSON.parse(answer.SecretString ?? '') as typeof read;
  } catch {
    read = {};
  }
  if (typeof read?.username !== 'string' || typeof read.password !== 'string')
    throw new Error(
      `the secret ${secret} is no JSON with username and password; name another one by --secret`,
    );
  return { user: read.username, password: read.password };
}

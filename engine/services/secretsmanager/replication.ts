/**
 * A secret's copies in other regions, brought there over the link by the same API that everybody uses, and
 * tried again until the other region has taken the newest version.
 */
import type { ServiceContext } from '../contract.ts';
import type { Secret } from './model.ts';

const RETRY_MS = 5000;
const ATTEMPT_REAL_MS = 4000;

export interface Replication {
  /** Brings the newest value to every replica region; resolves when all have it, or gives up after `deadlineMs` real. */
  spread(name: string, deadlineMs: number): Promise<void>;
  stop(): void;
}

export function createReplication(
  context: ServiceContext,
  secrets: {
    get(name: string): Secret | undefined;
    put(name: string, secret: Secret): void;
    values(): readonly Secret[];
  },
): Replication {
  const send = async (secret: Secret, region: string): Promise<void> => {
    // Loaded when first needed: the SDK's client costs memory that a region without replicas need not spend.
    const sdk = await import('@aws-sdk/client-secrets-manager');
    const client = new sdk.SecretsManagerClient({
      region,
      endpoint: await context.network.endpointOf(region),
      credentials: context.identity.issue(`arn:aws:iam::${context.account}:role/secretsmanager-replication`),
      maxAttempts: 1,
    });
    const abortSignal = AbortSignal.timeout(ATTEMPT_REAL_MS);
    try {
      const { name, kmsKeyId } = secret;
      // The replica's existence first (it carries the primary's ARN suffix), then its value.
      await client.send(
        new sdk.ReplicateSecretToRegionsCommand({
          SecretId: secret.arn,
          AddReplicaRegions: [{ Region: region, ...(kmsKeyId && { KmsKeyId: kmsKeyId }) }],
          ForceOverwriteReplicaSecret: true,
        }),
        { abortSignal },
      );
      const { versionId, value } = secret;
      await client.send(
        new sdk.PutSecretValueCommand({ SecretId: name, SecretString: value, ClientRequestToken: versionId }),
        { abortSignal },
      );
    } finally {
      client.destroy();
    }
  };
  const once = async (name: string): Promise<boolean> => {
    const secret = secrets.get(name);
    if (!secret || secret.primaryRegion !== context.region) return true;
    const behind = Object.entries(secret.replicas).filter(([, version]) => version !== secret.versionId);
    const results = await Promise.allSettled(behind.map(([region]) => send(secret, region)));
    const reached = behind.map(([region]) => region).filter((_, n) => results[n]?.status === 'fulfilled');
    const latest = secrets.get(name);
    if (latest && reached.length) {
      const replicas = { ...latest.replicas };
      for (const region of reached) replicas[region] = secret.versionId;
      secrets.put(name, { ...latest, replicas });
      for (const region of reached)
        context.journal.record({
          event: 'secret.replicated',
          subject: name,
          because: `${region} has its newest version`,
        });
    }
    return reached.length === behind.length;
  };
  const timer = context.clock.every(RETRY_MS, () => {
    for (const secret of secrets.values()) void once(secret.name);
  });
  return {
    spread: async (name, deadlineMs) => {
      const deadline = performance.now() + deadlineMs;
      while (!(await once(name)) && performance.now() < deadline)
        await context.clock.sleep(200 * context.clock.speed);
    },
    stop: () => timer.stop(),
  };
}

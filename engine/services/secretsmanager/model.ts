/** What a secret is. */
export interface Secret {
  readonly name: string;
  /** Ends in a hyphen and six characters, as AWS's do; a replica's differs only in its region. */
  readonly arn: string;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly value: string;
  readonly versionId: string;
  readonly previous?: { readonly value: string; readonly versionId: string };
  readonly createdMs: number;
  readonly changedMs: number;
  readonly primaryRegion: string;
  /** Replica regions and the version that each is known to have. */
  readonly replicas: Readonly<Record<string, string>>;
}

/** A secret is asked for by name, by ARN, or by an ARN without its suffix (ECS task definitions do). */
export function nameOfSecret(secretId: string): string {
  if (!secretId.startsWith('arn:')) return secretId;
  return secretId.split(':').slice(6).join(':');
}

export function matches(secret: Secret, secretId: string): boolean {
  const name = nameOfSecret(secretId);
  return name === secret.name || name === nameOfSecret(secret.arn);
}

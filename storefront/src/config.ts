// The environment, read once, as one typed value. What is missing or wrong is refused by the variable's
// name, with what was found and what is allowed: a task that starts with half a configuration would only
// fail later and less clearly.

export interface EndpointAddress {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  readonly host: string | null;
  readonly port: number;
  readonly region: string;
  readonly logLevel: string;
  readonly metadataUri: string | null;
  readonly writer: EndpointAddress;
  readonly reader: EndpointAddress;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
  readonly health: HealthLimits;
  /** Requests that one task answers at the same time; above that it sheds load. */
  readonly maxInFlight: number;
}

export interface HealthLimits {
  /** Pause between two probes of the database. */
  readonly probeIntervalMs: number;
  /** How long the writer may be away, while a reader answers, before the region is unhealthy. */
  readonly writerAwayLimitMs: number;
  /** How far a standby may be behind and still be called healthy. */
  readonly lagLimitMs: number;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Environment): Config {
  const port = integer(env, 'DB_PORT', 3306, 1, 65_535);
  return {
    host: env['HOST'] || null,
    port: integer(env, 'PORT', 8000, 0, 65_535),
    region: required(env, 'AWS_REGION', 'the region this task runs in, such as us-east-1'),
    logLevel: oneOf(env, 'LOG_LEVEL', 'info', logLevels),
    metadataUri: url(env, 'ECS_CONTAINER_METADATA_URI_V4'),
    writer: { host: required(env, 'DB_WRITER_HOST', "the cluster's writer endpoint"), port },
    reader: { host: required(env, 'DB_READER_HOST', "the cluster's reader endpoint"), port },
    database: required(env, 'DB_NAME', 'the name of the database'),
    username: required(env, 'DB_USERNAME', 'the database user'),
    password: required(env, 'DB_PASSWORD', "the database user's password"),
    tls: oneOf(env, 'DB_TLS', 'off', ['on', 'off'] as const) === 'on',
    health: {
      probeIntervalMs: integer(env, 'PROBE_INTERVAL_MS', 2_000, 100, 60_000),
      // An in-region failover of Aurora usually takes less than 60 s (Aurora User Guide,
      // "High availability for Amazon Aurora").
      writerAwayLimitMs: integer(env, 'WRITER_AWAY_LIMIT_MS', 60_000, 0, 600_000),
      lagLimitMs: integer(env, 'LAG_LIMIT_MS', 10_000, 100, 600_000),
    },
    // Ten for each of the task's twenty database connections. If all of them want the same pool of ten, the
    // last waits for twenty turns, which at 100 ms each is within the pool's deadline of 2 s: what is let in
    // is answered, not only kept waiting.
    maxInFlight: integer(env, 'MAX_IN_FLIGHT', 200, 1, 10_000),
  };
}

function required(env: Environment, name: string, meaning: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new ConfigError(`${name} is ${value === undefined ? 'not set' : 'empty'}; it must be ${meaning}.`);
  }
  return value;
}

function integer(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError(`${name} is '${text}'; it must be a whole number from ${min} to ${max}.`);
  }
  return value;
}

function oneOf<T extends string>(env: Environment, name: string, fallback: T, allowed: readonly T[]): T {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    throw new ConfigError(`${name} is '${text}'; it must be one of: ${allowed.join(', ')}.`);
  }
  return found;
}

function url(env: Environment, name: string): string | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  if (!/^http:\/\//.test(text) || !URL.canParse(text)) {
    throw new ConfigError(`${name} is '${text}'; it must be an http:// address.`);
  }
  return text.replace(/\/$/, '');
}

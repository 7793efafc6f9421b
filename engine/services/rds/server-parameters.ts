/**
 * Which parameters of DB cluster and DB parameter groups reach a server, and as what. Only names of this table
 * do, with values that it has checked and written anew; all others are kept and said. A value that AWS would
 * refuse as well is refused. Pure.
 */
type ParameterFate =
  | { readonly fate: 'set'; readonly value: string }
  | { readonly fate: 'kept'; readonly because: string }
  | { readonly fate: 'refused'; readonly allowed: string };

interface Knob {
  /** MariaDB's variable and option, where they are not called as Aurora's parameter. */
  readonly variable?: string;
  readonly option?: string;
  readonly judge: (value: string) => ParameterFate;
}

const number =
  (least: number, most: number, whole = true) =>
  (value: string): ParameterFate => {
    const found = Number(value);
    const fits =
      value.trim() !== '' && found >= least && found <= most && (!whole || Number.isInteger(found));
    return fits
      ? { fate: 'set', value: String(found) }
      : { fate: 'refused', allowed: `${least} to ${most}${whole ? ', whole' : ''}` };
  };

const flag = (value: string): ParameterFate => {
  const on = ['1', 'on', 'true'].includes(value.toLowerCase());
  if (on || ['0', 'off', 'false'].includes(value.toLowerCase()))
    return { fate: 'set', value: on ? '1' : '0' };
  return { fate: 'refused', allowed: '0 or 1' };
};

/** Values that MySQL has and MariaDB has not are AWS's to accept, so they are kept. */
const oneOf =
  (...known: string[]) =>
  (value: string): ParameterFate => {
    const found = known.find((one) => one.toLowerCase() === value.toLowerCase());
    return found === undefined
      ? { fate: 'kept', because: `here it is one of ${known.join(', ')}` }
      : { fate: 'set', value: found };
  };

const MODES = [
  ...['ALLOW_INVALID_DATES', 'ANSI_QUOTES', 'ERROR_FOR_DIVISION_BY_ZERO', 'HIGH_NOT_PRECEDENCE'],
  ...['IGNORE_SPACE', 'NO_AUTO_VALUE_ON_ZERO', 'NO_BACKSLASH_ESCAPES', 'NO_DIR_IN_CREATE'],
  ...['NO_ENGINE_SUBSTITUTION', 'NO_UNSIGNED_SUBTRACTION', 'NO_ZERO_DATE', 'NO_ZERO_IN_DATE'],
  ...['ONLY_FULL_GROUP_BY', 'PAD_CHAR_TO_FULL_LENGTH', 'PIPES_AS_CONCAT', 'REAL_AS_FLOAT'],
  ...['STRICT_ALL_TABLES', 'STRICT_TRANS_TABLES', 'ANSI', 'TRADITIONAL'],
];

const modes = (value: string): ParameterFate => {
  const found = value.split(',').map((mode) => mode.trim().toUpperCase());
  const unknown = found.filter((mode) => mode !== '' && !MODES.includes(mode));
  return unknown.length > 0
    ? { fate: 'kept', because: `${unknown.join(', ')} is no mode here` }
    : { fate: 'set', value: found.join(',') };
};

/** UTC alone: MariaDB knows names of zones only from tables that Aurora fills and nobody fills here. */
const utc = (value: string): ParameterFate =>
  ['utc', '+00:00'].includes(value.toLowerCase())
    ? { fate: 'set', value: '+00:00' }
    : { fate: 'kept', because: 'here it is always UTC' };

const YEAR_SECONDS = 31_536_000;

const knobs: Readonly<Record<string, Knob>> = {
  max_connections: { judge: number(1, 16_000) },
  max_user_connections: { judge: number(0, 16_000) },
  max_connect_errors: { judge: number(1, 4_294_967_295) },
  max_allowed_packet: { judge: number(1024, 1_073_741_824) },
  wait_timeout: { judge: number(1, YEAR_SECONDS) },
  interactive_timeout: { judge: number(1, YEAR_SECONDS) },
  connect_timeout: { judge: number(2, YEAR_SECONDS) },
  net_read_timeout: { judge: number(1, YEAR_SECONDS) },
  net_write_timeout: { judge: number(1, YEAR_SECONDS) },
  lock_wait_timeout: { judge: number(1, YEAR_SECONDS) },
  innodb_lock_wait_timeout: { judge: number(1, 1_073_741_824) },
  innodb_print_all_deadlocks: { judge: flag },
  group_concat_max_len: { judge: number(4, 4_294_967_295) },
  slow_query_log: { judge: flag },
  long_query_time: { judge: number(0, YEAR_SECONDS, false) },
  log_queries_not_using_indexes: { judge: flag },
  log_bin_trust_function_creators: { judge: flag },
  sql_mode: { judge: modes },
  time_zone: { option: 'default-time-zone', judge: utc },
  transaction_isolation: {
    variable: 'tx_isolation',
    option: 'transaction-isolation',
    judge: oneOf('READ-UNCOMMITTED', 'READ-COMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE'),
  },
  character_set_server: { judge: oneOf('utf8mb4') },
  collation_server: {
    judge: oneOf('utf8mb4_unicode_ci', 'utf8mb4_general_ci', 'utf8mb4_unicode_520_ci', 'utf8mb4_bin'),
  },
};

export const settableParameters: readonly string[] = Object.keys(knobs);

/** What becomes of one value; AWS's formulas of the instance's memory are worked out when the class is known. */
export function parameterFate(name: string, value: string, memoryGiB = 16): ParameterFate {
  const knob = Object.hasOwn(knobs, name) ? knobs[name] : undefined;
  if (!knob) return { fate: 'kept', because: 'no server is told of it' };
  if (!value.includes('{')) return knob.judge(value);
  const divisor = Number(/^\{DBInstanceClassMemory\/(\d+)\}$/.exec(value)?.[1] ?? 0);
  if (divisor === 0)
    return { fate: 'kept', because: 'of formulas only {DBInstanceClassMemory/<number>} is worked out' };
  return knob.judge(String(Math.floor((memoryGiB * 1024 ** 3) / divisor)));
}

interface Capacity {
  readonly MinCapacity?: number;
  readonly MaxCapacity?: number;
}

/** By AWS's table; the sizes from `large` on are alike in all memory-optimised classes. */
const BY_SIZE: Readonly<Record<string, readonly [memoryGiB: number, connections: number]>> = {
  small: [2, 45],
  medium: [4, 90],
  large: [16, 1000],
  xlarge: [32, 2000],
  '2xlarge': [64, 3000],
  '4xlarge': [128, 4000],
  '8xlarge': [256, 5000],
  '12xlarge': [384, 6000],
  '16xlarge': [512, 6000],
  '24xlarge': [768, 7000],
};
const BURSTABLE_LARGE = [8, 135] as const;
/** ACUs at most, and connections; an ACU is about 2 GiB. */
const BY_CAPACITY: readonly (readonly [units: number, connections: number])[] = [
  [192, 6000],
  [128, 5000],
  [64, 4000],
  [32, 3000],
  [16, 2000],
  [8, 1000],
  [4, 135],
];

/**
 * Memory and the default of max_connections.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Performance.html and, for
 * `db.serverless`, …/aurora-serverless-v2.setting-capacity.html: by the greatest capacity, and at most 2,000
 * where the least is 0 or 0.5 ACUs.
 */
export function sizeOf(
  instanceClass: string,
  capacity: Capacity | undefined,
): { readonly memoryGiB: number; readonly maxConnections: number } {
  if (instanceClass === 'db.serverless') {
    const most = capacity?.MaxCapacity ?? 1;
    const connections = BY_CAPACITY.find(([units]) => most >= units)?.[1] ?? 90;
    const capped = (capacity?.MinCapacity ?? 0.5) <= 0.5 ? Math.min(2000, connections) : connections;
    return { memoryGiB: most * 2, maxConnections: capped };
  }
  const size = instanceClass.split('.').at(-1) ?? '';
  const burstable = instanceClass.startsWith('db.t') && size === 'large';
  const [memoryGiB, maxConnections] = burstable ? BURSTABLE_LARGE : (BY_SIZE[size] ?? BY_SIZE['large']!);
  return { memoryGiB, maxConnections };
}

/** For the engine's own connections and the followers', so that clients that use up theirs stop no replication. */
export const RESERVED_CONNECTIONS = 16;

export interface Setting {
  readonly variable: string;
  readonly option: string;
  readonly value: string;
}

/** In this order: setting the character set sets its default collation too. */
const DEFAULTS = {
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_unicode_ci',
  time_zone: 'UTC',
};

/** The instance's group goes before the cluster's, as on AWS. */
export function settingsOf(input: {
  readonly clusterParameters: Readonly<Record<string, string>>;
  readonly instanceParameters: Readonly<Record<string, string>>;
  readonly instanceClass: string;
  readonly capacity: Capacity | undefined;
}): readonly Setting[] {
  const { memoryGiB, maxConnections } = sizeOf(input.instanceClass, input.capacity);
  const asked = {
    ...DEFAULTS,
    max_connections: String(maxConnections),
    ...input.clusterParameters,
    ...input.instanceParameters,
  };
  return Object.entries(asked).flatMap(([name, wanted]) => {
    const found = parameterFate(name, wanted, memoryGiB);
    if (found.fate !== 'set') return [];
    const { variable = name, option = name.replaceAll('_', '-') } = knobs[name] ?? {};
    const value =
      name === 'max_connections' ? String(Number(found.value) + RESERVED_CONNECTIONS) : found.value;
    return [{ variable, option, value }];
  });
}

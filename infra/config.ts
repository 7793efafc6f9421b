/**
 * Everything that may be chosen about a deployment, with its default and its reason.
 *
 * `understudy.config.ts` beside this file says what differs from the defaults (shape: `Settings`);
 * `resolveConfig` fills in the rest and refuses a wrong value with its path. Names that the other
 * region or the engine must know are not settings: they are fixed in `lib/names.ts`.
 */
import { z } from 'zod';

const count = (least: number, most: number) => z.number().int().min(least).max(most);

/** The architecture cuts a VPC into 10.x.0-2, 10.x.10-12 and 10.x.20-22, so a region gets a whole 10.x.0.0/16. */
const vpcCidr = z
  .string()
  .regex(
    /^10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.0\.0\/16$/,
    'must be 10.x.0.0/16, for example 10.0.0.0/16',
  );

const domain = z
  .string()
  .max(200)
  .regex(
    /^(?=.{4,})([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'must be a lower-case domain name without a trailing dot, for example storefront.example',
  );

const region = z.strictObject({
  name: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, for example us-east-1'),
  cidr: vpcCidr,
});

/** CloudWatch Logs accepts these numbers of days and no others (API reference, PutRetentionPolicy). */
const retentionDays = z.union(
  [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731].map((days) => z.literal(days)),
  `must be a number of days that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731`,
);

/** Fargate's table of sizes: CPU units to the least and most MiB of memory, and the step between. */
const FARGATE_SIZES: ReadonlyMap<number, readonly [least: number, most: number, step: number]> = new Map([
  [256, [512, 2048, 512]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16384, 1024]],
  [4096, [8192, 30720, 1024]],
]);

const schema = z
  .strictObject({
    /** The zone. The site answers at www.<domain>, the load balancers at origin.<domain>. */
    domain: domain.default('storefront.example'),
    /** A hosted zone that exists already. Absent: the app creates one, and you delegate the domain to it. */
    existingHostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{5,31}$/, 'must be a hosted zone id, for example Z0123456789ABC')
      .optional(),
    /** Absent: the templates fit any account, and the CLI's credentials decide. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be 12 digits')
      .optional(),
    /**
     * `global`: two regions, Aurora global database, failover. `development`: the first region alone,
     * Aurora Serverless v2 that pauses when idle (a member of a global database never pauses).
     */
    profile: z.enum(['global', 'development']).default('global'),
    /**
     * The pair. The first one is where the database is created and where DNS answers as long as it is
     * healthy; after a failover the order here stays as it is (roles are run-time state).
     */
    regions: z.tuple([region, region]).default([
      { name: 'us-east-1', cidr: '10.0.0.0/16' },
      { name: 'us-west-2', cidr: '10.1.0.0/16' },
    ]),
    network: z
      .strictObject({
        /** One NAT gateway in each zone (a zone lost stays one zone lost), or one in all (a third of the price). */
        nat: z.enum(['per-zone', 'single']).default('per-zone'),
      })
      .prefault({}),
    tasks: z
      .strictObject({
        cpuUnits: count(256, 4096).default(512),
        memoryMiB: count(512, 30720).default(1024),
        /** Two survive the loss of one. */
        minimum: count(1, 100).default(2),
        maximum: count(1, 100).default(10),
        /** Target tracking holds the average CPU of the service here. */
        cpuTargetPercent: count(10, 95).default(70),
      })
      .prefault({}),
    database: z
      .strictObject({
        /** A memory-optimised class: Aurora global databases accept no other. */
        instanceClass: z
          .string()
          .regex(
            /^db\.(r|x)\d[a-z0-9]*\.\d*x?large$/,
            'must be a memory-optimised class, for example db.r5.large',
          )
          .default('db.r5.large'),
        /** An LTS line of Aurora MySQL 3; the same in both regions, as switchover demands. */
        engineVersion: z
          .string()
          .regex(
            /^8\.0\.mysql_aurora\.3\.\d+\.\d+$/,
            'must be an Aurora MySQL 3 version, for example 8.0.mysql_aurora.3.10.1',
          )
          .default('8.0.mysql_aurora.3.10.1'),
        backupRetentionDays: count(1, 35).default(7),
        /** Readers that auto scaling may add up to, in the first region (a secondary cluster cannot have it). */
        maximumReaders: count(1, 15).default(4),
        readerCpuTargetPercent: count(10, 95).default(70),
        /** Whether the application speaks TLS to the database. */
        tls: z.enum(['on', 'off']).default('off'),
        /** Development profile only: idle time before Serverless v2 pauses, and its ceiling. */
        pauseAfterSeconds: count(300, 86_400).default(300),
        maximumCapacityUnits: z.number().min(1).max(256).multipleOf(0.5).default(4),
      })
      .prefault({}),
    healthCheck: z
      .strictObject({
        /** Route 53 offers these two; the interval of a check cannot be changed later. */
        intervalSeconds: z.union([z.literal(10), z.literal(30)], 'must be 10 or 30').default(30),
        failureThreshold: count(1, 10).default(3),
      })
      .prefault({}),
    failover: z
      .strictObject({
        /** `automatic`: the controller acts. `approve`: it prepares, pages, and waits for an operator. */
        mode: z.enum(['automatic', 'approve']).default('automatic'),
        /** Observations in a row that must agree before anything is done. */
        ticksToAct: count(2, 60).default(2),
        /** A planned move is not begun, and a standby not called able, above this lag. */
        lagLimitMs: count(100, 600_000).default(5_000),
      })
      .prefault({}),
    /** What the business was promised. The rest of the configuration is held against it. */
    budget: z
      .strictObject({
        rtoSeconds: count(60, 86_400).default(300),
        rpoSeconds: z.number().positive().max(86_400).default(1),
      })
      .prefault({}),
    alarms: z
      .strictObject({
        /** 5xx answers in a minute, from the load balancer itself or from the tasks. */
        serverErrorsPerMinute: count(1, 100_000).default(5),
        latencyP95Seconds: z.number().positive().max(60).default(1),
        cpuPercent: count(1, 100).default(85),
        /** Absent: the RPO budget, in milliseconds. */
        replicationLagMs: count(1, 3_600_000).optional(),
        /** S3's replication time control promises 15 minutes. */
        assetReplicationSeconds: count(1, 86_400).default(900),
      })
      .prefault({}),
    logs: z.strictObject({ retentionDays: retentionDays.default(30) }).prefault({}),
    notify: z
      .strictObject({
        /** Each address gets one mail to confirm from each region. */
        emails: z.array(z.email()).default([]),
        /** E.164. New accounts are in the SMS sandbox until AWS lifts it, region by region. */
        phones: z
          .array(z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, for example +15555550100'))
          .default([]),
      })
      .prefault({}),
    /** On: databases, balancers and stacks refuse deletion, and what holds data outlives its stack. */
    protect: z.boolean().default(true),
  })
  .superRefine((config, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const [first, second] = config.regions;
    if (first.name === second.name)
      refuse(['regions', 1, 'name'], `must differ from regions[0].name (${first.name})`);
    if (first.cidr === second.cidr)
      refuse(['regions', 1, 'cidr'], `must differ from regions[0].cidr (${first.cidr})`);
    if (first.name !== 'us-east-1' && config.existingHostedZoneId === undefined) {
      refuse(
        ['regions', 0, 'name'],
        'must be us-east-1, where the hosted zone is created; for another region give existingHostedZoneId',
      );
    }
    const { cpuUnits, memoryMiB, minimum, maximum } = config.tasks;
    const size = FARGATE_SIZES.get(cpuUnits);
    if (size === undefined) {
      refuse(['tasks', 'cpuUnits'], `must be one of ${[...FARGATE_SIZES.keys()].join(', ')}`);
    } else if (memoryMiB < size[0] || memoryMiB > size[1] || memoryMiB % size[2] !== 0) {
      refuse(
        ['tasks', 'memoryMiB'],
        `must be ${size[0]} to ${size[1]} in steps of ${size[2]} with ${cpuUnits} CPU units`,
      );
    }
    if (maximum < minimum) refuse(['tasks', 'maximum'], `must be at least tasks.minimum (${minimum})`);
    const arithmetic = failoverSeconds(config);
    if (arithmetic.total > config.budget.rtoSeconds) {
      refuse(
        ['budget', 'rtoSeconds'],
        `cannot be kept: detecting ${arithmetic.detect} + DNS ${arithmetic.redirect} + promotion ` +
          `${arithmetic.promote} + recovery ${arithmetic.recover} = ${arithmetic.total} s; ` +
          'shorten healthCheck or allow more',
      );
    }
  });

/** What a user may write. */
export type Settings = z.input<typeof schema>;
/** Every value decided. */
export type Config = z.output<typeof schema>;
export type RegionSettings = Config['regions'][number];

/** A configuration that was refused; `problems` are lines of `path: what is wrong`. */
export class ConfigRefused extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the configuration was refused:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigRefused';
    this.problems = problems;
  }
}

export function resolveConfig(settings: unknown): Config {
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  throw new ConfigRefused(result.error.issues.flatMap((issue) => describe(issue, settings)));
}

function describe(issue: z.core.$ZodIssue, settings: unknown): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${pathOf([...issue.path, key])}: there is no such setting; see config.ts`,
    );
  }
  return [`${pathOf(issue.path)}: ${issue.message}${foundAt(settings, issue.path)}`];
}

/** The architecture's own sum: detection, DNS, promotion, recovery. */
export function failoverSeconds(config: Pick<Config, 'healthCheck'>) {
  const detect = config.healthCheck.intervalSeconds * config.healthCheck.failureThreshold;
  const [redirect, promote, recover] = [60, 60, 30];
  return { detect, redirect, promote, recover, total: detect + redirect + promote + recover };
}

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || '(settings)';
}

function foundAt(settings: unknown, path: readonly PropertyKey[]): string {
  let value = settings;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value === undefined || typeof value === 'object' ? '' : ` (found ${JSON.stringify(value)})`;
}

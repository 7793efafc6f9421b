// What the owner may choose about failing over: names, units, defaults, allowed ranges, in one table.
// `readPolicy` refuses what it does not know: a mistyped limit must not silently become a default.

export interface Policy {
  /** `approve` prepares everything and waits for one command. */
  readonly mode: 'automatic' | 'approve';
  /** K: consecutive looks in which both witnesses must agree that the peer is lost. */
  readonly ticksToAct: number;
  /** The same for the lossless switchover. Longer than Route 53 needs to see a region well again (3 × 30 s). */
  readonly ticksToSwitchOver: number;
  readonly tickSeconds: number;
  /** Interval once both witnesses agree, and while an operation runs. */
  readonly lookAgainSeconds: number;
  readonly operatingTickSeconds: number;
  /** Largest replication lag before the loss that may be given up without asking a person. */
  readonly lagLimitMs: number;
  /** A lag datapoint older than this at the loss says nothing. */
  readonly lagWindowSeconds: number;
  /** If the peer last answered us longer than this before DNS moved, what replicated since is unknown. */
  readonly silenceLimitSeconds: number;
  /** After a move DNS may be this late before its answer counts as evidence again. */
  readonly settleSeconds: number;
  readonly operationLimitSeconds: number;
  /** After promotion: a write must be seen to work within this, else the latch is set anyway and a person paged. */
  readonly verifyLimitSeconds: number;
  /** How long a request to RDS may stay invisible in DescribeGlobalClusters before it is repeated. */
  readonly requestGraceSeconds: number;
  readonly repageSeconds: number;
  readonly latchIntervalSeconds: number;
  readonly failbackLagLimitMs: number;
  readonly approvalValidSeconds: number;
}

export const defaultPolicy: Policy = Object.freeze({
  mode: 'automatic',
  ticksToAct: 2,
  ticksToSwitchOver: 9,
  tickSeconds: 10,
  lookAgainSeconds: 3,
  operatingTickSeconds: 2,
  lagLimitMs: 5_000,
  lagWindowSeconds: 600,
  silenceLimitSeconds: 300,
  settleSeconds: 300,
  operationLimitSeconds: 600,
  verifyLimitSeconds: 60,
  requestGraceSeconds: 20,
  repageSeconds: 900,
  latchIntervalSeconds: 30,
  failbackLagLimitMs: 1_000,
  approvalValidSeconds: 600,
});

type Limit = Exclude<keyof Policy, 'mode'>;

/** Smallest and largest value allowed, both included. */
const ranges: Readonly<Record<Limit, readonly [number, number]>> = {
  ticksToAct: [2, 60],
  ticksToSwitchOver: [2, 360],
  tickSeconds: [1, 30],
  lookAgainSeconds: [1, 30],
  operatingTickSeconds: [1, 30],
  lagLimitMs: [0, 3_600_000],
  lagWindowSeconds: [60, 3_600],
  silenceLimitSeconds: [30, 3_600],
  settleSeconds: [0, 3_600],
  operationLimitSeconds: [30, 7_200],
  verifyLimitSeconds: [5, 3_600],
  requestGraceSeconds: [1, 600],
  repageSeconds: [60, 86_400],
  latchIntervalSeconds: [5, 55],
  failbackLagLimitMs: [1, 60_000],
  approvalValidSeconds: [30, 86_400],
};

function isLimit(name: string): name is Limit {
  return Object.hasOwn(ranges, name);
}

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`POLICY: not JSON: ${text}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error(`POLICY: a JSON object is needed, found ${text}`);
  return parsed as Record<string, unknown>;
}

/** POLICY is a JSON object; what it leaves out keeps its default; what it misspells or overdoes is refused. */
export function readPolicy(text: string | undefined): Policy {
  const chosen = parseObject(text === undefined || text.trim() === '' ? '{}' : text);
  const limits: Partial<Record<Limit, number>> = {};
  let mode = defaultPolicy.mode;
  for (const [name, value] of Object.entries(chosen)) {
    if (name === 'mode') {
      if (value !== 'automatic' && value !== 'approve')
        throw new Error(`POLICY.mode: ${JSON.stringify(value)}; allowed: "automatic", "approve"`);
      mode = value;
    } else if (isLimit(name)) {
      const [least, most] = ranges[name];
      if (typeof value !== 'number' || !Number.isFinite(value) || value < least || value > most)
        throw new Error(
          `POLICY.${name}: ${JSON.stringify(value)}; allowed: a number from ${least} to ${most}`,
        );
      if (name.startsWith('ticks') && !Number.isInteger(value))
        throw new Error(`POLICY.${name}: ${value}; allowed: a whole number`);
      limits[name] = value;
    } else {
      throw new Error(`POLICY.${name}: unknown; allowed: mode, ${Object.keys(ranges).join(', ')}`);
    }
  }
  return Object.freeze({ ...defaultPolicy, ...limits, mode });
}

/**
 * What the console's page and the control API say to each other, as types: the page imports these and nothing else
 * of the engine. Times are AWS milliseconds since 1970 (`…Ms`), rates are per AWS second.
 *
 * Ids of boxes, which flows and GET /api/logs name too; what a person may lose has the words of a fault's target
 * as its id (a region, `global`, `task/…`, `database/…`; links are `link/<from>><to>` or `link/<a>..<b>`, and
 * `zone/us-east-1a` means what runs in a zone at that moment):
 *
 *   viewers                          everybody who asks (an end of flows alone)
 *   edge/IAD89                       an edge location
 *   us-east-1                        the region's process
 *   us-east-1/load-balancer          also: /service /database /bucket /alarms /notifications /controller
 *   task/<id>, database/<id>         one task, one database instance
 *
 * Flows run viewers → edge → load-balancer (or bucket) → task. Of the writer's region service → database, of one that
 * follows database → database, with `perSecond` the transactions that are written or arrive; bucket → bucket is
 * replication.
 */

/** What is seen of a thing: running and well, alive but ailing, standing still, gone, or not known. */
export type Condition = 'well' | 'ailing' | 'frozen' | 'lost' | 'unknown';

/**
 * One box of the picture that a person may click; `id` is stable while the thing lives, and unique in the picture.
 * Of what may be lost it is what POST /api/faults takes: `us-east-1`, `task/<id>`, `database/<id>`.
 */
export interface Box {
  readonly id: string;
  readonly label: string;
  readonly condition: Condition;
  /** Why it is in that condition, in words. */
  readonly because: string;
}

export interface TaskBox extends Box {
  readonly zone: string;
  /** What the load balancer thinks of it. */
  readonly health: 'healthy' | 'unhealthy' | 'initial' | 'draining' | 'unused' | 'unknown';
}

export interface DatabaseBox extends Box {
  readonly zone: string;
  readonly role: 'writer' | 'reader' | 'head' | 'unknown';
  readonly lagMs: number | null;
  readonly gtid: string | null;
}

export interface RegionPicture {
  readonly name: string;
  readonly process: Box;
  readonly loadBalancer: Box & { readonly healthyTargets: number; readonly targets: number };
  readonly service: Box & { readonly desired: number; readonly running: number };
  readonly zones: readonly string[];
  readonly tasks: readonly TaskBox[];
  readonly database: Box & {
    readonly role: 'writer' | 'secondary' | 'unknown';
    readonly status: string;
    readonly instances: readonly DatabaseBox[];
    readonly lagMs: number | null;
    /** A rebuild or rescue under way, in words; null: none. */
    readonly resync: string | null;
  };
  readonly bucket: Box & { readonly replicationPending: number; readonly replicationFailed: number };
  readonly alarms: Box & { readonly inAlarm: readonly string[]; readonly total: number };
  /** What the topic was told, and the mails that went out for it. */
  readonly notifications: Box & { readonly published: number; readonly mails: number };
  readonly controller: Box & { readonly phase: string | null; readonly verdict: string | null };
}

/**
 * Requests along an arrow in the last seconds, by outcome; `perSecond` counts them all. `from` and `to` are ids of
 * boxes; which arrows there are is said above.
 */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly perSecond: number;
  readonly failedPerSecond: number;
  readonly refusedPerSecond: number;
}

export interface EdgePicture extends Box {
  readonly hitRate: number | null;
  readonly perSecond: number;
  readonly failedPerSecond: number;
  readonly refusedPerSecond: number;
  /** The region its origin's name stands for at present. */
  readonly origin: string | null;
}

export interface LinkPicture {
  readonly from: string;
  readonly to: string;
  readonly cut: boolean;
  readonly delayMs: number;
}

/** Everything that the page draws, at one moment. */
export interface Picture {
  readonly atMs: number;
  readonly speed: number;
  readonly phase: string;
  /** The process of the data planes that belong to no region: name servers and edges. */
  readonly global: Box;
  /** Which region DNS names, and what each name answers. */
  readonly dns: {
    readonly active: string | null;
    readonly answers: readonly {
      readonly name: string;
      readonly region: string | null;
      readonly because: string;
    }[];
    readonly healthChecks: readonly {
      readonly name: string;
      readonly healthy: boolean;
      readonly because: string;
    }[];
  };
  readonly edges: readonly EdgePicture[];
  readonly regions: readonly RegionPicture[];
  readonly links: readonly LinkPicture[];
  readonly flows: readonly Flow[];
  readonly drill: DrillProgress | null;
}

/** One sample of the charts. */
export interface Sample {
  readonly atMs: number;
  readonly okPerSecond: number;
  readonly refusedPerSecond: number;
  readonly failedPerSecond: number;
  readonly lagMs: number | null;
  readonly tasks: Readonly<Record<string, number>>;
  readonly active: string | null;
  readonly writer: string | null;
}

export interface TimelineRecord {
  readonly id: number;
  readonly atMs: number;
  readonly where: string;
  readonly source: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * GET /api/events?after=&before=&fromMs=&toMs=&offset=&limit=&text=&where=&event= ; newest last. `offset` passes over
 * so many of those that match, counted from the oldest, so that a window of a long list is one request. `text` is
 * looked for in event, subject and reason without regard to case; `event` is a whole name or its first word.
 */
export interface EventRange {
  readonly events: readonly TimelineRecord[];
  readonly lastId: number;
  /** How many match in all, for the scroll bar. */
  readonly total: number;
}

export type DrillPhase = 'detect' | 'decide' | 'promote' | 'redirect' | 'recover';

export interface DrillProgress {
  readonly id: string;
  readonly drill: string;
  readonly state: 'running' | 'passed' | 'failed' | 'broken';
  readonly step: string;
  readonly startedMs: number;
  readonly lossMs: number | null;
  /** When each phase ended; null: not yet. */
  readonly phases: Readonly<Record<DrillPhase, number | null>>;
  readonly budgetSeconds: Readonly<Record<DrillPhase | 'rto' | 'rpo', number>>;
  readonly writesBackMs: number | null;
  readonly readsBackMs: number | null;
  readonly acknowledged: number;
  readonly lost: number | null;
  readonly because: string;
}

export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
}

/** A drill or a simulation that is over; GET /api/reports, newest first. `atMs` is real time: when somebody held it. */
export interface ReportEntry {
  readonly id: string;
  readonly kind: 'drill' | 'simulation';
  readonly title: string;
  readonly verdict: 'passed' | 'failed';
  readonly atMs: number;
  readonly headline: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

/** GET /api/resources */
export interface ResourceEntry {
  readonly stack: string;
  readonly region: string;
  readonly logicalId: string;
  readonly physicalId: string | null;
  readonly type: string;
  readonly fate: 'runs' | 'recorded';
  readonly status: string;
}

export interface MailEntry {
  readonly region: string;
  readonly atMs: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface LogLine {
  readonly atMs: number;
  readonly stream: string;
  readonly text: string;
}

/** GET /api/alarms?region= */
export interface AlarmEntry {
  readonly region: string;
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly because: string;
  readonly sinceMs: number | null;
}

/** GET /api/metrics?region=&box=&fromMs= : what CloudWatch holds of a box, a minute a point. */
export interface MetricSeries {
  readonly name: string;
  readonly statistic: string;
  readonly unit: string;
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

export interface PreconditionView {
  readonly name: string;
  readonly ok: boolean;
  readonly why: string;
}

/** POST /api/controller { region, command: 'status' | 'approve' | 'abandon' | 'resume' | 'failback', rescueExported?, dryRun? } */
export interface ControllerAnswer {
  readonly result: string;
  readonly because: string;
  readonly preconditions: readonly PreconditionView[];
  readonly phase: string | null;
  readonly ready: boolean;
  readonly missing: readonly string[];
}

/**
 * GET /api/stream?after= with Accept: text/event-stream (or ?pictures=1): server-sent events. `record` carries its id,
 * so that a reader resumes from it (?after= or Last-Event-ID).
 */
export type StreamEvent =
  | { readonly event: 'record'; readonly data: TimelineRecord }
  | { readonly event: 'picture'; readonly data: Picture }
  | { readonly event: 'sample'; readonly data: Sample };

/** The control API beyond what the CLI used already. Every answer is JSON; errors are { error }. */
export interface ConsoleApi {
  'GET /api/picture': Picture;
  /** ?fromMs=&toMs=&points= : at most so many samples, averaged. */
  'GET /api/samples': readonly Sample[];
  'GET /api/events': EventRange;
  'GET /api/resources': readonly ResourceEntry[];
  /** ?region=&box= : the tail of what the box logs. */
  'GET /api/logs': readonly LogLine[];
  'GET /api/mail': readonly MailEntry[];
  'GET /api/alarms': readonly AlarmEntry[];
  'GET /api/metrics': readonly MetricSeries[];
  'GET /api/reports': readonly ReportEntry[];
  /** The result as it was written; /api/reports/:id/page is its HTML. */
  'GET /api/reports/:id': unknown;
  'GET /api/drills': readonly CatalogueEntry[];
  /** { drill, options?: { region, fault: lose | freeze, orders, reads, failback } } starts one; 409 while one runs. */
  'POST /api/drills': DrillProgress;
  'POST /api/drills/stop': { readonly done: string };
  /** { action: lose | freeze | restore, target } */
  'POST /api/faults': { readonly done: string; readonly awsNowMs: number };
  'POST /api/controller': ControllerAnswer;
}

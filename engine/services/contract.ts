/**
 * What a service is to the rest of the engine. `provision` and `wire` know services only through this file;
 * `services/index.ts` lists them. A service lives in a region process (`create`); Route 53 and CloudFront
 * also have a data plane in the `global` process (`createDataPlane`) that goes on without any region.
 */
import type { KeyPairPem } from '../network/certificates.ts';
import type { Clock } from '../time/clock.ts';
import type { DelayName } from '../time/delays.ts';
import type { Operations, ServiceApi } from '../wire/types.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One line of the timeline. `because` is the reason in words, for a person. */
export interface JournalEntry {
  /** Dotted, past tense, noun first: `alarm.state-changed`, `cluster.promoted`, `answer.changed`. */
  readonly event: string;
  /** What it happened to: a name or ARN that a person recognises. */
  readonly subject: string;
  readonly because: string;
  readonly data?: JsonObject;
}

/** An entry as it is kept: where, by whom and when (AWS time). */
export interface JournalRecord extends JournalEntry {
  readonly atMs: number;
  /** A region, `global` or `supervisor`. */
  readonly where: string;
  /** A service name or a part of the engine. */
  readonly source: string;
}

export interface Journal {
  record(entry: JournalEntry): void;
}

/** A named set of JSON documents, durable when `put` returns (SQLite, synchronous=FULL). */
export interface Table<T> {
  get(id: string): T | undefined;
  put(id: string, value: T): void;
  delete(id: string): void;
  entries(): readonly (readonly [id: string, value: T])[];
  values(): readonly T[];
}

export interface Store {
  table<T>(name: string): Table<T>;
  /** Everything inside is written together or not at all. */
  transaction<T>(work: () => T): T;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A place to connect to from inside this region: the thing itself, or the near end of a link to it. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface Network {
  /** The loopback address that stands for an address of this region's VPC: 10.0.10.7 → 127.1.10.7. */
  address(vpcAddress: string): string;
  /** The port that stands for a well-known one: itself where the user may bind it, else +20000. Others are themselves. */
  port(standard: number): number;
  /** Where this region's AWS APIs answer: http://127.1.255.1:4566 */
  readonly endpoint: string;
  /** The same for another region, as reached from here: through the link, with its delay, cut when it is cut. */
  endpointOf(region: string): Promise<string>;
  /** The near end of a link to a place in another region (or the place itself, if it is in this one). */
  door(region: string, place: Place): Promise<Place>;
  /** Region whose address space holds this loopback address; undefined for the global data planes. */
  regionOf(address: string): string | undefined;
  /** The region's resolver (VPC + 2 on AWS). */
  readonly resolver: Place;
  /** PEM file of the local certificate authority that every client here trusts. */
  readonly trustFile: string;
  /** A server certificate for DNS names, signed by that authority. */
  issueCertificate(dnsNames: readonly string[]): Promise<KeyPairPem>;
}

export interface Identity {
  /** Credentials that the wire of every region verifies; the session's name is in GetCallerIdentity. */
  issue(principalArn: string, secondsToLive?: number): Credentials;
}

export interface Assets {
  /** The local folder or file behind a CDK file asset published as this bucket and key; undefined if none is. */
  file(bucket: string, key: string): string | undefined;
  /** The local folder behind a CDK container image asset, by its image URI or hash. */
  image(uri: string): { readonly directory: string; readonly dockerFile: string } | undefined;
}

/** Everything a service may lean on. */
export interface ServiceContext {
  readonly account: string;
  readonly region: string;
  /** All regions of the system, primary first. */
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly journal: Journal;
  /** Uniform in [0, 1), from the system's seed. */
  readonly random: () => number;
  readonly store: Store;
  /** A folder of the service's own. */
  readonly directory: string;
  readonly network: Network;
  readonly identity: Identity;
  readonly assets: Assets;
  /** Waits as AWS would; returns at once while the system first comes up or with `--timing none`. */
  delay(name: DelayName, signal?: AbortSignal): Promise<void>;
  /** Calls another service of the same region in process: invoke<DescribeTargetHealthCommandInput, …>('elbv2', 'DescribeTargetHealth', input). */
  invoke<I, O>(service: string, operation: string, input: I): Promise<O>;
  /**
   * Hands a document to the global data planes; the last value under a key wins and outlives this region.
   * Keys begin with the service that reads them: `route53/name/<dns name>`, `cloudfront/distribution/<id>`.
   */
  publish(key: string, document: Json | null): void;
  /** Asks the global data plane of a service: ask('route53', 'health-check-status', { id }). Rejects when it is away. */
  ask(service: string, question: string, input: Json): Promise<Json>;
  /** Environment of a guest process (task, function): endpoint, resolver, trust, time. Merged under its own variables. */
  guestEnvironment(credentials?: Credentials): Readonly<Record<string, string>>;
}

/** A process of a user's things, as a person would name it to lose or freeze it: a task, a database instance. */
export interface GuestProcess {
  readonly kind: 'task' | 'database';
  readonly id: string;
  readonly pid: number;
  readonly zone: string;
}

export interface Service {
  readonly operations: Operations;
  readonly resources: Readonly<Record<string, ResourceHandler>>;
  /** Makes reality follow the records: called once after every service is created, also after a crash. */
  start(): Promise<void>;
  /** Graceful: tasks get SIGTERM, databases shut down. A lost region never gets here. */
  stop(): Promise<void>;
  /** What `understudy status` and the console show. Plain facts, cheap. */
  status?(): Json;
  processes?(): readonly GuestProcess[];
}

export type Fate =
  /** Alive here, in the properties that are acted on. */
  | { readonly fate: 'runs'; readonly properties?: PropertyFates }
  /** Accepted, kept and returned; `note` says what does not happen here. */
  | { readonly fate: 'recorded'; readonly note: string };

/**
 * What becomes of the properties of a type that runs. A path names members from the properties down, lists
 * passed over: `ContainerDefinitions.User`. Where a path of `serves` leads into an object, members of that
 * object that are named nowhere are refused, so that nothing is ignored in silence. `Tags` are always accepted.
 */
export interface PropertyFates {
  readonly serves: readonly string[];
  /** Accepted and not acted on: what does not happen. */
  readonly keeps?: Readonly<Record<string, string>>;
  readonly refuses?: Readonly<Record<string, PropertyRefusal>>;
}

export interface PropertyRefusal {
  /** What is missing here, and what to do: the end of a sentence that began with the property. */
  readonly remedy: string;
  /** Values that ask for nothing; absent, empty and false are such in any case. */
  readonly unless?: readonly (string | number)[];
}

export interface ServiceDefinition {
  /** The folder's name, which is the AWS CLI's name of the service. */
  readonly name: string;
  /** Where the control plane lives: each region, or us-east-1's process alone (Route 53, CloudFront, IAM). */
  readonly controlPlane: 'regional' | 'us-east-1';
  readonly api?: ServiceApi;
  /** Every CloudFormation type the service accepts, and what becomes of it. Anything else is refused. */
  readonly types: Readonly<Record<string, Fate>>;
  create(context: ServiceContext): Service | Promise<Service>;
  createDataPlane?(context: GlobalContext): DataPlane | Promise<DataPlane>;
}

// ── resources ────────────────────────────────────────────────────────────────────────────────────────────

/** Properties after intrinsics are resolved and checked against AWS's published schema. */
// biome-ignore lint/suspicious/noExplicitAny: a template's properties are whatever the type's schema allows; handlers narrow them
export type Properties = Readonly<Record<string, any>>;

export interface StackIdentity {
  readonly name: string;
  readonly id: string;
}

export interface ResourceRequest {
  readonly stack: StackIdentity;
  readonly logicalId: string;
  readonly properties: Properties;
  /** The same for every attempt at the same change, so that a repeat after a crash finds what it began. */
  readonly clientToken: string;
  /** Says what a long step is waiting for. */
  progress(waitingFor: string): void;
}

export interface PhysicalResource {
  /** What `Ref` returns. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` returns, by attribute name; dots as CloudFormation writes them (`Endpoint.Address`). */
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface ResourceHandler {
  /** Must be safe to repeat after a crash at any instant. */
  create(request: ResourceRequest): Promise<PhysicalResource>;
  /** Absent: every change is a replacement. */
  update?(
    request: ResourceRequest & { readonly previous: Properties; readonly existing: PhysicalResource },
  ): Promise<PhysicalResource>;
  /** Deleting what is gone already succeeds. */
  delete(request: ResourceRequest & { readonly existing: PhysicalResource }): Promise<void>;
  /** Properties whose change replaces the resource. Default: what AWS's published schema says. */
  readonly replaceOn?: readonly string[];
}

// ── global data planes ───────────────────────────────────────────────────────────────────────────────────

export interface GlobalContext {
  readonly account: string;
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly random: () => number;
  readonly store: Store;
  readonly directory: string;
  readonly identity: Identity;
  readonly network: GlobalNetwork;
  /** Every published document whose key starts with the prefix, now and whenever one changes (null = withdrawn). */
  watch(prefix: string, changed: (key: string, document: Json | null) => void): void;
  /** Documents of the data planes' own, seen by the other data planes in `global` (never by regions). */
  publish(key: string, document: Json | null): void;
  /** Calls an operation in a region over the network; rejects when that region is away. */
  invoke<I, O>(region: string, service: string, operation: string, input: I): Promise<O>;
}

export interface GlobalNetwork {
  /** An address for the nth global server of a kind: edges, name servers. */
  address(kind: 'name-server' | 'edge', index: number): string;
  port(standard: number): number;
  endpointOf(region: string): string;
  readonly trustFile: string;
}

export interface DataPlane {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Answers of `ask`, by question. */
  readonly answers?: Readonly<Record<string, (input: Json) => Json | Promise<Json>>>;
  status?(): Json;
}

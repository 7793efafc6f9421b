/**
 * What services and the wire agree on: an operation takes the AWS SDK's input and returns the AWS SDK's
 * output, and a failure is an `AwsError` whose code is the one AWS publishes.
 */
export interface Caller {
  readonly requestId: string;
  /** The ARN that sts:GetCallerIdentity would say: an issued role session, the account's root, or a service. */
  readonly principal: string;
  /** Resource provisioning calls the same operations as a client does, in process. */
  readonly via: 'api' | 'service' | 'provisioning';
  /** Aborts when the client has gone away. */
  readonly signal?: AbortSignal;
}

/** One AWS action. Inputs and outputs are the SDK's `<Action>CommandInput` and `<Action>CommandOutput` (without $metadata). */
// biome-ignore lint/suspicious/noExplicitAny: an operation table holds operations of every shape; each is typed where it is written
export type Operation<I = any, O = any> = (input: I, caller: Caller) => Promise<O> | O;

export type Operations = Readonly<Record<string, Operation>>;

/** The SDK adds $metadata on the client's side; an operation returns everything else. */
export type Output<O> = Omit<O, '$metadata'>;

const statusKey = Symbol('HTTP status');
const headersKey = Symbol('HTTP headers');

/**
 * The output with another HTTP status than the operation's own (206, 304) or with headers that the model has
 * no member for. Works for outputs and for an error's members.
 */
export function answered<O extends object>(
  output: O,
  http: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
): O {
  return { ...output, [statusKey]: http.status, [headersKey]: http.headers };
}

export function statusOf(output: object): number | undefined {
  return (output as { [statusKey]?: number })[statusKey];
}

export function headersOf(output: object): Readonly<Record<string, string>> {
  return (output as { [headersKey]?: Readonly<Record<string, string>> })[headersKey] ?? {};
}

export class AwsError extends Error {
  readonly code: string;
  readonly httpStatus: number;
  /** Members of the modelled error beside the message (S3's `Key`, say). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    httpStatus = 400,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.httpStatus = httpStatus;
    this.members = members;
  }
}

export type Protocol =
  | 'query'
  | 'ec2-query'
  | 'json-1.0'
  | 'json-1.1'
  | 'rest-json'
  | 'rest-xml'
  | 'rpc-v2-cbor';

/** How a service is spoken to. `sdk` loads the SDK client package whose `<Action>$` exports are the schemas. */
export interface ServiceApi {
  /** The service in the SigV4 credential scope: `elasticloadbalancing`, `monitoring`, `logs`. */
  readonly signingName: string;
  readonly protocols: readonly [Protocol, ...Protocol[]];
  /** Target prefix of JSON protocols (`AmazonEC2ContainerServiceV20141113`) or service shape name for CBOR. */
  readonly targetPrefix?: string;
  /** Operations that AWS answers without a signature (SNS's links in mails), called by query string. */
  readonly unsigned?: readonly string[];
  /** Files that AWS serves to anybody at its endpoint: the operation gets { path }, returns { contentType, body }. */
  readonly publicFiles?: { readonly pattern: RegExp; readonly operation: string };
  readonly sdk: () => Promise<Readonly<Record<string, unknown>>>;
}

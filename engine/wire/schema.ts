/**
 * A service's operations as the AWS SDK describes them. Each SDK client package exports one static schema an
 * operation (`PutMetricData$`) and one an error; nothing here knows a service. A schema is a tuple: kind,
 * namespace, name, traits, then input and output (operation) or member names, member schemas and the count of
 * members, from the front, that are required (structure).
 */
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceApi } from './types.ts';

export type Schema = NormalizedSchema;

export interface HttpTrait {
  readonly method: string;
  /** As the model writes it: `/2013-04-01/hostedzone/{Id}`, `/{Key+}?tagging`. */
  readonly uri: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly input: Schema;
  readonly output: Schema;
  readonly http: HttpTrait | undefined;
}

export interface ErrorModel {
  readonly shape: string;
  /** The code that query clients see where it differs from the shape's name. */
  readonly queryCode: string;
  readonly httpStatus: number | undefined;
  readonly fault: 'client' | 'server';
  readonly schema: Schema;
}

export interface ServiceModel {
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By shape name and by query code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

const STRUCTURE = 3;
const ERROR = -3;
const OPERATION = 9;

const models = new WeakMap<ServiceApi, Promise<ServiceModel>>();

/** Loads the SDK package on the first call of the service, since each costs tens of megabytes. */
export function modelOf(api: ServiceApi): Promise<ServiceModel> {
  let model = models.get(api);
  if (!model) {
    model = api.sdk().then(readModel);
    // A failed import may be tried again.
    model.catch(() => models.delete(api));
    models.set(api, model);
  }
  return model;
}

export function readModel(sdk: Readonly<Record<string, unknown>>): ServiceModel {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  let namespace = '';
  for (const value of Object.values(sdk)) {
    if (!Array.isArray(value) || typeof value[1] !== 'string') continue;
    if (value[0] === OPERATION) {
      namespace = value[1];
      operations.set(value[2], readOperation(value));
    } else if (value[0] === ERROR) readError(value, errors);
  }
  return { namespace, operations, errors };
}

function readOperation(schema: readonly unknown[]): OperationModel {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as { http?: [string, string, number] };
  return {
    name: schema[2] as string,
    input: NormalizedSchema.of(resolve(schema[4])),
    output: NormalizedSchema.of(resolve(schema[5])),
    http: traits.http && { method: traits.http[0], uri: traits.http[1], status: traits.http[2] },
  };
}

function readError(schema: readonly unknown[], into: Map<string, ErrorModel>): void {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as {
    awsQueryError?: [string, number];
    httpError?: number;
    error?: 'client' | 'server';
  };
  const shape = schema[2] as string;
  const error: ErrorModel = {
    shape,
    queryCode: traits.awsQueryError?.[0] ?? shape,
    httpStatus: traits.httpError ?? traits.awsQueryError?.[1],
    fault: traits.error ?? 'client',
    schema: NormalizedSchema.of(schema as never),
  };
  into.set(shape, error);
  if (!into.has(error.queryCode)) into.set(error.queryCode, error);
}

function resolve(schema: unknown): never {
  return (typeof schema === 'function' ? schema() : schema) as never;
}

export type Member = readonly [name: string, schema: Schema];

/** A structure's members; none for an operation without input or output. */
export function members(schema: Schema): readonly Member[] {
  return schema.isUnitSchema() || !schema.isStructSchema() ? [] : [...schema.structIterator()];
}

export function requiredMembers(schema: Schema): readonly string[] {
  const raw = schema.getSchema() as unknown as readonly unknown[];
  if (!Array.isArray(raw) || raw[0] !== STRUCTURE) return [];
  return (raw[4] as readonly string[]).slice(0, (raw[6] as number | undefined) ?? 0);
}

const subsets = new WeakMap<object, Map<string, Schema>>();

/** All of a structure under the name of another element: `<Action>Result` in query answers. */
export function renamed(schema: Schema, name: string): Schema {
  return derived(schema, name, 0, () => true);
}

/** What is left for the body when labels, query, headers and status code have taken theirs. */
export function bodyOf(schema: Schema): Schema {
  const raw = schema.getSchema() as unknown as readonly unknown[];
  return derived(schema, raw[2] as string, raw[3] ?? 0, ([, member]) => isBody(member));
}

export function isBody(member: Schema): boolean {
  const traits = member.getMergedTraits();
  return !(
    traits.httpLabel ||
    traits.httpQuery ||
    traits.httpQueryParams ||
    traits.httpHeader ||
    traits.httpPrefixHeaders ||
    traits.httpPayload ||
    traits.httpResponseCode
  );
}

function derived(schema: Schema, name: string, traits: unknown, keep: (member: Member) => boolean): Schema {
  const raw = schema.getSchema() as unknown as readonly unknown[];
  const ofSchema = subsets.get(raw) ?? new Map<string, Schema>();
  subsets.set(raw, ofSchema);
  const known = ofSchema.get(name);
  if (known) return known;
  const names: string[] = [];
  const schemas: unknown[] = [];
  members(schema).forEach((member, index) => {
    if (!keep(member)) return;
    names.push(member[0]);
    schemas.push((raw[5] as readonly unknown[])[index]);
  });
  const made = NormalizedSchema.of([STRUCTURE, raw[1], name, traits, names, schemas] as never);
  ofSchema.set(name, made);
  return made;
}

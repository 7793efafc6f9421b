/**
 * Resource types that are kept and returned but do nothing here. `recorded` makes the handler: the
 * provisioner's own record keeps the properties, the handler gives a physical id and attributes in AWS's
 * form. All of them follow from the request alone, so that a repeat after a crash gives the same answer.
 */
import { createHash } from 'node:crypto';
import type {
  Fate,
  Json,
  PhysicalResource,
  Properties,
  ResourceHandler,
  ResourceRequest,
  ServiceDefinition,
} from './contract.ts';

/** Where a resource is, read from its stack's ARN. */
export interface ResourcePlace {
  readonly account: string;
  readonly region: string;
}

export interface RecordedOptions {
  /** What does not happen here, for a person: “traffic is not filtered”. */
  readonly note: string;
  /** What `Ref` returns. Default: CloudFormation's generated name, `<stack>-<logical id>-<12 characters>`. */
  readonly ref?: (properties: Properties, request: ResourceRequest) => string;
  /** What `Fn::GetAtt` returns. Default: no attributes. */
  readonly attributes?: (
    properties: Properties,
    physicalId: string,
    request: ResourceRequest,
    place: ResourcePlace,
  ) => Readonly<Record<string, Json>>;
  readonly replaceOn?: readonly string[];
}

/** A handler that also carries the fate to list under `types` in the service definition. */
export interface RecordedHandler extends ResourceHandler {
  readonly fate: Fate;
}

export function recorded(options: RecordedOptions): RecordedHandler {
  const describe = (request: ResourceRequest, physicalId: string): PhysicalResource => ({
    physicalId,
    attributes:
      options.attributes?.(request.properties, physicalId, request, placeOf(request.stack.id)) ?? {},
  });
  return {
    fate: { fate: 'recorded', note: options.note },
    ...(options.replaceOn ? { replaceOn: options.replaceOn } : {}),
    create: async (request) =>
      describe(request, options.ref?.(request.properties, request) ?? generatedName(request)),
    update: async (request) => describe(request, request.existing.physicalId),
    delete: async () => {},
  };
}

/** A service of such types alone: no API, nothing that runs. */
export function recordedService(
  name: string,
  controlPlane: ServiceDefinition['controlPlane'],
  handlers: Readonly<Record<string, RecordedHandler>>,
): ServiceDefinition {
  return {
    name,
    controlPlane,
    types: Object.fromEntries(Object.entries(handlers).map(([type, { fate }]) => [type, fate])),
    create: () => ({
      operations: {},
      resources: handlers,
      start: async () => {},
      stop: async () => {},
    }),
  };
}

/** CloudFormation's name for what the template does not name: `<stack>-<logical id>-<12 characters>`. */
export function generatedName(request: ResourceRequest): string {
  return `${request.stack.name}-${request.logicalId}-${fingerprint(request).slice(0, 12).toUpperCase()}`;
}

/** An id as EC2 writes it: `vpce-0a1b2c3d4e5f60718`. */
export function generatedId(prefix: string, request: ResourceRequest): string {
  return `${prefix}-0${fingerprint(request).slice(0, 16)}`;
}

export function generatedUuid(request: ResourceRequest): string {
  const hex = fingerprint(request);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** `arn:aws:<service>:<region>:<account>:<resource>`. */
export function arn(place: ResourcePlace, service: string, resource: string): string {
  return `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
}

/** arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid> */
export function placeOf(stackId: string): ResourcePlace {
  const [, , , region, account] = stackId.split(':');
  if (!region || !account)
    throw new Error(`a stack id is arn:aws:cloudformation:<region>:<account>:stack/…, found ${stackId}`);
  return { account, region };
}

function fingerprint(request: ResourceRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([request.stack.id, request.logicalId, request.clientToken]))
    .digest('hex');
}

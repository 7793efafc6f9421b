/**
 * Which operation of a REST service a request means: method, path template and the query that the template
 * fixes. Templates that tie (S3's PUT /{Key+} is PutObject, CopyObject, UploadPart or UploadPartCopy) are told
 * apart by the required query parameters and headers that the request brings. `x-id` is the SDK's hint; other
 * clients do not send it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { members, type OperationModel, requiredMembers, type ServiceModel } from './schema.ts';

export interface RestTarget {
  readonly method: string;
  /** As sent, percent-encoded, without the query; for S3 without the bucket. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** S3 only; '' when the request names none. */
  readonly bucket?: string;
}

export interface Route {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

interface Template {
  readonly operation: OperationModel;
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly hint: string | undefined;
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  readonly needsBucket: boolean;
}

const templates = new WeakMap<ServiceModel, readonly Template[]>();

export function route(model: ServiceModel, target: RestTarget): Route | undefined {
  let known = templates.get(model);
  if (!known) {
    known = [...model.operations.values()].flatMap((operation) =>
      operation.http ? [template(operation)] : [],
    );
    templates.set(model, known);
  }
  let best: { score: number; route: Route } | undefined;
  for (const candidate of known) {
    const labels = match(candidate, target);
    if (!labels) continue;
    const score = scoreOf(candidate, target);
    if (!best || score > best.score) best = { score, route: { operation: candidate.operation, labels } };
  }
  return best?.route;
}

function template(operation: OperationModel): Template {
  const http = operation.http as NonNullable<OperationModel['http']>;
  const [path = '/', search = ''] = http.uri.split('?');
  const query = [...new URLSearchParams(search)];
  const required = new Set(requiredMembers(operation.input));
  const bound = members(operation.input);
  const requiredBy = (trait: 'httpQuery' | 'httpHeader'): string[] =>
    bound.flatMap(([name, member]) => {
      const wireName = member.getMergedTraits()[trait];
      return required.has(name) && typeof wireName === 'string' ? [wireName] : [];
    });
  return {
    operation,
    method: http.method,
    segments: path.split('/').slice(1),
    query: query.filter(([name]) => name !== 'x-id'),
    hint: query.find(([name]) => name === 'x-id')?.[1],
    requiredQuery: requiredBy('httpQuery'),
    requiredHeaders: requiredBy('httpHeader').map((name) => name.toLowerCase()),
    needsBucket:
      !path.includes('{Bucket}') &&
      bound.some(([name, member]) => name === 'Bucket' && Boolean(member.getMergedTraits().httpLabel)),
  };
}

function match(candidate: Template, target: RestTarget): Record<string, string> | undefined {
  if (candidate.method !== target.method) return undefined;
  if (target.bucket !== undefined && candidate.needsBucket !== (target.bucket !== '')) return undefined;
  const hint = target.query.get('x-id');
  if (hint !== null && candidate.hint !== undefined && hint !== candidate.hint) return undefined;
  for (const [name, value] of candidate.query)
    if (!target.query.has(name) || (value !== '' && target.query.get(name) !== value)) return undefined;
  return matchPath(candidate.segments, target.path);
}

function matchPath(segments: readonly string[], path: string): Record<string, string> | undefined {
  const given = path.split('/').slice(1);
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const label = /^\{(.+?)(\+?)\}$/.exec(segment);
    const part = given[index];
    if (!label) {
      if (part !== segment) return undefined;
      continue;
    }
    if (part === undefined) return undefined;
    if (label[2] === '+') {
      const tail = segments.length - index - 1;
      const rest = given.slice(index, given.length - tail).join('/');
      if (rest === '') return undefined;
      if (segments.slice(index + 1).some((after, i) => given[given.length - tail + i] !== after))
        return undefined;
      labels[label[1] as string] = rest;
      return labels;
    }
    if (part === '') return undefined;
    labels[label[1] as string] = part;
  }
  // The AWS CLI ends some of Route 53's and CloudFront's paths with a slash where the model does not.
  const rest = given.slice(segments.length);
  return rest.length === 0 || (rest.length === 1 && rest[0] === '') ? labels : undefined;
}

function scoreOf(candidate: Template, target: RestTarget): number {
  const literal = candidate.segments.filter((segment) => !segment.startsWith('{')).length;
  const missing =
    candidate.requiredQuery.filter((name) => !target.query.has(name)).length +
    candidate.requiredHeaders.filter((name) => target.headers[name] === undefined).length;
  const present = candidate.requiredQuery.length + candidate.requiredHeaders.length - missing;
  const hinted = candidate.hint !== undefined && candidate.hint === target.query.get('x-id') ? 1 : 0;
  return hinted * 10_000 + candidate.query.length * 100 + literal * 10 + present - missing * 1_000;
}

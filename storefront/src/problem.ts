// Errors as the client sees them: problem details (RFC 9457), from one table. A problem carries what the
// client should do next; nothing of the database, the code or the host leaks into it.

interface Kind {
  readonly status: number;
  readonly title: string;
  readonly retryAfterSeconds?: number;
}

export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'idempotency-key-missing': { status: 400, title: 'An Idempotency-Key header is required' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key header is not valid' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'product-not-found': { status: 404, title: 'There is no such product' },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'media-type-unsupported': { status: 415, title: 'The body must be application/json' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used for another order' },
  'product-unknown': { status: 422, title: 'The order names a product that does not exist' },
  internal: { status: 500, title: 'Something went wrong here' },
  overloaded: { status: 503, title: 'This task has as much to do as it can', retryAfterSeconds: 1 },
  'writes-paused': { status: 503, title: 'Orders are paused in this region', retryAfterSeconds: 5 },
  'reads-unavailable': { status: 503, title: 'The catalogue cannot be read now', retryAfterSeconds: 5 },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof problems;

export interface ProblemError {
  /** Where in the request body, as a JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
}

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly ProblemError[];

  constructor(code: ProblemCode, detail: string, errors: readonly ProblemError[] = []) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `no-store`, because CloudFront keeps 404 and 5xx answers for a while unless told otherwise. */
export function problemAnswer(problem: Problem, instance: string): ProblemAnswer {
  const kind: Kind = problems[problem.code];
  return {
    status: kind.status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(kind.retryAfterSeconds === undefined ? {} : { 'retry-after': String(kind.retryAfterSeconds) }),
    },
    body: JSON.stringify({
      type: `/problems/${problem.code}`,
      title: kind.title,
      status: kind.status,
      detail: problem.message,
      instance,
      ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
    }),
  };
}

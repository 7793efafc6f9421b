/**
 * The way in that users have: an edge location, chosen as they would be (each client has its own), by name
 * and over TLS. Nothing here knows where a request ends up.
 */
import { readFileSync } from 'node:fs';
import type { ControlledSystem } from '@understudy/engine/client';
import { Pool } from 'undici';

export interface EdgeLocation {
  readonly name: string;
  readonly address: string;
  readonly httpsPort: number;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterSeconds: number | null;
  /** `region/zone/task`, from the application's own header. */
  readonly servedBy: string | null;
}

export interface FrontDoor {
  readonly hostName: string;
  readonly edges: readonly EdgeLocation[];
  /** Rejects when there is no answer within the deadline (real ms). */
  send(request: {
    readonly edge: number;
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly deadlineMs: number;
  }): Promise<Reply>;
  close(): Promise<void>;
}

const CONNECTIONS_PER_EDGE = 64;

export async function openFrontDoor(system: ControlledSystem): Promise<FrontDoor> {
  const report = await system.status();
  const globalProcess = report.processes['global'];
  const facts =
    globalProcess && 'services' in globalProcess ? globalProcess.services['cloudfront'] : undefined;
  const { edges = [], distributions = [] } = (facts ?? {}) as {
    edges?: readonly EdgeLocation[];
    distributions?: readonly { aliases?: readonly string[]; domainName: string }[];
  };
  const distribution = distributions[0];
  if (!distribution || !edges.length)
    throw new Error(
      'the app has no CloudFront distribution: a drill needs a front door to send its clients through',
    );
  const hostName = distribution.aliases?.[0] ?? distribution.domainName;
  const ca = readFileSync(report.system.trustFile, 'utf8');
  const pools = edges.map(
    (edge) =>
      new Pool(`https://${edge.address}:${edge.httpsPort}`, {
        connections: CONNECTIONS_PER_EDGE,
        connect: { ca, servername: hostName },
      }),
  );
  return {
    hostName,
    edges,
    send: async ({ edge, method, path, headers = {}, body, deadlineMs }) => {
      const pool = pools[edge % pools.length]!;
      const answer = await pool.request({
        method,
        path,
        headers: {
          host: hostName,
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(Math.ceil(deadlineMs)),
      });
      const text = await answer.body.text();
      const header = (name: string): string | null => {
        const value = answer.headers[name];
        return typeof value === 'string' ? value : null;
      };
      return {
        status: answer.statusCode,
        body: header('content-type')?.includes('json') ? (JSON.parse(text) as unknown) : text,
        retryAfterSeconds: header('retry-after') === null ? null : Number(header('retry-after')),
        servedBy: header('x-served-by'),
      };
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

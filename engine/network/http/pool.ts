/**
 * Connections to upstreams, kept open between requests and used again, the last one first. A connection that
 * closes while idle leaves by itself; one that idles too long is closed. No upper bound on open ones: how
 * many requests may be under way is decided in front of the pool.
 */
import type { SecureContext } from 'node:tls';
import type { Clock } from '../../time/clock.ts';
import { UpstreamConnection } from './connection.ts';
import { type Deadlines, deadlinesOf } from './deadlines.ts';
import { DEFAULT_LIMITS, type HeadLimits } from './head.ts';

/** A place to connect to. Make one per upstream and keep it: `key` is what connections are shared by. */
export interface Destination {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly tls: DestinationTls | undefined;
  /** The address to connect from. */
  readonly localAddress: string | undefined;
}

export interface DestinationTls {
  readonly servername: string;
  /** What the certificate is checked against; undefined takes any certificate, as a load balancer does. */
  readonly trust: SecureContext | undefined;
}

export function destination(
  host: string,
  port: number,
  options: { readonly tls?: DestinationTls; readonly localAddress?: string } = {},
): Destination {
  const { tls, localAddress } = options;
  const secure = tls ? `tls ${tls.servername} ${tls.trust ? 'checked' : 'any'}` : 'plain';
  return { key: `${host} ${port} ${secure} ${localAddress ?? ''}`, host, port, tls, localAddress };
}

export interface PoolOptions {
  readonly clock: Clock;
  /** How long a connection may wait for its next request. Default 60 s. */
  readonly idleMs?: number;
  /** Idle connections kept per destination. Default 256. */
  readonly maxIdle?: number;
  readonly limits?: HeadLimits;
}

export class Pool {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly limits: HeadLimits;
  readonly #idleMs: number;
  readonly #maxIdle: number;
  readonly #idle = new Map<string, UpstreamConnection[]>();
  readonly #open = new Set<UpstreamConnection>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.clock = options.clock;
    this.deadlines = deadlinesOf(options.clock);
    this.limits = options.limits ?? DEFAULT_LIMITS;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#maxIdle = options.maxIdle ?? 256;
  }

  /** Open connections: idle, and all. */
  get counts(): { readonly idle: number; readonly open: number } {
    let idle = 0;
    for (const list of this.#idle.values()) idle += list.length;
    return { idle, open: this.#open.size };
  }

  /** An idle connection, or undefined. */
  take(to: Destination): UpstreamConnection | undefined {
    const connection = this.#idle.get(to.key)?.pop();
    if (connection) connection.deadline = Number.POSITIVE_INFINITY;
    return connection;
  }

  connect(to: Destination): UpstreamConnection {
    const connection = new UpstreamConnection(this, to);
    this.#open.add(connection);
    return connection;
  }

  /** A connection whose exchange is over and which may be used again. */
  give(connection: UpstreamConnection): void {
    let list = this.#idle.get(connection.to.key);
    if (!list) {
      list = [];
      this.#idle.set(connection.to.key, list);
    }
    if (this.#closed || list.length >= this.#maxIdle) {
      connection.destroy();
      return;
    }
    connection.deadline = this.clock.now() + this.#idleMs;
    list.push(connection);
  }

  /** Called by a connection that has closed. */
  gone(connection: UpstreamConnection): void {
    this.#open.delete(connection);
    const list = this.#idle.get(connection.to.key);
    const at = list?.indexOf(connection) ?? -1;
    if (list && at >= 0) list.splice(at, 1);
    if (list?.length === 0) this.#idle.delete(connection.to.key);
  }

  /** Closes idle connections to one destination: it has left. */
  drop(key: string): void {
    for (const connection of [...(this.#idle.get(key) ?? [])]) connection.destroy();
  }

  /** Closes what is idle now, and the rest when its exchange is over. */
  close(): void {
    this.#closed = true;
    for (const list of [...this.#idle.values()]) for (const connection of [...list]) connection.destroy();
  }

  /** Closes everything at once; exchanges under way fail. */
  destroy(): void {
    this.#closed = true;
    for (const connection of [...this.#open]) connection.destroy();
  }
}

/**
 * A guest's own network interface. On AWS a task has an address to itself; here all share one machine, so a
 * server that listens “everywhere” or on localhost listens on the guest's address, and a connection to
 * localhost goes there. Where the user may not bind ports below 1024, they stand `shift` higher, and
 * connections into the system's address space (127/8 without 127.0.0/24, or any name) follow.
 */
import { isIP, Server, Socket } from 'node:net';
import { isLocal } from './names.ts';

interface Target {
  port?: number | string;
  host?: string;
  path?: string;
  fd?: number;
  lookup?: unknown;
}

/** Rewrites the target of every outgoing TCP connection, in all the forms that `connect` accepts. */
function beforeConnect(rewrite: (target: Target) => Target): void {
  const connect = Socket.prototype.connect as (...parameters: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]): Socket {
    const [first, second] = parameters;
    if (Array.isArray(first)) {
      // Node's own callers pass what they have normalized already: [options, callback], marked by a symbol.
      first[0] = rewrite(first[0]);
    } else if (typeof first === 'object' && first !== null) {
      parameters[0] = rewrite(first);
    } else if (isPort(first)) {
      const host = typeof second === 'string' ? second : undefined;
      const rest = parameters.slice(host === undefined ? 1 : 2);
      return connect.call(this, rewrite({ port: first, ...(host === undefined ? {} : { host }) }), ...rest);
    }
    return connect.apply(this, parameters);
  } as typeof connect;
}

export function applyPortShift(shift: number): void {
  beforeConnect((target) => {
    const port = Number(target.port);
    const host = target.host ?? 'localhost';
    return port > 0 && port < 1024 && inSystem(host) ? { ...target, port: port + shift } : target;
  });
}

function inSystem(host: string): boolean {
  if (isIP(host)) return host.startsWith('127.') && !host.startsWith('127.0.0.');
  return !isLocal(host);
}

export function applyInterface(address: string): void {
  beforeConnect((target) =>
    target.port !== undefined && target.path === undefined && isSelf(target.host)
      ? { ...target, host: address }
      : target,
  );
  const listen = Server.prototype.listen as (...parameters: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...parameters: unknown[]): Server {
    const [first, second] = parameters;
    if (isPort(first) || first === undefined || first === null || typeof first === 'function') {
      const host = typeof second === 'string' ? second : undefined;
      const port = isPort(first) ? Number(first) : 0;
      const backlog = parameters.slice(1).find((one) => typeof one === 'number');
      const callback = parameters.filter((one) => typeof one === 'function');
      const options = { port, host: isSelf(host) ? address : host, ...(backlog ? { backlog } : {}) };
      return listen.call(this, options, ...callback);
    }
    if (typeof first === 'object' && isPort((first as Target).port) && isSelf((first as Target).host))
      parameters[0] = { ...first, host: address, ipv6Only: false };
    return listen.apply(this, parameters);
  } as typeof listen;
}

/** No host, every interface, or the loopback one: inside a task all of them are the task. */
function isSelf(host: string | undefined | null): boolean {
  return !host || ['0.0.0.0', '::', '127.0.0.1', '::1', '[::]', '[::1]'].includes(host) || isLocal(host);
}

function isPort(value: unknown): value is number | string {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

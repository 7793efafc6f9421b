/**
 * One request of one health checker: TCP connect, for HTTP(S) a GET whose status must be 2xx or 3xx (no
 * redirect is followed, no certificate is checked), for _STR_MATCH the string within the first 5120 octets.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

export interface ProbeTarget {
  readonly kind: 'HTTP' | 'HTTPS' | 'TCP';
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** The Host header. */
  readonly host: string;
  /** SNI; undefined where none is sent. */
  readonly serverName: string | undefined;
  readonly searchString: string | undefined;
  readonly healthCheckId: string;
}

export interface ProbeDeadlines {
  /** Real milliseconds: Route 53's 4 s to connect and 2 s to answer, in AWS time, with a floor. */
  readonly connectMs: number;
  readonly responseMs: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  readonly because: string;
}

const SEARCHED_BYTES = 5120;

export function probe(target: ProbeTarget, deadlines: ProbeDeadlines): Promise<ProbeResult> {
  return target.kind === 'TCP' ? probeTcp(target, deadlines) : probeHttp(target, deadlines);
}

function probeTcp(target: ProbeTarget, deadlines: ProbeDeadlines): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.address, port: target.port });
    const settle = (ok: boolean, because: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ok, because });
    };
    const timer = setTimeout(() => settle(false, 'connect timed out'), deadlines.connectMs);
    socket.once('connect', () => settle(true, 'connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(false, wordsFor(error)));
  });
}

function probeHttp(target: ProbeTarget, deadlines: ProbeDeadlines): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const secure = target.kind === 'HTTPS';
    const outgoing = (secure ? httpsRequest : httpRequest)({
      host: target.address,
      port: target.port,
      path: target.path,
      method: 'GET',
      agent: false,
      headers: {
        Host: target.host,
        'User-Agent': `Amazon-Route53-Health-Check-Service (ref ${target.healthCheckId}; report http://amzn.to/1vsZADi)`,
        Connection: 'close',
      },
      ...(secure && { rejectUnauthorized: false, servername: target.serverName ?? '' }),
    });
    const settle = (ok: boolean, because: string): void => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve({ ok, because });
    };
    let timer = setTimeout(() => settle(false, 'connect timed out'), deadlines.connectMs);
    const connected = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => settle(false, 'no answer in time'), deadlines.responseMs);
    };
    outgoing.once('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', connected));
    outgoing.on('error', (error: NodeJS.ErrnoException) => settle(false, wordsFor(error)));
    outgoing.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const fine = status >= 200 && status < 400;
      if (!fine || target.searchString === undefined) return settle(fine, `HTTP ${status}`);
      clearTimeout(timer);
      timer = setTimeout(() => settle(false, 'no body in time'), deadlines.responseMs);
      search(response, target.searchString, (found) =>
        settle(found, found ? `HTTP ${status}, string found` : `HTTP ${status}, string not found`),
      );
    });
    outgoing.end();
  });
}

function search(response: IncomingMessage, wanted: string, done: (found: boolean) => void): void {
  let read: Buffer = Buffer.alloc(0);
  const look = (): boolean => read.subarray(0, SEARCHED_BYTES).includes(wanted);
  response.on('data', (data: Buffer) => {
    read = Buffer.concat([read, data]);
    if (look()) done(true);
    else if (read.length >= SEARCHED_BYTES) done(false);
  });
  response.on('end', () => done(look()));
  response.on('error', () => done(false));
}

function wordsFor(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection reset';
    default:
      return error.code ?? error.message;
  }
}

// One GET https://<region>.origin.<domain>/health/region, TLS verified as usual. The name is resolved by DNS here and
// not by the host's resolver library, so that “the name cannot be resolved” (our own trouble, unknown) is told apart
// from “nobody answers there” (evidence). The timeout is the socket's own: silence, connecting included.

import { promises as dns } from 'node:dns';
import type { RequestOptions } from 'node:https';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { reason } from './aws.ts';
import type { Fact, Probe } from './observation.ts';
import { known, unknown } from './observation.ts';

const mostBodyBytes = 64 * 1024;

export interface Target {
  readonly region: string;
  readonly host: string;
  readonly port: number;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function fixedLookup(addresses: readonly string[]): LookupFunction {
  return (_host, options, done) => {
    if (options.all)
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    else done(null, addresses[0] ?? '', 4);
  };
}

function get(target: Target, addresses: readonly string[], timeoutMs: number): Promise<Reply> {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const options: RequestOptions = {
    host: target.host,
    port: target.port,
    path: '/health/region',
    headers: { 'user-agent': 'understudy-controller', connection: 'close' },
    lookup: fixedLookup(addresses),
    agent,
    timeout: timeoutMs,
  };
  return new Promise((resolve, reject) => {
    const call = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > mostBodyBytes) call.destroy(new Error('the answer is longer than 64 KiB'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on('error', reject);
    call.end();
  });
}

/** What an answer means. A redirect is not health, whatever Route 53 thinks of it. */
export function readReply(region: string, { status, body }: Reply): Fact<Probe> {
  let said: Readonly<Record<string, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) said = parsed as Record<string, unknown>;
  } catch {
    // A balancer's own 502/503/504 page is no JSON; its status says enough.
  }
  if (typeof said['region'] === 'string' && said['region'] !== region)
    return unknown(`the name of ${region} was answered by ${said['region']}`);
  const role = said['role'] === 'writer' || said['role'] === 'standby' ? said['role'] : null;
  const lagMs = typeof said['lagMs'] === 'number' ? said['lagMs'] : null;
  const detail = typeof said['because'] === 'string' ? said['because'] : '';
  const ok = status === 200;
  return known({ ok, role, lagMs, because: `status ${status}${detail === '' ? '' : `, ${detail}`}` });
}

export async function probe(target: Target, timeoutMs: number): Promise<Fact<Probe>> {
  let addresses: readonly string[];
  try {
    addresses = await resolver().resolve4(target.host);
  } catch (error) {
    return unknown(`${target.host} cannot be resolved: ${reason(error)}`);
  }
  if (addresses.length === 0) return unknown(`${target.host} has no address`);
  try {
    return readReply(target.region, await get(target, addresses, timeoutMs));
  } catch (error) {
    return known({ ok: false, role: null, lagMs: null, because: reason(error) });
  }
}

/** The process's own name servers, asked twice within 3 s; c-ares by itself would go on for 75. */
export function resolver(): InstanceType<typeof dns.Resolver> {
  const asking = new dns.Resolver({ timeout: 1_000, tries: 2 });
  asking.setServers(dns.getServers());
  return asking;
}

/**
 * Asks another region over the link. Every question has a deadline in real time: a region that is frozen
 * accepts connections and never answers.
 */
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../../time/clock.ts';
import type { Network } from '../contract.ts';
import {
  PEER_PORT,
  type Question,
  type Questions,
  TOKEN_HEADER,
  VALID_UNTIL_HEADER,
} from './peer-messages.ts';

export interface PeerClient {
  ask<Q extends Question>(
    region: string,
    question: Q,
    input: Questions[Q]['input'],
    deadlineMs?: number,
  ): Promise<Questions[Q]['output']>;
  /** A copy of the region's writer as an mbstream; ends in an error if the copy is not whole. */
  backup(region: string, clusterIdentifier: string, signal: AbortSignal): Promise<Readable>;
}

export const ASK_DEADLINE_MS = 2500;

export function createPeerClient(network: Network, clock: Clock, token: string): PeerClient {
  const place = (region: string) => network.door(region, { host: 'endpoint', port: PEER_PORT });
  return {
    ask: async (region, question, input, deadlineMs = ASK_DEADLINE_MS) => {
      const signal = AbortSignal.timeout(Math.ceil(deadlineMs));
      const headers = {
        [TOKEN_HEADER]: token,
        [VALID_UNTIL_HEADER]: String(Math.round(clock.now() + deadlineMs * clock.speed)),
      };
      const reply = await post(await place(region), `/${question}`, headers, input, signal);
      let text = '';
      for await (const chunk of reply.setEncoding('utf8')) text += chunk;
      return JSON.parse(text);
    },
    backup: async (region, clusterIdentifier, signal) =>
      await post(await place(region), '/backup', { [TOKEN_HEADER]: token }, { clusterIdentifier }, signal),
  };
}

async function post(
  place: { readonly host: string; readonly port: number },
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
): Promise<Readable> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      {
        host: place.host,
        port: place.port,
        path,
        method: 'POST',
        agent: false,
        signal,
        headers: { ...headers, 'content-type': 'application/json' },
      },
      (reply) => {
        if (reply.statusCode === 200) return resolve(reply);
        reply.setEncoding('utf8');
        let text = '';
        reply.on('data', (chunk: string) => {
          text += chunk;
        });
        reply.on('end', () => reject(new Error(`${path} was answered ${reply.statusCode}: ${text}`)));
        reply.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

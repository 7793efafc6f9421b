/**
 * DNS messages as the name server needs them: a query's header and question read by hand (that is all of it
 * that matters), answers encoded once and kept. A kept answer fits any later query for the same question:
 * only the id, the RD bit and the spelling of the name are the query's own.
 */
import * as dns from 'dns-packet';
import type { Answer, AnswerRecord } from './answer.ts';

export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** Lower case. */
  readonly name: string;
  readonly type: string;
  /** Offset behind the question. */
  readonly questionEnd: number;
  /** Octets that the asker takes over UDP; undefined without EDNS (RFC 6891). */
  readonly edns: { readonly udpBytes: number; readonly version: number } | undefined;
}

export type Reading =
  | { readonly kind: 'query'; readonly query: Query }
  /** To be answered with that code. */
  | { readonly kind: 'refused'; readonly rcode: number }
  /** No query at all: too short, or an answer. */
  | { readonly kind: 'ignored' };

const HEADER_BYTES = 12;
const FORMERR = 1;
const NOTIMP = 4;
const REFUSED = 5;
const CLASS_IN = 1;
const TYPE_OPT = 41;
const BADVERS_HIGH_BITS = 1;
/** What fits into one packet on any path (DNS flag day 2020). */
const UDP_BYTES = 1232;

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  255: 'ANY',
  257: 'CAA',
};
const RCODES = { NOERROR: 0, NXDOMAIN: 3, REFUSED: 5 } as const;

export function readQuery(message: Buffer): Reading {
  if (message.length < HEADER_BYTES || (message[2]! & 0x80) !== 0) return { kind: 'ignored' };
  if ((message[2]! & 0x78) !== 0) return { kind: 'refused', rcode: NOTIMP };
  if (message.readUInt16BE(4) !== 1) return { kind: 'refused', rcode: FORMERR };
  let at = HEADER_BYTES;
  let name = '';
  for (;;) {
    const length = message[at];
    // A question's name is never compressed: there is nothing before it to point at.
    if (length === undefined || length > 63 || at - HEADER_BYTES > 254)
      return { kind: 'refused', rcode: FORMERR };
    at += 1;
    if (length === 0) break;
    if (at + length > message.length) return { kind: 'refused', rcode: FORMERR };
    name += `${name === '' ? '' : '.'}${message.toString('latin1', at, at + length)}`;
    at += length;
  }
  if (at + 4 > message.length) return { kind: 'refused', rcode: FORMERR };
  const type = message.readUInt16BE(at);
  if (message.readUInt16BE(at + 2) !== CLASS_IN) return { kind: 'refused', rcode: REFUSED };
  const questionEnd = at + 4;
  return {
    kind: 'query',
    query: {
      id: message.readUInt16BE(0),
      recursionDesired: (message[2]! & 1) !== 0,
      name: name.toLowerCase(),
      type: TYPES[type] ?? `TYPE${type}`,
      questionEnd,
      edns: readEdns(message, questionEnd),
    },
  };
}

/** The OPT record, where it is the first additional record, as every resolver sends it. */
function readEdns(message: Buffer, at: number): Query['edns'] {
  if (message.readUInt16BE(10) === 0 || message.readUInt16BE(6) + message.readUInt16BE(8) !== 0)
    return undefined;
  if (at + 11 > message.length || message[at] !== 0 || message.readUInt16BE(at + 1) !== TYPE_OPT)
    return undefined;
  return { udpBytes: Math.max(512, message.readUInt16BE(at + 3)), version: message[at + 6]! };
}

/** The whole answer with id 0 and RD off. `question` is what the query held between header and OPT. */
export function encodeAnswer(answer: Answer, name: string, type: string): Buffer {
  const packet: dns.Packet = {
    type: 'response',
    id: 0,
    flags: (answer.authoritative ? dns.AUTHORITATIVE_ANSWER : 0) | RCODES[answer.rcode],
    questions: [{ name, type: 'A', class: 'IN' }],
    answers: answer.answers.map(wireRecord),
    authorities: answer.authority.map(wireRecord),
    additionals: answer.additional.map(wireRecord),
  };
  const encoded = dns.encode(packet);
  const code = Object.entries(TYPES).find(([, mnemonic]) => mnemonic === type)?.[0];
  encoded.writeUInt16BE(
    code === undefined ? Number(type.slice('TYPE'.length)) : Number(code),
    questionEndOf(name) - 4,
  );
  return encoded;
}

function questionEndOf(name: string): number {
  return HEADER_BYTES + (name === '' ? 1 : Buffer.byteLength(name, 'latin1') + 2) + 4;
}

function wireRecord(record: AnswerRecord): dns.Answer {
  const { name, ttlSeconds: ttl } = record;
  return { name, ttl, class: 'IN', type: record.type, data: record.data } as dns.Answer;
}

/** A kept answer, made the answer to this query. `limitBytes` is what the transport carries. */
export function addressTo(kept: Buffer, message: Buffer, query: Query, limitBytes: number): Buffer {
  const { edns, questionEnd } = query;
  const badVersion = edns !== undefined && edns.version !== 0;
  const whole = kept.length + (edns ? 11 : 0) <= limitBytes && !badVersion;
  const bodyEnd = whole ? kept.length : questionEnd;
  const reply = Buffer.allocUnsafe(bodyEnd + (edns ? 11 : 0));
  kept.copy(reply, 0, 0, bodyEnd);
  reply.writeUInt16BE(query.id, 0);
  if (query.recursionDesired) reply[2]! |= 1;
  message.copy(reply, HEADER_BYTES, HEADER_BYTES, questionEnd);
  if (!whole) {
    // TC asks for a second try over TCP (RFC 1035 §4.1.1).
    if (!badVersion) reply[2]! |= 2;
    reply.fill(0, 6, HEADER_BYTES);
  }
  if (edns) {
    reply.writeUInt16BE(reply.readUInt16BE(10) + 1, 10);
    reply[bodyEnd] = 0;
    reply.writeUInt16BE(TYPE_OPT, bodyEnd + 1);
    reply.writeUInt16BE(UDP_BYTES, bodyEnd + 3);
    reply.writeUInt32BE(badVersion ? BADVERS_HIGH_BITS << 24 : 0, bodyEnd + 5);
    reply.writeUInt16BE(0, bodyEnd + 9);
  }
  return reply;
}

/** A reply of a header alone. */
export function refusal(message: Buffer, rcode: number): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES);
  message.copy(reply, 0, 0, 2);
  reply[2] = 0x80 | (message[2]! & 0x79);
  reply[3] = rcode;
  return reply;
}

export function udpLimit(query: Query): number {
  return query.edns ? Math.min(query.edns.udpBytes, UDP_BYTES) : 512;
}

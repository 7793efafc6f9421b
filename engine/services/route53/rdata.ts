/**
 * A record's value: Route 53's text form to what goes into a DNS message. The control plane uses the same
 * reading to refuse what could not be answered.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { CaaData, MxData, SoaData, SrvData } from 'dns-packet';
import { plainName } from './names.ts';

export type Rdata =
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR'; readonly data: string }
  | { readonly type: 'TXT'; readonly data: readonly Buffer[] }
  | { readonly type: 'MX'; readonly data: MxData }
  | { readonly type: 'SRV'; readonly data: SrvData }
  | { readonly type: 'CAA'; readonly data: CaaData }
  | { readonly type: 'SOA'; readonly data: SoaData };

export type RecordType = Rdata['type'];

export const RECORD_TYPES: readonly RecordType[] = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
];

export function isRecordType(type: string | undefined): type is RecordType {
  return (RECORD_TYPES as readonly string[]).includes(type ?? '');
}

/** Throws with what was expected when the text is no value of that type. */
export function parseRdata(type: RecordType, text: string): Rdata {
  switch (type) {
    case 'A':
      if (!isIPv4(text)) throw wrong(type, text, 'an IPv4 address');
      return { type, data: text };
    case 'AAAA':
      if (!isIPv6(text)) throw wrong(type, text, 'an IPv6 address');
      return { type, data: text };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      if (!/^[^\s]+$/.test(text)) throw wrong(type, text, 'a domain name');
      return { type, data: plainName(text) };
    case 'TXT':
      return { type, data: parseStrings(text) };
    case 'MX': {
      const [preference, exchange] = fields(type, text, 2, 'preference and mail server');
      return { type, data: { preference: whole(type, text, preference!), exchange: plainName(exchange!) } };
    }
    case 'SRV': {
      const [priority, weight, port, target] = fields(type, text, 4, 'priority, weight, port and target');
      return {
        type,
        data: {
          priority: whole(type, text, priority!),
          weight: whole(type, text, weight!),
          port: whole(type, text, port!),
          target: plainName(target!),
        },
      };
    }
    case 'CAA': {
      const match = /^(\d{1,3})\s+([a-z0-9]+)\s+"([^"]*)"$/.exec(text);
      if (!match) throw wrong(type, text, 'flags, tag and a value in double quotes');
      const flags = Number(match[1]);
      return {
        type,
        data: { flags, tag: match[2] as CaaData['tag'], value: match[3]!, issuerCritical: flags >= 128 },
      };
    }
    case 'SOA': {
      const [mname, rname, ...numbers] = fields(type, text, 7, 'two names and five numbers');
      const [serial, refresh, retry, expire, minimum] = numbers.map((n) => whole(type, text, n, 2 ** 32 - 1));
      return {
        type,
        data: {
          mname: plainName(mname!),
          rname: plainName(rname!),
          serial: serial!,
          refresh: refresh!,
          retry: retry!,
          expire: expire!,
          minimum: minimum!,
        },
      };
    }
  }
}

/** One or more strings in double quotes, each of 255 octets at most (RFC 1035 §3.3.14). */
function parseStrings(text: string): Buffer[] {
  const strings: Buffer[] = [];
  const quoted = /\s*"((?:[^"\\]|\\.)*)"\s*/gy;
  let end = 0;
  for (let match = quoted.exec(text); match; match = quoted.exec(text)) {
    end = quoted.lastIndex;
    const unescaped = match[1]!.replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
      /^\d{3}$/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
    );
    const data = Buffer.from(unescaped, 'latin1');
    if (data.length > 255) throw wrong('TXT', text, 'strings of 255 characters at most');
    strings.push(data);
  }
  if (strings.length === 0 || end !== text.length) throw wrong('TXT', text, 'strings in double quotes');
  return strings;
}

function fields(type: RecordType, text: string, count: number, what: string): string[] {
  const found = text.trim().split(/\s+/);
  if (found.length !== count) throw wrong(type, text, what);
  return found;
}

function whole(type: RecordType, text: string, digits: string, limit = 65_535): number {
  const value = Number(digits);
  if (!/^\d+$/.test(digits) || value > limit) throw wrong(type, text, `numbers from 0 to ${limit}`);
  return value;
}

function wrong(type: RecordType, text: string, expected: string): Error {
  return new Error(`Value for ${type} must be ${expected}, found ${JSON.stringify(text)}`);
}

/**
 * The octet classes of HTTP/1.1 (RFC 9110 §5.6.2 token, §5.5 field-value; RFC 9112 §3.2 request-target) as
 * lookup tables, so that one array read decides about a byte. Control octets are nowhere allowed.
 */
const table = (allowed: (octet: number) => boolean): Uint8Array => {
  const classes = new Uint8Array(256);
  for (let octet = 0; octet < 256; octet++) if (allowed(octet)) classes[octet] = 1;
  return classes;
};

const tokenExtras = "!#$%&'*+-.^_`|~";

/** tchar: methods and field names. */
export const TOKEN = table((octet) => /[A-Za-z0-9]/.test(char(octet)) || tokenExtras.includes(char(octet)));

/** What a field value may hold: HTAB, SP, VCHAR and obs-text. */
export const VALUE = table((octet) => octet === 0x09 || (octet >= 0x20 && octet !== 0x7f));

/** What a request-target may hold: visible ASCII. Anything else has to be percent-encoded. */
export const TARGET = table((octet) => octet > 0x20 && octet < 0x7f);

function char(octet: number): string {
  return String.fromCharCode(octet);
}

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::\d{0,5})?$/;

/** uri-host [ ":" port ], RFC 9110 §7.2; an empty one names no server of ours. */
export function isHost(value: string): boolean {
  return HOST.test(value);
}

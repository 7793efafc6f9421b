/**
 * Header fields as one flat list, name, value, name, value, in the order and spelling in which they came.
 * No object a header, no map a message: a proxy looks at few fields and passes on the rest.
 */
export type RawHeaders = readonly string[];

/** The first value of a field; `name` in lower case. */
export function headerOf(headers: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2)
    if (sameName(headers[index]!, name)) return headers[index + 1];
  return undefined;
}

/** All values of a field as one list (RFC 9110 §5.3), or undefined. */
export function joinedHeader(headers: RawHeaders, name: string): string | undefined {
  let joined: string | undefined;
  for (let index = 0; index < headers.length; index += 2)
    if (sameName(headers[index]!, name))
      joined = joined === undefined ? headers[index + 1] : `${joined}, ${headers[index + 1]}`;
  return joined;
}

/** A copy without the named fields (names in lower case). */
export function withoutHeaders(headers: RawHeaders, ...names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    if (!names.some((dropped) => sameName(name, dropped))) kept.push(name, headers[index + 1]!);
  }
  return kept;
}

export function sameName(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && (name === lowerCase || name.toLowerCase() === lowerCase);
}

/** Comma-separated members, trimmed, in lower case, without empty ones. */
export function listMembers(value: string): string[] {
  return value
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member.length > 0);
}

/**
 * What may travel further: everything but the fields of this hop (RFC 9110 §7.6.1), those that `Connection`
 * names, and the framing, which every hop states for itself. `connection` is the message's own, joined.
 */
export function endToEnd(headers: RawHeaders, connection: string | undefined): string[] {
  const named = connection === undefined ? undefined : listMembers(connection).filter(mayBeNamed);
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    if (isOfThisHop(name)) continue;
    if (named && named.length > 0 && named.includes(name.toLowerCase())) continue;
    kept.push(name, headers[index + 1]!);
  }
  return kept;
}

/** `Connection` cannot take away what routing and framing rest on, whatever a client names there. */
function mayBeNamed(name: string): boolean {
  return name !== 'host' && name !== 'close' && name !== 'keep-alive';
}

function isOfThisHop(name: string): boolean {
  switch (name.length) {
    case 2:
      return sameName(name, 'te');
    case 6:
      return sameName(name, 'expect');
    case 7:
      return sameName(name, 'upgrade');
    case 10:
      return sameName(name, 'connection') || sameName(name, 'keep-alive');
    case 14:
      return sameName(name, 'content-length');
    case 16:
      return sameName(name, 'proxy-connection');
    case 17:
      return sameName(name, 'transfer-encoding');
    default:
      return false;
  }
}

/** The lines as they go onto the wire, each with its CRLF. */
export function headerLines(headers: RawHeaders): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2)
    lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
}

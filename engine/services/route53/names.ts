/**
 * DNS names in two spellings. AWS's API says `www.example.com.` with a final dot and octal escapes
 * (`\052.example.com.` for a wildcard); the data plane uses lower case without the dot.
 */

/** As the data plane keys it: lower case, no final dot, escapes resolved. */
export function plainName(name: string): string {
  const unescaped = name.replace(/\\(\d{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return unescaped.toLowerCase().replace(/\.$/, '');
}

/** As Route 53's API returns it: `*` and other unusual octets in octal, with the final dot. */
export function apiName(name: string): string {
  const escaped = [...plainName(name)]
    .map((character) =>
      /[a-z0-9._-]/.test(character) ? character : `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
    )
    .join('');
  return `${escaped}.`;
}

/** Why a name cannot be one (RFC 1035 §2.3.4: labels of 63 octets, names of 255), or undefined. */
export function nameProblem(name: string): string | undefined {
  const plain = plainName(name);
  if (plain === '') return 'a domain name must not be empty';
  if (plain.length > 253) return `a domain name has 253 characters at most, found ${plain.length}`;
  for (const label of plain.split('.')) {
    if (label === '') return `${JSON.stringify(name)} has an empty label`;
    if (label.length > 63) return `a label has 63 characters at most, found ${JSON.stringify(label)}`;
  }
  return undefined;
}

export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** The name without its first label; the empty string for a single label. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** Route 53 lists names by their labels from the right: `com.example.www`. */
export function listingOrder(name: string): string {
  return plainName(name).split('.').reverse().join('.');
}

/** An ELB's name may be written with `dualstack.` in front (the console does); it is the same load balancer. */
export function aliasTargetName(name: string): string {
  const plain = plainName(name);
  return plain.startsWith('dualstack.') ? plain.slice('dualstack.'.length) : plain;
}

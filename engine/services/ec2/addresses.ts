/**
 * Which private addresses a subnet has and which comes next. AWS keeps the first four and the last address
 * of every subnet for itself (VPC User Guide, “Subnet sizing for IPv4”). The next address is the lowest free
 * one after the last one given, so that a new task does not answer at the address of the task it replaces.
 */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
  readonly size: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const numbers = match.slice(1).map(Number);
  const [a, b, c, d, prefix] = numbers as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const base = ((a * 256 + b) * 256 + c) * 256 + d;
  return base % size === 0 ? { base, prefix, size } : undefined;
}

export function addressText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

export function addressNumber(text: string): number | undefined {
  return parseCidr(`${text}/32`)?.base;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.base < other.base + other.size && other.base < one.base + one.size;
}

/** Host addresses that AWS leaves to its users. */
export function usableCount(cidr: Cidr): number {
  return Math.max(0, cidr.size - 5);
}

export function isUsable(cidr: Cidr, address: number): boolean {
  return address >= cidr.base + 4 && address < cidr.base + cidr.size - 1;
}

/** The lowest free address after `last`, going round; undefined when the subnet is full. */
export function nextAddress(
  cidr: Cidr,
  taken: ReadonlySet<number>,
  last: number | undefined,
): number | undefined {
  const first = cidr.base + 4;
  const count = usableCount(cidr);
  const start = last !== undefined && isUsable(cidr, last) ? last + 1 - first : 0;
  for (let step = 0; step < count; step++) {
    const candidate = first + ((start + step) % count);
    if (!taken.has(candidate)) return candidate;
  }
  return undefined;
}

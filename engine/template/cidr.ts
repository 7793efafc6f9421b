/**
 * Fn::Cidr: cuts an address block into equal subnets. `cidrBits` are the host bits of each one, so 8 makes
 * /24 out of IPv4 and 64 makes /64 out of IPv6.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export function cutCidr(block: string, count: number, cidrBits: number): readonly string[] {
  const [address = '', prefix = ''] = block.split('/');
  const six = address.includes(':');
  const width = six ? 128 : 32;
  const length = Number(prefix);
  const start = six ? parseSix(address) : parseFour(address);
  if (start === undefined || !/^\d+$/.test(prefix) || length > width)
    throw new RangeError(`an address block has the form 10.0.0.0/16, found ${JSON.stringify(block)}`);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new RangeError(`the count of subnets is 1 to 256, found ${count}`);
  if (!Number.isInteger(cidrBits) || cidrBits < 1 || cidrBits > width - length)
    throw new RangeError(`cidrBits are 1 to ${width - length} inside ${block}, found ${cidrBits}`);
  const size = 1n << BigInt(cidrBits);
  const mask = (1n << BigInt(width - length)) - 1n;
  if (BigInt(count) * size > mask + 1n)
    throw new RangeError(
      `${block} holds ${(mask + 1n) / size} subnets of ${cidrBits} bits, asked for ${count}`,
    );
  const base = start & ~mask;
  return Array.from({ length: count }, (_, index) => {
    const subnet = base + BigInt(index) * size;
    return `${six ? formatSix(subnet) : formatFour(subnet)}/${width - cidrBits}`;
  });
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function formatFour(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function parseSix(text: string): bigint | undefined {
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function formatSix(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  // RFC 5952 shortens the longest run of zeros; subnets end in one, so the trailing run is enough.
  const last = groups.findLastIndex((group) => group !== '0');
  return last >= 6 ? groups.join(':') : `${groups.slice(0, last + 1).join(':')}::`;
}

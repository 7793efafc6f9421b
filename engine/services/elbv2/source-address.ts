/** IPv4 ranges, for conditions on where a request comes from. Pure. */
export interface Cidr {
  readonly network: number;
  readonly mask: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const [address, bits] = text.split('/');
  const number = addressNumber(address ?? '');
  const length = bits === undefined ? 32 : Number(bits);
  if (number === undefined || !Number.isInteger(length) || length < 0 || length > 32) return undefined;
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return { network: (number & mask) >>> 0, mask };
}

export function isIn(address: string, range: Cidr): boolean {
  const number = addressNumber(address);
  return number !== undefined && (number & range.mask) >>> 0 === range.network;
}

function addressNumber(text: string): number | undefined {
  const parts = text.replace(/^::ffff:/, '').split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

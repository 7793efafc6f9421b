/**
 * The address book. Every system on this machine owns a block of sixteen /16 networks inside 127.0.0.0/8, so
 * that two of them (a rehearsal and a drill, say) never meet. In block 0, us-east-1's VPC is 127.1.0.0/16
 * and us-west-2's 127.2.0.0/16, each with the template's own host part: 10.0.10.7 becomes 127.1.10.7. The
 * third octet 255 is the region's own (AWS endpoints), 254 the near ends of links; no VPC may use them.
 */
import { createServer } from 'node:net';

export const BLOCK_COUNT = 15;
const GLOBAL_OFFSET = 10;
/** Not 10000: browsers refuse port 10080 (Fetch standard, “bad ports”). */
const SHIFT = 20_000;

export interface AddressBook {
  readonly block: number;
  /** The second octet of a region's addresses. */
  octetOf(region: string): number;
  regionOf(address: string): string | undefined;
  /** The loopback address of a VPC's address in a region. */
  inRegion(region: string, vpcAddress: string): string;
  endpointOf(region: string): string;
  resolverOf(region: string): string;
  /** Address `index` (from 0) for near ends of links in a region. */
  linkEnd(region: string, index: number): string;
  global(kind: 'control' | 'name-server' | 'edge', index: number): string;
}

export function addressBook(block: number, regions: readonly string[]): AddressBook {
  if (!Number.isInteger(block) || block < 0 || block >= BLOCK_COUNT)
    throw new RangeError(`address block must be 0 to ${BLOCK_COUNT - 1}, found ${block}`);
  if (regions.length < 1 || regions.length > GLOBAL_OFFSET - 1)
    throw new RangeError(
      `1 to ${GLOBAL_OFFSET - 1} regions fit into one address block, found ${regions.length}`,
    );
  const base = block * 16;
  const octetOf = (region: string): number => {
    const index = regions.indexOf(region);
    if (index < 0)
      throw new Error(`region ${region} is not part of this system, which has ${regions.join(', ')}`);
    return base + 1 + index;
  };
  const global = base + GLOBAL_OFFSET;
  return {
    block,
    octetOf,
    regionOf: (address) => {
      const parts = address.split('.');
      return parts[0] === '127' ? regions[Number(parts[1]) - base - 1] : undefined;
    },
    inRegion: (region, vpcAddress) => {
      const [, , third, fourth] = vpcAddress.split('.');
      return `127.${octetOf(region)}.${third}.${fourth}`;
    },
    endpointOf: (region) => `127.${octetOf(region)}.255.1`,
    resolverOf: (region) => `127.${octetOf(region)}.255.2`,
    linkEnd: (region, index) => {
      if (index > 253) throw new Error(`region ${region} has no address left for another link`);
      return `127.${octetOf(region)}.254.${index + 1}`;
    },
    global: (kind, index) => {
      const third = { control: 0, 'name-server': 1, edge: 2 }[kind];
      return `127.${global}.${third}.${index + 1}`;
    },
  };
}

/** Ports below 1024 stand for themselves where this user may bind them, else they move up by 20000. */
export function portMap(mayBindLow: boolean): (standard: number) => number {
  return (standard) => (standard < 1024 && !mayBindLow ? standard + SHIFT : standard);
}

/** Tries port 443 on a loopback address: root, CAP_NET_BIND_SERVICE or ip_unprivileged_port_start allow it. */
export async function mayBindLowPorts(address: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    probe.listen(443, address, () => probe.close(() => resolve(true)));
  });
}

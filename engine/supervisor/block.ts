/**
 * Every system on this machine owns one block of loopback addresses. A block is claimed by listening on one
 * port of it, which the kernel gives back however the claimant ends.
 */
import { createServer } from 'node:net';

const CLAIM_PORT = 4599;

export interface BlockClaim {
  readonly block: number;
  release(): void;
}

/** The block that a system had before; `bound`: its records name addresses of it, so no other will do. */
export interface FormerBlock {
  readonly block: number;
  readonly bound: boolean;
}

/**
 * Claims the first free block of `count`, but rather the one that the system had before: its addresses are in
 * people's browsers and shells. The last blocks of the address book are left to unit tests.
 */
export async function claimBlock(count: number, before?: FormerBlock): Promise<BlockClaim> {
  const all = Array.from({ length: count }, (_, block) => block);
  const former = before !== undefined && before.block < count ? before : undefined;
  const others = former?.bound ? [] : all.filter((one) => one !== former?.block);
  const inOrder = former ? [former.block, ...others] : others;
  for (const block of inOrder) {
    const server = createServer((socket) => socket.destroy());
    const claimed = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(false);
        else if (error.code === 'EADDRNOTAVAIL')
          reject(
            new Error(
              `127.${block * 16 + 10}.0.1 is not an address of this machine. Linux has all of 127.0.0.0/8; elsewhere each address must be added to the loopback interface first (macOS: sudo ifconfig lo0 alias 127.${block * 16 + 10}.0.1)`,
            ),
          );
        else reject(error);
      });
      server.listen(CLAIM_PORT, `127.${block * 16 + 10}.0.1`, () => resolve(true));
    });
    if (claimed) return { block, release: () => server.close() };
  }
  if (former?.bound)
    throw new Error(
      `another system uses the addresses of this one, 127.${former.block * 16}.0.0/12, and its databases are bound to them; stop the other one (understudy down -C its directory), or start anew in another directory`,
    );
  throw new Error(`${count} systems run on this machine already; stop one (understudy down) and try again`);
}

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

/**
 * Claims the first free block of `count`, but rather the one that the system had before: its addresses are in
 * people's browsers and shells. The last blocks of the address book are left to unit tests.
 */
export async function claimBlock(count: number, before?: number): Promise<BlockClaim> {
  const all = Array.from({ length: count }, (_, block) => block);
  const inOrder =
    before !== undefined && before < count ? [before, ...all.filter((one) => one !== before)] : all;
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
  throw new Error(`${count} systems run on this machine already; stop one (understudy down) and try again`);
}

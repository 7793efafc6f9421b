/**
 * Where an edge finds its origins: the name resolved again whenever the TTL has ended, the addresses taken in
 * turn. A move of the answer is a line on the timeline: it is the moment in which traffic follows DNS.
 */
import type { Resolver } from '../../network/resolver.ts';
import type { Journal } from '../contract.ts';

export interface OriginAddresses {
  /** Addresses in the order in which to try them; none when the name has none. */
  of(name: string): Promise<readonly string[]>;
  /** What was resolved last, by name. */
  readonly known: ReadonlyMap<string, readonly string[]>;
}

export function createOriginAddresses(resolver: Resolver, journal: Journal, edge: string): OriginAddresses {
  const known = new Map<string, readonly string[]>();
  let turn = 0;

  const note = (name: string, addresses: readonly string[]): void => {
    const sorted = [...addresses].sort();
    const before = known.get(name);
    if (before?.join() === sorted.join()) return;
    known.set(name, sorted);
    if (!before) return;
    journal.record({
      event: 'origin.changed',
      subject: `${name} at ${edge}`,
      because: `the TTL ended and DNS answers ${sorted.join(', ') || 'nothing'} instead of ${before.join(', ') || 'nothing'}`,
      data: { edge, name, from: [...before], to: sorted },
    });
  };
  return {
    known,
    of: async (name) => {
      const { answers } = await resolver.resolve(name, 'A');
      const addresses = answers.flatMap((answer) => (answer.type === 'A' ? [answer.address] : []));
      note(name, addresses);
      turn += 1;
      return addresses.map((_, n) => addresses[(n + turn) % addresses.length]!);
    },
  };
}

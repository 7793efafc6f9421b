/**
 * Names in a guest are looked up at the region's resolver, as in a VPC, and nowhere else; `localhost` is the
 * guest itself. Nothing is cached here: how long an answer lives is the DNS server's to say and the
 * application's to honour.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

type Answer = { address: string; family: number };
type Done = (error: Error | null, address?: string | Answer[], family?: number) => void;
interface Options {
  readonly all?: boolean;
  readonly family?: number | string;
}

const require = createRequire(import.meta.url);

export function applyNames(resolver: string, ownAddress: string | undefined): void {
  const dns = require('node:dns');
  const servers = [resolver];
  dns.setServers(servers);
  dns.promises.setServers(servers);
  for (const home of [dns, dns.promises]) {
    home.Resolver = class extends home.Resolver {
      constructor(options?: unknown) {
        super(options);
        this.setServers(servers);
      }
    };
  }
  const find = async (name: string, options: Options): Promise<Answer[]> => {
    const literal = isIP(name);
    if (literal) return [{ address: name, family: literal }];
    const family = Number(String(options.family ?? 0).replace('IPv', ''));
    if (isLocal(name)) return [{ address: ownAddress ?? '127.0.0.1', family: 4 }];
    if (family === 6) throw failure(name, 'ENOTFOUND');
    try {
      const addresses: string[] = await dns.promises.resolve4(name);
      return addresses.map((address) => ({ address, family: 4 }));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      throw failure(name, code === 'ENOTFOUND' || code === 'ENODATA' ? 'ENOTFOUND' : 'EAI_AGAIN');
    }
  };
  dns.lookup = (name: string, given: Options | number | Done, callback?: Done): void => {
    const done = typeof given === 'function' ? given : callback!;
    const options = typeof given === 'number' ? { family: given } : typeof given === 'function' ? {} : given;
    find(name, options ?? {}).then(
      (found) => {
        if (options?.all) process.nextTick(done, null, found);
        else process.nextTick(done, null, found[0]!.address, found[0]!.family);
      },
      (error) => process.nextTick(done, error),
    );
  };
  dns.promises.lookup = async (name: string, given: Options | number = {}) => {
    const options = typeof given === 'number' ? { family: given } : given;
    const found = await find(name, options);
    return options.all ? found : found[0];
  };
  syncBuiltinESMExports();
}

export function isLocal(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function failure(name: string, code: string): Error {
  return Object.assign(new Error(`getaddrinfo ${code} ${name}`), {
    code,
    errno: code === 'ENOTFOUND' ? -3008 : -3001,
    syscall: 'getaddrinfo',
    hostname: name,
  });
}

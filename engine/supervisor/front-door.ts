/**
 * Waiting until what was deployed answers as a user would see it: every service has a healthy task, and every
 * edge location hands out the page and the application's answers, by the site's name and over TLS.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { System } from './system.ts';

export interface Edge {
  readonly name: string;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

interface Distribution {
  readonly domainName: string;
  readonly aliases?: readonly string[];
}

const DEADLINE_MS = 120_000;
/** Real time. Tasks that are not there by then may never be; the site is looked at all the same. */
const TASKS_DEADLINE_MS = 60_000;
const EVERY_MS = 150;
const PROBE_DEADLINE_MS = 5000;

/** The site's plain addresses; none where the app has no CloudFront distribution. */
export async function awaitSite(
  system: System,
  trustFile: string,
  waiting: (waitingFor: string) => void,
): Promise<{ readonly urls: readonly string[] }> {
  await awaitTasks(system, waiting);
  const ca = readFileSync(trustFile, 'utf8');
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { global: answer } = await system.status();
    const facts = answer && 'services' in answer ? answer.services['cloudfront'] : undefined;
    const { edges = [], distributions = [] } = (facts ?? {}) as {
      edges?: readonly Edge[];
      distributions?: readonly Distribution[];
    };
    const [site] = distributions;
    if (facts !== undefined && !site) return { urls: [] };
    const name = site?.aliases?.[0] ?? site?.domainName ?? '';
    const trouble = await Promise.all(edges.map((edge) => probe(edge, name, ca)));
    const still = trouble.find((one) => one !== undefined);
    if (edges.length && still === undefined)
      return {
        urls: edges.map(
          ({ address, httpPort }) => `http://${address}${httpPort === 80 ? '' : `:${httpPort}`}/`,
        ),
      };
    if (Date.now() > deadline)
      throw new Error(
        `the site has not answered for ${DEADLINE_MS / 1000} s: ${still ?? 'there is no edge location'}`,
      );
    waiting(`waiting for the site to answer through its front door: ${still ?? 'no edge location yet'}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/**
 * A region whose tasks are slower than the other's has no healthy target for a moment, and an edge location
 * that looks then keeps the standby's addresses until the TTL ends.
 */
async function awaitTasks(system: System, waiting: (waitingFor: string) => void): Promise<void> {
  const deadline = Date.now() + TASKS_DEADLINE_MS;
  while (Date.now() < deadline) {
    const missing = Object.entries(await system.status()).flatMap(([region, answer]) => {
      if (!('services' in answer)) return [`${region}: ${answer.unavailable}`];
      const { services = [] } = (answer.services['ecs'] ?? {}) as {
        services?: readonly { name: string; desired: number; healthy: number }[];
      };
      return services
        .filter(({ desired, healthy }) => desired > 0 && healthy === 0)
        .map(({ name, desired }) => `${name} in ${region} has none of ${desired} healthy tasks`);
    });
    if (!missing.length) return;
    waiting(`waiting for tasks: ${missing.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Both halves of a site: what comes from the buckets and what comes from the tasks. */
async function probe(edge: Edge, name: string, ca: string): Promise<string | undefined> {
  const dispatcher = new Agent({ connect: { ca, servername: name } });
  try {
    for (const path of ['/', '/api/products']) {
      const url = `https://${edge.address}:${edge.httpsPort}${path}`;
      try {
        const { statusCode, body } = await request(url, {
          dispatcher,
          headers: { host: name },
          signal: AbortSignal.timeout(PROBE_DEADLINE_MS),
        });
        await body.dump();
        if (statusCode >= 500) return `${edge.name} answers ${statusCode} for https://${name}${path}`;
      } catch (error) {
        return `https://${name}${path} at ${edge.name} (${edge.address}): ${(error as Error).message}`;
      }
    }
    return undefined;
  } finally {
    await dispatcher.destroy();
  }
}
